import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { Run, type Server, type Watched } from './harness'
import { stage } from './stage'

const { visit, serve, allow, server } = stage()

let folders: Array<() => void> = []

// After the programs are stopped: hooks run the other way round.
afterEach(() => {
  for (const remove of folders) remove()
  folders = []
})

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'gnllviz-mine-'))
  folders.push(() => { rmSync(dir, { recursive: true, force: true }) })
  return dir
}

/** A file system of its own with so many bytes. */
function smallDisk(size: string): string {
  const dir = folder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], { stdio: 'pipe' })
  } catch (e) {
    throw new Error('this test mounts a small disk, for which it must be root: sudo npx vitest run --config e2e/vitest.config.ts mine', { cause: e })
  }
  folders.unshift(() => { execFileSync('umount', ['-l', dir]) })
  return dir
}

/** Writes a file until nothing more has room beside it. */
function fill(file: string): void {
  const f = openSync(file, 'w')
  const piece = new Uint8Array(4096)
  try {
    for (;;) writeSync(f, piece)
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'ENOSPC') throw e
  } finally {
    closeSync(f)
  }
}

const list = (w: Watched): Locator => w.page.getByRole('dialog', { name: 'My runs' })
const row = (w: Watched, { id }: { readonly id: string }): Locator => list(w).locator(`[data-mine="${id}"]`)

/** Opens the list by the button in the header. */
async function openList(w: Watched): Promise<void> {
  await w.page.getByRole('button', { name: 'My runs', exact: true }).first().click()
  await list(w).waitFor()
}

/** A page that has opened these runs, one after the other; it shows the last. */
async function owner(own: Server | { readonly url: string }, runs: readonly Run[]): Promise<Watched> {
  const w = await visit(runs[0]?.address ?? own.url)
  for (const run of runs.slice(1)) {
    await w.says(({ step }) => step !== undefined)
    await w.page.goto(run.address)
  }
  await w.says(({ run, step }) => run === runs.at(-1)?.id && step !== undefined)
  return w
}

