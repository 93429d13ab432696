import { mkdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { LOGS, Run, Server, TROUBLE, Watched, type Visit } from './harness'

export interface Stage {
  /** The program that the pages are of. */
  readonly server: { readonly url: string; readonly printed: string }
  /** Opens a page; without an address the server's own. */
  readonly visit: (url?: string, options?: Visit) => Promise<Watched>
  /** Opens the page of a new run that stands after so many steps: what moves then is what the test moves. */
  readonly still: (order?: object, steps?: number, options?: Visit) => Promise<Watched>
  /** Starts a program that only this test uses, as what stops it would stop the others' too. */
  readonly serve: (...flags: string[]) => Promise<Server>
  /** What a page may complain of in this test. */
  readonly allow: (complaint: RegExp) => void
}

/**
 * The program and the browser for the tests of one file: those that all files
 * share, or with flags a program of its own. Whatever a test does, its pages must
 * not complain, break their policy, or ask anybody else for anything. One that
 * fails leaves what it saw in the folder TROUBLE.
 */
export function stage(...flags: string[]): Stage {
  const own = flags.length > 0 ? new Server(flags) : null
  const server = own ?? { url: inject('server'), printed: inject('server') }
  let browser: Browser
  let open: Watched[] = []
  let started: Server[] = []
  let allowed: RegExp | null = null

  beforeAll(async () => {
    await own?.start()
    browser = await chromium.connect(inject('browser'))
  })

  afterAll(async () => {
    await browser.close()
    await own?.stop()
  })

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') {
      const folder = join(TROUBLE, `${basename(task.file.name, '.test.ts')} ${task.name}`.replace(/[^\w.-]+/g, '-').slice(0, 100))
      mkdirSync(folder, { recursive: true })
      for (const [i, w] of open.entries()) await w.leave(folder, `page-${i}`)
      const logs = [...started, ...(own ? [own] : [])].map((s) => s.log)
      console.error(`${task.name}: what the pages showed and said is in ${relative(process.cwd(), folder)}, the log in ${logs.length > 0 ? logs.join(', ') : LOGS}`)
    }
    const faults = open.flatMap((w) => w.faults).filter((f) => !allowed?.test(f))
    for (const w of open) await w.close()
    for (const s of started) await s.stop()
    open = []
    started = []
    allowed = null
    expect(faults).toEqual([])
  })

  const visit = async (url = server.url, options: Visit = {}): Promise<Watched> => {
    const w = await Watched.open(browser, url, options)
    open.push(w)
    return w
  }

  return {
    server,
    visit,
    still: async (order = {}, steps = 30, options = {}) => {
      const run = await Run.make(server.url, { ...(steps > 60 ? { speed: 'max' } : {}), ...order })
      await run.to(steps)
      const w = await visit(run.address, options)
      await w.stands(steps)
      return w
    },
    serve: async (...more) => {
      const s = new Server(more)
      started.push(s)
      await s.start()
      return s
    },
    allow: (complaint) => { allowed = complaint },
  }
}
