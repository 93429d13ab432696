import { spawn, type ChildProcess } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type BrowserServer, type Download, type LaunchOptions, type Page } from 'playwright-core'

const root = resolve(import.meta.dirname, '../..')

/** Where a test that fails leaves what it saw: screenshots, what the pages said, and the programs' logs. */
export const TROUBLE = resolve(import.meta.dirname, 'trouble')
export const LOGS = join(TROUBLE, 'logs')

/** How long a test waits for what must come, in ms: only one that fails waits so long. */
const PATIENCE = 60_000

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * What every program of the tests is started with. All pages have one address, which
 * makes, changes and asks for more than any visitor's; and a run whose page is closed
 * should not take the processor from the next.
 */
const FLAGS = ['--run-rate', '100000', '--max-runs', '1000', '--idle', '3s', '--reading-share', '100', '--peer-turns', '16']

/** The program, serving on a port of its own. */
export class Server {
  #process: ChildProcess | undefined
  url = ''
  /** The address that it printed, with the token after # if it asks for one. */
  printed = ''
  /** Where its log is. */
  log = ''

  constructor(readonly flags: readonly string[] = [], readonly binary = process.env['GNLLVIZ'] ?? resolve(root, 'gnllviz')) {}

  /** Starts it; on the same port as before if there was one. */
  async start(): Promise<void> {
    const { binary } = this
    if (!existsSync(binary)) throw new Error(`there is no ${binary}; build the page, then: go build -o gnllviz ./cmd/gnllviz`)
    const addr = this.url === '' ? '127.0.0.1:0' : new URL(this.url).host
    mkdirSync(LOGS, { recursive: true })
    this.log = join(LOGS, `server-${randomUUID().slice(0, 8)}.log`)
    const log = createWriteStream(this.log)
    const child = spawn(binary, ['serve', '--addr', addr, '--store', 'none', ...FLAGS, ...this.flags], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = child
    this.printed = await new Promise((found, failed) => {
      let said = ''
      const read = (chunk: Buffer): void => {
        log.write(chunk)
        said += chunk.toString()
        const line = /https?:\/\/[^\s"]+(?=\s)/.exec(said)?.[0]
        if (line !== undefined) found(line)
      }
      child.stdout.on('data', read)
      child.stderr.on('data', read)
      child.once('exit', (code) => { failed(new Error(`gnllviz ended with ${code}: ${said}`)) })
    })
    this.url = new URL('.', this.printed).href
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null) return
    await new Promise((ended) => {
      child.once('exit', ended)
      child.kill('SIGKILL')
    })
  }
}

/**
 * Debian's headless shell is Chromium without the browser's own windows, which no
 * test looks at and which take as much of the processor as the page does.
 */
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

function options(): LaunchOptions {
  const executablePath = process.env['CHROMIUM'] ?? BROWSERS.find((path) => existsSync(path))
  if (executablePath === undefined || !existsSync(executablePath)) {
    throw new Error(`there is no browser at ${executablePath ?? BROWSERS.join(' or ')}; run sh web/e2e/chromium.sh, or set CHROMIUM to the path of a Chromium`)
  }
  return {
    executablePath,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  }
}

/** A browser that several processes may use. */
export function launchServer(): Promise<BrowserServer> {
  return chromium.launchServer(options())
}

/** A run that is made and steered by HTTP, as a script would: it trains only as far as it is told. */
export class Run {
  private constructor(readonly server: string, readonly id: string, readonly key: string, readonly page: Page | null = null) {}

  /** Makes a paused run of settings by name. */
  static async make(server: string, order: object = {}): Promise<Run> {
    const made = (await ask(new URL('api/runs', server), { paused: true, ...order })) as { id: string; key: string }
    return new Run(server, made.id, made.key)
  }

