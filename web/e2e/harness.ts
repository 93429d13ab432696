import { spawn, type ChildProcess } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'

const root = resolve(import.meta.dirname, '../..')

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The program, serving on a port of its own. */
export class Server {
  #process: ChildProcess | undefined
  url = ''
  /** The address that it printed, with the token after # if it asks for one. */
  printed = ''

  constructor(readonly flags: readonly string[] = []) {}

  /** Starts it; on the same port as before if there was one. */
  async start(): Promise<void> {
    const binary = process.env['GNLLVIZ'] ?? resolve(root, 'gnllviz')
    if (!existsSync(binary)) throw new Error(`there is no ${binary}; build the page, then: go build -o gnllviz ./cmd/gnllviz`)
    const addr = this.url === '' ? '127.0.0.1:0' : new URL(this.url).host
    const child = spawn(binary, ['serve', '--addr', addr, ...this.flags], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = child
    this.printed = await new Promise((found, failed) => {
      let said = ''
      const read = (chunk: Buffer): void => {
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

export async function launch(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) {
    throw new Error(`there is no browser at ${executablePath}; on Debian: apt-get install chromium, or set CHROMIUM`)
  }
  return chromium.launch({
    executablePath,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  })
}

/** A key that the server has not given to anybody, and the id of the run that it would steer. */
export function keyAndId(): { readonly key: string; readonly id: string } {
  const key = randomUUID()
  const sum = createHash('sha256').update(`gnllviz run ${key}`).digest().subarray(0, 10)
  const bits = [...sum].map((b) => b.toString(2).padStart(8, '0')).join('')
  const id = (bits.match(/.{5}/g) ?? []).map((b) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(b, 2)] ?? '').join('')
  return { key, id }
}

/** A page that writes down everything it should not do. */
export class Watched {
  readonly faults: string[] = []

  private constructor(readonly page: Page, readonly context: BrowserContext) {}

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
    const page = await context.newPage()
    const w = new Watched(page, context)
    const origin = new URL(url).host
    page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') w.faults.push(`console ${m.type()}: ${m.text()}`) })
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
        if (!document.querySelector('gnll-fit[data-step]')) return
        performance.mark('first fit')
        observer.disconnect()
      }).observe(document, { subtree: true, childList: true, attributeFilter: ['data-step'] })
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
    return Number(/^(\d+) train/.exec((await this.page.locator('.metrics .aside').textContent()) ?? '')?.[1])
  }

  /** Waits until frames are drawn. */
  async drawn(): Promise<void> {
    await this.page.waitForFunction(() => Number(document.querySelector<HTMLElement>('gnll-fit')?.dataset['step'] ?? 0) > 0)
  }

  step(): Promise<number> {
    return this.page.evaluate(() => Number(document.querySelector<HTMLElement>('gnll-fit')?.dataset['step']))
  }

  revision(): Promise<number> {
    return this.page.evaluate(() => Number(document.querySelector<HTMLElement>('gnll-fit')?.dataset['revision']))
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
    return this.page.locator('.lane-name').evaluateAll((tabs) => tabs.map((t) => t.textContent.replace(/\s+/g, ' ').trim().replace('lane ', '') + (t.getAttribute('aria-pressed') === 'true' ? '*' : '')))
  }

  close(): Promise<void> {
    return this.context.close()
  }
}