describe('my runs', () => {
  it('are listed, the one used last first, and the open one is marked', async () => {
    const runs = [await Run.make(server.url), await Run.make(server.url, { dataset: 'sine' }), await Run.make(server.url)]
    await runs[1]?.to(40)
    const w = await owner(server, runs)
    const asked: string[] = []
    w.page.on('request', (r) => { if (r.url().endsWith('/summary')) asked.push(r.url()) })
    await openList(w)
    await expect.poll(() => list(w).locator('[data-known=there]').count()).toBe(3)
    const ids = await list(w).locator('[data-mine]').evaluateAll((rows) => rows.map((r) => r.getAttribute('data-mine')))
    expect(ids).toEqual(runs.map(({ id }) => id).toReversed())
    expect(asked).toHaveLength(3)
    const [, sine, last] = runs
    if (!sine || !last) throw new Error('no runs')
    expect(await row(w, last).getAttribute('aria-current')).toBe('true')
    expect(await row(w, last).textContent()).toContain('open now')
    expect(await row(w, last).getByRole('link').count()).toBe(0)
    expect(await row(w, sine).textContent()).toMatch(/step 40, paused, last used today \d\d:\d\d/)
    expect(await w.violations()).toEqual([])

    await row(w, sine).getByRole('link').click()
    await w.page.waitForURL((url) => url.pathname.includes(sine.id))
    await w.says(({ run, step }) => run === sine.id && step === '40')
    expect(await w.page.getByRole('button', { name: 'Play', exact: true }).isEnabled()).toBe(true)
  })

  it('are asked of the server only when the list is opened, and loaded only then', async () => {
    const run = await Run.make(server.url)
    const w = await visit(run.address)
    const asked: string[] = []
    w.page.on('request', (r) => { asked.push(new URL(r.url()).pathname) })
    await w.page.reload()
    await w.says(({ step }) => step !== undefined)
    await w.page.waitForLoadState('networkidle')
    expect(asked.filter((path) => /\/summary$|assets\/mine-/.test(path))).toEqual([])
    await openList(w)
    await row(w, run).locator('[data-way=rename]').waitFor()
    expect(asked.filter((path) => /assets\/mine-/.test(path)).length).toBe(1)
  })

  it('are renamed by keyboard, and Escape leaves the name and the list as they are', async () => {
    const [other, run] = [await Run.make(server.url), await Run.make(server.url)]
    const w = await owner(server, [other, run])
    await openList(w)
    const rename = row(w, other).getByRole('button', { name: /^Rename/ })
    await rename.focus()
    await w.page.keyboard.press('Enter')
    const field = row(w, other).getByRole('textbox', { name: 'Name of the run' })
    await expect.poll(() => field.evaluate((e) => e === document.activeElement)).toBe(true)
    await w.page.keyboard.type('wrong')
    await w.page.keyboard.press('Escape')
    await field.waitFor({ state: 'detached' })
    expect(await list(w).isVisible()).toBe(true)
    await expect.poll(() => rename.evaluate((e) => e === document.activeElement)).toBe(true)

    await w.page.keyboard.press('Enter')
    await field.waitFor()
    await w.page.keyboard.type('For Monday’s lecture')
    await w.page.keyboard.press('Enter')
    await row(w, other).getByRole('link', { name: 'For Monday’s lecture' }).waitFor()
    expect(await list(w).getByRole('status').textContent()).toBe('Renamed to For Monday’s lecture.')
    await expect.poll(() => row(w, other).getByRole('button', { name: 'Rename For Monday’s lecture' }).evaluate((e) => e === document.activeElement)).toBe(true)
    const told = (await (await fetch(new URL(`api/runs/${other.id}/summary`, server.url))).json()) as { name?: string }
    expect(told.name).toBe('For Monday’s lecture')
  })

  it('are deleted only after a question, which says what is lost', async () => {
    const [other, run] = [await Run.make(server.url), await Run.make(server.url)]
    const w = await owner(server, [other, run])
    const isThere = async ({ id }: Run): Promise<boolean> => (await fetch(new URL(`api/runs/${id}/summary`, server.url))).ok
    await openList(w)
    await row(w, other).getByRole('button', { name: /^Delete/ }).click()
    const question = list(w).getByRole('alertdialog')
    expect(await question.textContent()).toContain('This cannot be undone.')
    await expect.poll(() => question.getByRole('button', { name: 'Keep' }).evaluate((e) => e === document.activeElement)).toBe(true)
    await w.page.keyboard.press('Enter')
    await question.waitFor({ state: 'detached' })
    expect(await isThere(other)).toBe(true)

    await row(w, other).getByRole('button', { name: /^Delete/ }).click()
    await question.getByRole('button', { name: 'Delete' }).click()
    await row(w, other).waitFor({ state: 'detached' })
    expect(await isThere(other)).toBe(false)
    expect(await list(w).getByRole('status').textContent()).toMatch(/ was deleted\.$/)

    // The one that is open: the page goes to a new one, and nothing makes the old one again.
    await row(w, run).getByRole('button', { name: /^Delete/ }).click()
    await question.getByRole('button', { name: 'Delete' }).click()
    await w.page.waitForURL((url) => url.pathname.includes('/r/') && !url.pathname.includes(run.id))
    await w.says((now) => now.run !== undefined && now.run !== run.id && now.step !== undefined)
    expect(await isThere(run)).toBe(false)
    await openList(w)
    await list(w).locator('[data-known=there]').waitFor()
    expect(await row(w, run).count()).toBe(0)
  })

  it('that the server no longer has can be forgotten', async () => {
    allow(/404/)
    const [other, run] = [await Run.make(server.url), await Run.make(server.url)]
    const w = await owner(server, [other, run])
    await fetch(new URL(`api/runs/${other.id}`, server.url), { method: 'DELETE', headers: { 'Run-Key': other.key } })
    await openList(w)
    await list(w).locator(`[data-mine="${other.id}"][data-known=gone]`).waitFor()
    expect(await row(w, other).getByRole('link').count()).toBe(0)
    await row(w, other).getByRole('button', { name: /^Forget/ }).click()
    await row(w, other).waitFor({ state: 'detached' })
    await w.page.keyboard.press('Escape')
    await list(w).waitFor({ state: 'hidden' })
    await openList(w)
    await list(w).locator('[data-known=there]').waitFor()
    expect(await list(w).locator('[data-mine]').count()).toBe(1)
  })

  it('are reached on a phone, and of a run that is only watched none is listed', async () => {
    const run = await Run.make(server.url)
    const w = await visit(run.address.replace(/#.*/, ''), { viewport: { width: 390, height: 844 } })
    await w.says(({ step }) => step !== undefined)
    await w.page.getByRole('button', { name: 'share this run' }).click()
    await w.page.locator('#share').getByRole('button', { name: 'My runs' }).click()
    await list(w).waitFor()
    expect(await list(w).locator('[data-mine]').count()).toBe(0)
    await w.page.goto('about:blank')
    await w.page.goto(run.address)
    await w.says(({ step }) => step !== undefined)
    await w.page.getByRole('button', { name: 'share this run' }).click()
    await w.page.locator('#share').getByRole('button', { name: 'My runs' }).click()
    await row(w, run).getByRole('button', { name: /^Delete/ }).click()
    const wide = await w.page.evaluate(() => document.documentElement.scrollWidth)
    expect(wide).toBeLessThanOrEqual(390)
    const box = await list(w).boundingBox()
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 390).toBe(true)
    expect(await w.violations()).toEqual([])
  })
})

describe('a server that is killed and started again', () => {
  const DATA = { formula: { mean: 'sin(x)', std: '0.2', from: -3, to: 3, rows: 90 } }

  it('goes on with the run at the same step, with its settings, its own rows and its undo', async () => {
    allow(/WebSocket connection|ERR_CONNECTION_REFUSED/)
    const own = await serve('--store', folder())
    const run = await Run.make(own.url, { data: DATA })
    await run.to(60)
    const w = await visit(run.address)
    await w.stands(60)
    const rows = await w.rows()
    await w.type('eps', '1e-2')
    await w.settled()
    await run.to(120)
    await w.stands(120)
    const { generation } = await w.where()

    await own.stop()
    await w.says(({ link }) => link !== 'live')
    await own.start()
    await w.says(({ link }) => link === 'live')
    await w.stands(120)
    expect((await w.where()).generation).toBe(generation)
    expect(await w.value('eps')).toBe('1e-2')
    expect(await w.rows()).toBe(rows)
    expect(await w.page.locator('gnll-caption').textContent()).not.toMatch(/restarted|step 0/)

    await w.page.getByRole('button', { name: 'undo', exact: true }).click()
    await expect.poll(() => w.value('eps')).not.toBe('1e-2')
    await run.to(150)
    await w.stands(150)
  })

  it('trains on by itself where it was training, without beginning again', async () => {
    allow(/WebSocket connection|ERR_CONNECTION_REFUSED/)
    const own = await serve('--store', folder())
    const w = await visit(`${own.url}#speed=1000`)
    await w.past(1500)
    const { generation, run } = await w.where()
    await w.type('eps', '1e-2')
    await w.settled()
    await own.stop()
    const step = await w.step()
    await own.start()
    await w.says(({ link }) => link === 'live')
    await w.past(step)
    const now = await w.where()
    expect([now.generation, now.run, now.state]).toEqual([generation, run, 'playing'])
    expect(await w.value('eps')).toBe('1e-2')
    expect(await w.page.locator('gnll-caption').textContent()).not.toMatch(/restarted|step 0/)
  })
})

describe('a run that was deleted in another tab', () => {
  it('is not made again: the page says so, now and when it is loaded again, and leads to a new one', async () => {
    allow(/WebSocket connection|4(04|10)/)
    const own = await serve('--store', folder())
    const run = await Run.make(own.url)
    const w = await visit(run.address)
    await w.says(({ link }) => link === 'live')
    await fetch(new URL(`api/runs/${run.id}`, own.url), { method: 'DELETE', headers: { 'Run-Key': run.key } })
    const told = w.page.getByRole('status').filter({ hasText: 'This run was deleted.' })
    await told.getByRole('link', { name: 'Start a new run' }).waitFor()
    await w.page.reload()
    await w.page.getByText('This run was deleted.').waitFor()
    expect((await fetch(new URL(`api/runs/${run.id}/summary`, own.url))).status).toBe(404)
    await w.page.getByRole('link', { name: /new run/i }).click()
    await w.says((now) => now.run !== undefined && now.run !== run.id && now.link === 'live')
  })
})

describe('a disk that is full', () => {
  it('refuses a change calmly, gives the control back, loses nothing, and takes changes again once there is room', async () => {
    allow(/WebSocket connection|ERR_CONNECTION_REFUSED/)
    const disk = smallDisk('16m')
    const own = await serve('--store', join(disk, 'store'))
    const run = await Run.make(own.url)
    await run.to(30)
    const w = await visit(run.address)
    await w.stands(30)
    await w.type('eps', '0.02')
    await w.settled()
    const ballast = join(disk, 'ballast')
    fill(ballast)

    // What has room in the last block that was begun is still saved.
    const notice = w.page.locator('gnll-caption [role=status]', { hasText: 'Not saved' })
    let saved = await w.value('eps')
    for (let i = 0; i < 200 && await notice.count() === 0; i++) {
      saved = await w.value('eps')
      await w.type('eps', String((30 + i) / 1000))
      await w.settled()
    }
    expect(await notice.textContent()).toMatch(/so the change was not made.*Ask whoever runs the server to free space, then try again\./)
    await expect.poll(() => w.value('eps')).toBe(saved)
    expect(await w.page.locator('[data-control=eps] .refused').count()).toBe(0)
    expect(await w.violations()).toEqual([])

    rmSync(ballast)
    await expect.poll(async () => {
      await w.type('eps', '0.5')
      await w.settled()
      return w.value('eps')
    }, { timeout: 30_000 }).toBe('0.5')
    await own.stop()
    await own.start()
    await w.says(({ link }) => link === 'live')
    await w.stands(30)
    expect(await w.value('eps')).toBe('0.5')
  })
})