  /** The run whose page this is. */
  static of(page: Page): Run {
    const here = new URL(page.url()).searchParams.get('run')
    if (here !== null) return new Run(new URL('.', page.url()).href, here, keyOf(page), page)
    const [, server = '', id = ''] = /^(http.*\/)(?:r|embed)\/([a-z2-7]{16})(?:#|$)/.exec(page.url()) ?? []
    return new Run(server, id, keyOf(page))
  }

  /** The address by which a page steers it. */
  get address(): string {
    return new URL(`r/${this.id}#key=${this.key}`, this.server).href
  }

  /** What /api/runs/ID says of it. */
  async summary(): Promise<{ readonly step: number; readonly state: string }> {
    if (this.page) return (await inPage(this.page, 'GET', `api/runs/${this.id}`)) as { step: number; state: string }
    return (await (await fetch(new URL(`api/runs/${this.id}`, this.server))).json()) as { step: number; state: string }
  }

  command(command: object, patience = PATIENCE): Promise<unknown> {
    if (this.page) return inPage(this.page, 'POST', `api/runs/${this.id}/commands`, command, this.key)
    return ask(new URL(`api/runs/${this.id}/commands`, this.server), command, { 'Run-Key': this.key }, patience)
  }

  /** Trains a paused run to a step, at its speed, and returns when it stands there. */
  async to(step: number): Promise<void> {
    const before = (await this.summary()).step
    if (step > before) await this.command({ type: 'step', steps: step - before })
    await waitFor(async () => {
      const now = await this.summary()
      return now.step === step && now.state === 'paused' ? true : `step ${step} of run ${this.id}, which is at ${JSON.stringify(now)}`
    })
  }
}

/** Asks the engine of a page, which no other program can. */
function inPage(page: Page, method: string, path: string, body: object | null = null, key = ''): Promise<unknown> {
  return page.evaluate(async ([method, path, body, key]) => {
    const store = document.querySelector('gnll-app')?.store ?? document.querySelector('gnll-embed')?.store
    if (!store) throw new Error('there is no run in the page')
    const { api } = store
    const answer = await api.transport.fetch(new URL(path, api.root), { method, body: body === null ? null : JSON.stringify(body), headers: { 'Run-Key': key } })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.json() as Promise<unknown>
  }, [method, path, body, key] as const)
}

const keyOf = (page: Page): string => new URLSearchParams(/#(.*)$/.exec(page.url())?.[1]).get('key') ?? ''

async function ask(url: URL, body: object, headers: Readonly<Record<string, string>> = {}, patience = PATIENCE): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(patience), headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url.pathname}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

/** Asks until the answer is true; what else is answered says what was waited for. */
async function waitFor(look: () => Promise<true | string>): Promise<void> {
  const begun = Date.now()
  for (;;) {
    const seen = await look()
    if (seen === true) return
    if (Date.now() - begun > PATIENCE) throw new Error(`waited ${PATIENCE / 1000} s for ${seen}`)
    // A question costs the page and this process a millisecond each: not too many.
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
}

/** What was downloaded: the browser is another process's, which keeps the file. */
export async function bytesOf(download: Download): Promise<Buffer> {
  return buffer(await download.createReadStream())
}

/** What the page says of itself; README.md lists it. */
export interface Where {
  readonly engine?: string
  readonly link?: string
  readonly run?: string
  readonly generation?: string
  readonly state?: string
  readonly step?: string
  readonly revision?: string
  readonly nll?: string
  readonly lanes?: string
}

/** A key that the server has not given to anybody, and the id of the run that it would steer. */
export function keyAndId(): { readonly key: string; readonly id: string } {
  const key = randomUUID()
  const sum = createHash('sha256').update(`gnllviz run ${key}`).digest().subarray(0, 10)
  const bits = [...sum].map((b) => b.toString(2).padStart(8, '0')).join('')
  const id = (bits.match(/.{5}/g) ?? []).map((b) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(b, 2)] ?? '').join('')
  return { key, id }
}

/** How a page is opened. */
export interface Visit extends BrowserContextOptions {
  /** Whether nothing of an earlier visit is remembered. */
  readonly firstVisit?: boolean
}

/** A page that writes down everything it should not do. */
export class Watched {
  readonly faults: string[] = []
  /** Everything that the console said, for whoever looks into a failure. */
  readonly said: string[] = []

  private constructor(readonly page: Page, readonly context: BrowserContext) {}

