import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { server, visit, still } = stage()
const first = { firstVisit: true } as const

/** The controls that are seen, in the header and in the panel. */
const controls = (w: Watched): Promise<string[]> => w.page.evaluate(() => [
  ...[...document.querySelectorAll('.in-header:not([hidden])')].map((e) => /in-header-(\w+)/.exec(e.className)?.[1] ?? ''),
  ...[...document.querySelectorAll<HTMLElement>('.controls [data-control]')].map((e) => e.dataset['control'] ?? ''),
].sort())

const EIGHT = ['dataset', 'decay', 'eps', 'full', 'loss', 'lr', 'members', 'speed']

describe('a first visit', () => {
  it('shows the fit, its noise, the loss, one verdict, eight controls and three prompts', async () => {
    const w = await still({}, 400, first)
    expect(await controls(w)).toEqual(EIGHT)
    for (const seen of ['#fit-chart', '#noise-chart', '#loss-chart', 'gnll-verdict']) expect(await w.page.locator(seen).isVisible(), seen).toBe(true)
    for (const left of ['gnll-anatomy', 'gnll-metrics', 'gnll-calibration']) expect(await w.page.locator(left).count(), left).toBe(0)
    expect(await w.page.locator('gnll-verdict .verdict').textContent()).toMatch(/right on average|confident/)
    expect(await w.page.locator('[data-prompt]').count()).toBe(3)
    expect(await w.violations()).toEqual([])
  })

  it('is full with one click, which is remembered, and simple again with another', async () => {
    const w = await still({}, 30, first)
    await w.page.getByRole('button', { name: 'All controls' }).click()
    await w.page.locator('gnll-metrics').waitFor()
    expect((await controls(w)).length).toBeGreaterThan(15)
    await w.page.reload()
    await w.drawn()
    await w.page.locator('gnll-metrics').waitFor()
    await w.page.getByRole('button', { name: 'Fewer controls' }).click()
    await expect.poll(() => controls(w)).toEqual(EIGHT)
  })

  it('asks the browser’s storage for nothing before the first fit; what an earlier version kept there holds after it', async () => {
    const opened = await still({}, 30, first)
    const page = await opened.context.newPage()
    await page.addInitScript(() => {
      const getItem = Object.getOwnPropertyDescriptor(Storage.prototype, 'getItem')?.value as (this: Storage, key: string) => string | null
      const early: string[] = []
      Object.assign(window, { early })
      if (sessionStorage.length === 0) localStorage.setItem('gnllviz.mode', 'full') // once
      Storage.prototype.getItem = function (key: string) {
        if (performance.getEntriesByName('first fit').length === 0 && document.documentElement.dataset['step'] === undefined) early.push(key)
        return getItem.call(this, key)
      }
    })
    await opened.context.clearCookies()
    await page.goto(opened.page.url())
    await page.locator('gnll-metrics').waitFor()
    expect(await page.evaluate(() => (window as unknown as { early: string[] }).early)).toEqual([])
    expect(await page.evaluate(() => localStorage.getItem('gnllviz.mode'))).toBe(null)
    expect(await page.evaluate(() => document.cookie)).toContain('gnllviz.mode=full')
  })

  it('by a link with a setting that is not among the eight shows that one too, also when it is at its default again', async () => {
    const w = await visit(`${server.url}#batch=8&clip=1&paused`, first)
    await w.says(({ step }) => step !== undefined)
    expect(await controls(w)).toEqual([...EIGHT, 'batch', 'clip'].sort())
    await w.page.getByRole('button', { name: /^Set batch.* to its default/ }).click()
    await expect.poll(() => w.value('batch')).toBe('32')
    expect(await controls(w)).toContain('batch')
  })

  it('offers what can be done: each prompt does it or points at it', async () => {
    const w = await still({}, 30, first)
    await w.page.locator('[data-prompt=paint] .button').click()
    await w.page.locator('#fit-chart[data-tool=add]').waitFor()
    await w.page.locator('[data-prompt=eps] .button').click()
    await expect.poll(() => w.page.evaluate(() => document.activeElement?.closest('[data-pointed]')?.getAttribute('data-control'))).toBe('eps')
    await w.page.locator('[data-prompt=compare] .button').click()
    await expect.poll(() => w.lanes()).toHaveLength(2)
    await expect.poll(() => w.page.evaluate(() => document.activeElement?.closest('[data-pointed]')?.getAttribute('data-control'))).toBe('loss')
  })

  it('keeps no prompt that was dismissed', async () => {
    const w = await still({}, 30, first)
    for (const prompt of ['paint', 'compare']) await w.page.locator(`[data-prompt=${prompt}] [aria-label^=dismiss]`).click()
    await w.page.reload()
    await w.drawn()
    expect(await w.page.locator('[data-prompt]').evaluateAll((all) => all.map((e) => e.getAttribute('data-prompt')))).toEqual(['eps'])
    await w.page.locator('[data-prompt=eps] [aria-label^=dismiss]').click()
    await w.page.locator('.prompts').waitFor({ state: 'detached' })
  })

  it('moves nothing as it loads', async () => {
    const w = await still({}, 30, first)
    await w.page.addInitScript(() => {
      const shifts: number[] = []
      Object.assign(globalThis, { shifts })
      new PerformanceObserver((list) => {
        for (const e of list.getEntries()) shifts.push((e as PerformanceEntry & { value: number }).value)
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await w.page.reload()
    await w.stands(30)
    await w.page.locator('gnll-verdict .verdict').waitFor()
    expect((await w.page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts)).reduce((a, b) => a + b, 0)).toBeLessThan(0.02)
  })

  it.each([{ width: 1280, height: 720 }, { width: 390, height: 844 }])('can be used by everybody at $width', async (viewport) => {
    const w = await still({}, 30, { ...first, viewport, colorScheme: 'dark' })
    expect(await w.violations()).toEqual([])
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
  })
})
