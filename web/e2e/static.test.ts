import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { bytesOf, Server as Program, Watched } from './harness'

/** What a static host says of files, and no more. */
const KINDS: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.gz': 'application/gzip' }

let browser: Browser
let folder: string
let host: Server
let url: string
/** Whether the host answers. */
let isUp = true

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gnllviz-site-'))
  await promisify(execFile)(process.env['GNLLVIZ'] ?? resolve(import.meta.dirname, '../../gnllviz'), ['site', '--out', folder])
  host = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://host')
    const path = join(folder, pathname.replace(/^\/below\/a\/path\//, ''), pathname.endsWith('/') ? 'index.html' : '')
    if (!isUp) { request.socket.destroy(); return }
    stat(path).then(() => readFile(path)).then(
      (b) => response.writeHead(200, { 'Content-Type': KINDS[extname(path)] ?? 'application/octet-stream' }).end(b),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((ready) => host.listen(0, '127.0.0.1', ready))
  url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/below/a/path/`
  browser = await chromium.connect(inject('browser'))
})

afterAll(async () => {
  await browser.close()
  host.close()
  await rm(folder, { recursive: true })
})

describe('a folder on a static host', () => {
  it('trains in the page, asks for nothing outside itself, and can be steered', async () => {
    const w = await Watched.open(browser, url)
    await w.drawn()
    expect(await w.where()).toMatchObject({ engine: 'page', link: 'live' })
    await w.type('eps', '0.01')
    await w.settled()
    const step = await w.pause()
    expect(step).toBeGreaterThan(0)
    expect(w.faults).toEqual([])
    await w.close()
  })

  it('makes files: a model at once, a picture by the part that is fetched for it', async () => {
    const w = await Watched.open(browser, url)
    await w.drawn()
    await w.pause()
    await w.page.getByRole('button', { name: 'export and import' }).click()
    for (const [format, begin] of [['json', '{'], ['fit-png', '\x89PNG'], ['zip', 'PK']] as const) {
      const [download] = await Promise.all([w.page.waitForEvent('download'), w.page.locator(`[data-format=${format}]`).click()])
      expect((await bytesOf(download)).toString('latin1').slice(0, begin.length)).toBe(begin)
    }
    expect(w.faults).toEqual([])
    await w.close()
  })

  it('has a guide, and lessons', async () => {
    const w = await Watched.open(browser, new URL('#lesson=variance-collapse', url).href)
    await w.says(({ lanes }) => lanes === '2')
    expect(new URL(w.page.url()).hash).toContain('lesson=variance-collapse')
    await w.page.goto(new URL('help.html', url).href)
    await w.page.locator('#eps').waitFor()
    expect(w.faults).toEqual([])
    await w.close()
  })

  it('is the page that the program serves with --engine page, too', async () => {
    const program = new Program(['--engine', 'page'])
    await program.start()
    const w = await Watched.open(browser, program.url)
    await w.drawn()
    expect(await w.where()).toMatchObject({ engine: 'page', link: 'live' })
    expect(await (await fetch(new URL('api/runs', program.url))).json()).toEqual([])
    expect(w.faults).toEqual([])
    await w.close()
    await program.stop()
  })

  it('works without a network after the first visit', async () => {
    const w = await Watched.open(browser, url)
    await w.drawn()
    await w.page.evaluate(async () => { await navigator.serviceWorker.ready })
    isUp = false
    try {
      await w.page.goto(url)
      await w.drawn()
      expect(await w.where()).toMatchObject({ engine: 'page' })
      expect(w.faults).toEqual([])
    } finally {
      isUp = true
    }
    await w.close()
  })
})