  /** Opens a page with every control and panel, unless it is a first visit, which is simple. */
  static async open(browser: Browser, url: string, { firstVisit = false, ...options }: Visit = {}): Promise<Watched> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
    if (!firstVisit) {
      await context.addInitScript(() => {
        try {
          if (!document.cookie.includes('gnllviz.mode=')) document.cookie = 'gnllviz.mode=full; Path=/; Max-Age=86400; SameSite=Lax'
        } catch {
          // A page within another one may have no cookies; it is full anyway.
        }
      })
    }
    context.setDefaultTimeout(PATIENCE)
    const page = await context.newPage()
    const w = new Watched(page, context)
    const origin = new URL(url).host
    page.on('console', (m) => {
      w.said.push(`${m.type()}: ${m.text()}`)
      if (m.type() === 'error' || m.type() === 'warning') w.faults.push(`console ${m.type()}: ${m.text()}`)
    })
    page.on('pageerror', (e) => { w.faults.push(`uncaught: ${e.message}`) })
    page.on('request', (r) => {
      const { protocol, host } = new URL(r.url())
      if (protocol !== 'data:' && protocol !== 'blob:' && host !== origin) w.faults.push(`request to ${r.url()}`)
    })
    page.on('response', (r) => { if (r.status() >= 400) w.faults.push(`${r.status()} ${r.url()}`) })
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (e) => {
        console.error(`policy violated: ${e.violatedDirective} by ${e.blockedURI}`)
      })
      // When the page showed something first.
      new MutationObserver((_, observer) => {
        if (document.documentElement.dataset['step'] === undefined) return
        performance.mark('first fit')
        observer.disconnect()
      }).observe(document, { subtree: true, attributeFilter: ['data-step'] })
    })
    await page.goto(url)
    return w
  }

  /** The part of the address after #, without the run's key. */
  settings(): Promise<string> {
    const kept = new URL(this.page.url()).hash.replace(/^#/, '').split('&').filter((p) => p !== '' && !p.startsWith('key='))
    return Promise.resolve(kept.length === 0 ? '' : `#${kept.join('&')}`)
  }

  /** The address to watch with: the page's own without the run's key. */
  get toWatch(): string {
    return this.page.url().replace(/[#&]key=[^&]*/, '')
  }

  /** How many rows are learned from, as the page says. */
  async rows(): Promise<number> {
    return Number(/^(\d+) training/.exec((await this.page.locator('.metrics .aside').textContent()) ?? '')?.[1])
  }

  where(): Promise<Where> {
    return this.page.evaluate(() => Object.fromEntries(Object.entries(document.documentElement.dataset)))
  }

  /** Waits until the page says so of itself. */
  async says(wanted: (where: Where) => boolean): Promise<void> {
    await waitFor(async () => {
      const where = await this.where()
      return wanted(where) ? true : `${wanted.toString()} of a page that says ${JSON.stringify(where)}`
    })
  }

  /** Waits until a frame after some training is painted. */
  async drawn(): Promise<void> {
    await this.says(({ step }) => Number(step ?? 0) > 0)
  }

  /** Waits until more steps than these are painted. */
  async past(least: number): Promise<void> {
    await this.says(({ step }) => Number(step ?? 0) > least)
  }

  /** Waits until nothing that was asked for is unanswered, and what is painted has it all. */
  async settled(): Promise<void> {
    await this.page.waitForFunction(() => {
      const known = document.querySelector('gnll-app')?.store.changes.value.at(-1)?.revision ?? 0
      return document.querySelector('[data-pending]') === null && Number(document.documentElement.dataset['revision'] ?? -1) >= known
    }, undefined, { polling: 40 })
  }

  /** Pauses, and returns the step at which the run stands, once the fit and the figures are of that step. */
  async pause(): Promise<number> {
    await this.page.getByRole('button', { name: 'Pause', exact: true }).click()
    await this.says(({ state }) => state === 'paused')
    const { step } = await Run.of(this.page).summary()
    await this.stands(step)
    return step
  }

  /** Waits until the fit that is painted and the figures are of that step. */
  async stands(step: number): Promise<void> {
    await this.says((where) => where.step === String(step))
    await this.page.locator(`gnll-metrics[data-step="${step}"], .rooms[data-mode=simple]`).waitFor({ state: 'attached' })
  }

  async step(): Promise<number> {
    return Number((await this.where()).step)
  }

  async revision(): Promise<number> {
    return Number((await this.where()).revision)
  }

  /** The value in a control's number field. */
  value(control: string): Promise<string> {
    return this.page.locator(`[data-control=${control}] .field input`).inputValue()
  }

  async type(control: string, text: string): Promise<void> {
    const field = this.page.locator(`[data-control=${control}] .field input`)
    await field.fill(text)
    await field.press('Enter')
  }

  /** What axe finds wrong for people who use the page otherwise than most. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(axe)
    return this.page.evaluate(async () => {
      interface Result { id: string; nodes: Array<{ html: string; failureSummary?: string }> }
      const { axe: tool } = window as unknown as { axe: { run(): Promise<{ violations: Result[] }> } }
      const { violations: found } = await tool.run()
      return found.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary ?? ''}`).join(' | ')}`)
    })
  }

  /** The lanes' names, as their tabs have them, and which is in focus. */
  lanes(): Promise<string[]> {
    return this.page.locator('.lane-name').evaluateAll((tabs) => tabs.map((t) => t.textContent.replace(/\s+/g, ' ').trim().replace('model ', '') + (t.getAttribute('aria-pressed') === 'true' ? '*' : '')))
  }

  /** Leaves in a folder what the pages show and what they said; returns nothing that could fail. */
  async leave(folder: string, name: string): Promise<void> {
    mkdirSync(folder, { recursive: true })
    for (const [i, page] of this.context.pages().entries()) {
      const file = join(folder, `${name}-${i}`)
      const says = await page.evaluate(() => JSON.stringify(Object.entries(document.documentElement.dataset))).catch(String)
      writeFileSync(`${file}.txt`, [page.url(), says, ...this.said, ...this.faults.map((f) => `fault: ${f}`), ''].join('\n'))
      await page.screenshot({ path: `${file}.png`, timeout: 10_000 }).catch((e: unknown) => { writeFileSync(`${file}.no-picture.txt`, String(e)) })
    }
  }

  /** Closes it, and pauses the runs that it steers: nobody watches them any more. */
  async close(): Promise<void> {
    const runs = this.context.pages().map((page) => Run.of(page)).filter(({ id, key }) => id !== '' && key !== '')
    await this.context.close()
    // A courtesy: what does not answer, as a line that a test has cut, rests by itself soon.
    await Promise.all(runs.map((run) => run.command({ type: 'pause' }, 2000).catch(() => undefined)))
  }
}
