import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Frame } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Server, type Watched } from './harness'
import { stage } from './stage'

const { server, visit, allow } = stage()

/** A page of somebody else that shows whatever it is asked for in a frame. */
const other = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://x')
  const isolated = searchParams.has('isolated') ? { 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Opener-Policy': 'same-origin' } : {}
  response.writeHead(200, { 'Content-Type': 'text/html', ...isolated })
  response.end(page(searchParams.get('src') ?? '', searchParams.get('width') ?? '720', searchParams.get('height') ?? '480'))
})
let elsewhere = ''

function page(src: string, width: string, height: string): string {
  return `<!doctype html><html lang="en"><title>slides</title><link rel="icon" href="data:,"><body style="margin: 0">
    <iframe src="${src.replaceAll('&', '&amp;')}" width="${width}" height="${height}" title="gnllviz" style="display: block; border: 0"></iframe>`
}

beforeAll(async () => {
  await new Promise<void>((ready) => { other.listen(0, '127.0.0.1', ready) })
  // Another name is another site: cookies are not sent there.
  elsewhere = `http://localhost:${(other.address() as AddressInfo).port}/`
})

afterAll(() => { other.close() })

function framed(src: string, more: Readonly<Record<string, string>> = {}): string {
  return `${elsewhere}?${new URLSearchParams({ src, ...more }).toString()}`
}

const step = (f: Frame): Promise<number> => f.evaluate(() => Number(document.documentElement.dataset['step']))

/** The frame. The requests to its server are not the page's own, which is no fault here. */
async function frameOf(w: Watched, complaints = /^request to /): Promise<Frame> {
  allow(complaints)
  await expect.poll(() => w.page.frames().length).toBe(2)
  const frame = w.page.frames()[1]
  if (!frame) throw new Error('no frame')
  return frame
}

/** The frame, once somebody has had it begin a run and it draws. */
async function begunFrame(w: Watched, complaints?: RegExp): Promise<Frame> {
  const frame = await frameOf(w, complaints)
  await frame.getByRole('button', { name: 'Play', exact: true }).click()
  return drawnFrame(w, complaints)
}

/** The frame, once it draws. */
async function drawnFrame(w: Watched, complaints?: RegExp): Promise<Frame> {
  const frame = await frameOf(w, complaints)
  await expect.poll(() => step(frame)).toBeGreaterThan(0)
  return frame
}

