import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launch, Server, Watched } from './harness'

export interface Stage {
  readonly server: Server
  /** Opens a page; without an address the server's own. */
  readonly visit: (url?: string, options?: BrowserContextOptions) => Promise<Watched>
  /** What a page may complain of in this test. */
  readonly allow: (complaint: RegExp) => void
}

/**
 * The program and a browser for the tests of one file. Whatever a test does, its
 * pages must not complain, break their policy, or ask anybody else for anything.
 */
export function stage(...flags: string[]): Stage {
  const server = new Server(flags)
  let browser: Browser
  let open: Watched[] = []
  let allowed: RegExp | null = null

  beforeAll(async () => {
    await server.start()
    browser = await launch()
  })

  afterAll(async () => {
    await browser.close()
    await server.stop()
  })

  afterEach(async () => {
    const faults = open.flatMap((w) => w.faults).filter((f) => !allowed?.test(f))
    for (const w of open) await w.close()
    open = []
    allowed = null
    expect(faults).toEqual([])
  })

  return {
    server,
    visit: async (url = server.url, options = {}) => {
      const w = await Watched.open(browser, url, options)
      open.push(w)
      return w
    },
    allow: (complaint) => { allowed = complaint },
  }
}