describe('a frame in somebody else’s page', () => {
  it('makes a run of the address when it is asked to, and shows the fit and the noise alone', async () => {
    const w = await visit(framed(`${server.url}embed/#eps=0.01&speed=1000`))
    const frame = await begunFrame(w)
    const before = await step(frame)
    await expect.poll(() => step(frame)).toBeGreaterThan(before)
    expect(await frame.locator('#fit-chart canvas, #noise-chart canvas').count()).toBe(2)
    for (const part of ['header.head', 'gnll-control', 'gnll-loss', 'gnll-transport', 'gnll-share', '.tools']) expect(await frame.locator(part).filter({ visible: true }).count(), part).toBe(0)
    // The whole page is one click away, with the run's key.
    const [tab] = await Promise.all([w.context.waitForEvent('page'), frame.getByRole('link', { name: 'gnllviz' }).click()])
    await tab.waitForSelector('html[data-step] gnll-app')
    expect(tab.url()).toMatch(/\/r\/[a-z2-7]{16}#eps=0\.01&speed=1000&key=/)
    expect(await tab.locator('[data-control=eps] .field input').isEnabled()).toBe(true)
  })

  it('shows what it is asked for, and no more', async () => {
    const w = await visit(framed(`${server.url}embed/#show=loss,transport&controls=full,eps&theme=dark&lane=A~0&lane=B~1~eps:0.01`, { width: '1200', height: '700' }))
    const frame = await begunFrame(w)
    expect(await frame.locator('[data-control]').evaluateAll((all) => all.map((e) => e.getAttribute('data-control')))).toEqual(['full', 'eps'])
    await frame.locator('#loss-chart canvas').waitFor() // a moment after the fit
    expect(await frame.locator('gnll-metrics, gnll-anatomy').count()).toBe(0)
    expect(await frame.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
    await frame.getByRole('button', { name: 'Pause' }).click()
    await frame.getByRole('button', { name: 'Play', exact: true }).waitFor()
    await frame.getByRole('button', { name: 'B', exact: true }).click()
    const eps = frame.locator('[data-control=eps] .field input')
    await expect.poll(() => eps.inputValue()).toBe('1e-2')
    await eps.fill('1e-3')
    await eps.press('Enter')
    await expect.poll(() => frame.url()).toMatch(/#show=loss,transport&controls=full,eps&theme=dark&lane=A~0&lane=B~1~eps:0\.001&key=/)
    expect(await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  })

  it('watches a run, or steers it', async () => {
    const a = await visit()
    await a.drawn()
    const { pathname, hash } = new URL(a.page.url())
    const src = `${server.url}embed/${pathname.split('/').at(-1) ?? ''}`
    const watching = await visit(framed(`${src}#controls=eps`))
    const viewer = await drawnFrame(watching)
    expect(await viewer.locator('[data-control=eps] .field input').isDisabled()).toBe(true)
    await a.type('eps', '1e-2')
    await expect.poll(() => viewer.locator('[data-control=eps] .field input').inputValue()).toBe('1e-2')
    const key = new URLSearchParams(hash.slice(1)).get('key') ?? ''
    const steering = await visit(framed(`${src}#controls=eps&key=${key}`))
    const hand = await drawnFrame(steering)
    await hand.locator('[data-control=eps] .field input').fill('0.1')
    await hand.locator('[data-control=eps] .field input').press('Enter')
    await expect.poll(() => a.value('eps')).toBe('0.1')
  })

  it('stands in pages that isolate themselves, and in files', async () => {
    const isolated = await visit(framed(`${server.url}embed/`, { isolated: '' }))
    await begunFrame(isolated)
    const dir = mkdtempSync(join(tmpdir(), 'slides-'))
    try {
      const file = join(dir, 'slides.html')
      writeFileSync(file, page(`${server.url}embed/`, '720', '480'))
      const w = await visit(pathToFileURL(file).href)
      await begunFrame(w)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  it.each(['', 'r/abcdefgh2345abcd', 'api/controls', 'healthz', 'help'])('shows nothing else of the server: /%s', async (path) => {
    allow(/frame-ancestors|refused to connect|40\d|^request to |chrome-error/i)
    const w = await visit(framed(server.url + path))
    await expect.poll(() => w.faults.join('\n')).toMatch(/frame-ancestors|chrome-error/i)
    expect(w.page.frames()[1]?.url()).toMatch(/^chrome-error:|^about:blank|^$/)
  })

  it('has nothing cut off, and is for everybody', async () => {
    const w = await visit(`${server.url}embed/#show=transport&lane=A~0&lane=B~1~eps:0.01`)
    await w.drawn()
    for (const [width, height] of [[1200, 700], [640, 420], [480, 360], [320, 240]] as const) {
      await w.page.setViewportSize({ width, height })
      const size = await w.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight])
      expect(size).toEqual([width, height])
      const foot = await w.page.locator('.embed-origin').boundingBox()
      expect((foot?.x ?? 0) + (foot?.width ?? 0), `at ${width}`).toBeLessThanOrEqual(width)
      await expect.poll(async () => (await w.page.locator('#fit-chart').boundingBox())?.height).toBeGreaterThan(0.3 * height)
      expect(await w.violations(), `at ${width}`).toEqual([])
    }
  })

  it.each([[300, 200], [420, 300], [640, 360], [720, 480], [960, 540], [1200, 675]] as const)('keeps fit and loss apart at %i x %i', async (width, height) => {
    const w = await visit(`${server.url}embed/#show=loss,transport&lane=NLL~0&lane=B~1~loss:beta_nll`, { viewport: { width, height } })
    await w.drawn()
    await w.page.locator('#loss-chart canvas').waitFor()
    const [fit, loss] = await Promise.all(['gnll-fit .plot.fit, #fit-chart canvas', '.embed-beside'].map(async (of) => w.page.locator(of).evaluateAll((all) => all.map((e) => e.getBoundingClientRect().toJSON() as DOMRect))))
    for (const a of fit ?? []) {
      for (const b of loss ?? []) expect(a.right <= b.left + 1 || a.bottom <= b.top + 1, `${JSON.stringify(a)} and ${JSON.stringify(b)}`).toBe(true)
    }
    expect(await w.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight])).toEqual([width, height])
  })

  it('carries the sentences of its lesson, where it is asked to', async () => {
    const w = await visit(`${server.url}embed/#show=lesson&lesson=what-eps-does`, { viewport: { width: 720, height: 480 } })
    await w.drawn()
    await expect.poll(() => w.page.locator('.embed-lesson li').count()).toBe(3)
    const [lesson, fit] = await Promise.all([w.page.locator('.embed-lesson').boundingBox(), w.page.locator('#fit-chart').boundingBox()])
    expect((lesson?.y ?? 0) + (lesson?.height ?? 0)).toBeLessThanOrEqual((fit?.y ?? 0) + 1)
    expect(await w.violations()).toEqual([])
    const page = await visit(`${server.url}#lesson=what-eps-does`)
    await page.says(({ step }) => step !== undefined)
    await page.page.locator('.lesson').waitFor()
    await page.page.getByRole('button', { name: 'Share', exact: true }).or(page.page.getByRole('button', { name: 'share this run' })).first().click()
    const snippet = page.page.locator('#link-embed')
    await expect.poll(() => snippet.inputValue()).toContain('#show=lesson')
    await page.page.locator('#share .local-links').evaluate((e) => { (e as HTMLDetailsElement).open = true })
    await page.page.getByLabel('with the lesson’s sentences').uncheck()
    await expect.poll(() => snippet.inputValue()).not.toContain('show=lesson')
  })

  it.each([[240, 160], [320, 240], [1200, 700]] as const)('asks whether to begin where it is seen whole: %i x %i', async (width, height) => {
    for (const theme of ['light', 'dark']) {
      const w = await visit(framed(`${server.url}embed/#theme=${theme}`, { width: String(width), height: String(height) }))
      const frame = await frameOf(w)
      const play = frame.getByRole('button', { name: 'Play', exact: true })
      await play.waitFor()
      for (const what of [play, frame.getByText('Nothing runs until you press Play')]) {
        const box = await what.evaluate((e) => e.getBoundingClientRect().toJSON() as DOMRect)
        expect([box.left >= 0, box.top >= 0, box.right <= width, box.bottom <= height]).toEqual([true, true, true, true])
      }
      expect(await frame.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight])).toEqual([width, height])
    }
  })
})

describe('a frame of a server with a token', () => {
  const guarded = new Server(['--token', 'chosen by me'])

  beforeAll(() => guarded.start())
  afterAll(() => guarded.stop())

  it('watches without it, and makes runs with it, although its cookies are blocked', async () => {
    const complaints = /401|^request to /
    const a = await visit(guarded.printed)
    await a.drawn()
    const id = new URL(a.page.url()).pathname.split('/').at(-1) ?? ''
    const watching = await visit(framed(`${guarded.url}embed/${id}`))
    await drawnFrame(watching, complaints)
    const making = await visit(framed(`${guarded.url}embed/#eps=0.01`))
    const asking = await frameOf(making, complaints)
    await asking.getByRole('button', { name: 'Play', exact: true }).click()
    await asking.locator('#token').fill('chosen by me')
    await asking.getByRole('button', { name: 'Continue' }).click()
    await drawnFrame(making, complaints)
    const told = await visit(framed(`${guarded.url}embed/#token=chosen+by+me`))
    const frame = await begunFrame(told, complaints)
    expect(frame.url()).not.toContain('token')
  })
})
