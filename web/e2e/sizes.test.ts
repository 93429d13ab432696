import { afterAll, describe, expect, it } from 'vitest'
import { Run, type Watched } from './harness'
import { stage } from './stage'

const { server, visit } = stage()

const SIZES = [[1280, 720], [1366, 768], [1440, 900], [1920, 1080], [2560, 1440], [3840, 2160], [820, 1180], [390, 844]] as const
const MODELS = [1, 2, 6] as const
const LESSON = 'what-eps-does'

/** How high the plot of the fit is, without its tools, its axes and their names. */
const height = (w: Watched): Promise<number> => w.page.locator('gnll-fit').evaluate((panel) => Math.round('plotHeight' in panel ? Number(panel.plotHeight) : 0))

/** What is wider than its room, or stands out of the window at a side. */
const cutOff = (w: Watched): Promise<string[]> => w.page.evaluate(() => {
  const width = document.documentElement.clientWidth
  const seen = (e: Element): boolean => e.checkVisibility() && e.getBoundingClientRect().width > 1 && !e.closest('.unseen, .lanes, .chart-table, .tip, [popover]')
  return [
    ...(document.documentElement.scrollWidth > width ? [`the page is ${document.documentElement.scrollWidth} wide`] : []),
    ...[...document.querySelectorAll('.panel, .lesson, .tool-line > *, .fit-keys > *, .tab-bar > *, .top > *')].filter(seen)
      .filter((e) => e.getBoundingClientRect().right > width + 0.5 || e.getBoundingClientRect().left < -0.5).map((e) => `${e.localName}.${e.className} stands out`),
    ...[...document.querySelectorAll<HTMLElement>('.tool-line, .fit-keys, .tab-bar')].filter(seen).filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => `${e.className} is cut off`),
  ]
})

/** A run of a lesson or of none, with so many models. */
async function run(models: number, lesson: boolean): Promise<Run> {
  const lanes = Array.from({ length: models }, (_, i) => ({ name: 'ABCDEF'[i] ?? '', colour: i, controls: i === 0 ? {} : { eps: 10 ** -i } }))
  return Run.make(server.url, { lanes, speed: 'max', ...(lesson ? { lesson: LESSON } : {}) })
}

describe('the fit', () => {
  const heights = new Map<string, number[]>(SIZES.map((size) => [size.join(' x '), []]))
  const projected: string[] = []
  const beside: string[] = []

  afterAll(() => {
    console.log(['plot of the fit, px, with 1, 2, 6 models; then the same with a lesson', ...[...heights].map(([size, all]) => `${size}: ${all.join(' ')}`), ...projected, 'side by side, the least', ...beside].join('\n'))
  })

  it.each([false, true].flatMap((lesson) => MODELS.map((models) => ({ lesson, models }))))('is a large picture at every size, with $models models, lesson: $lesson', async ({ lesson, models }) => {
    const made = await run(models, lesson)
    await made.to(40)
    const w = await visit(`${made.address}${lesson ? `&lesson=${LESSON}` : ''}`)
    await w.stands(40)
    if (lesson) await w.page.locator('.lesson').waitFor()
    for (const [width, high] of SIZES) {
      await w.page.setViewportSize({ width, height: high })
      const least = width === 1440 ? 260 : 220
      await expect.poll(() => height(w), { message: `at ${width} x ${high}`, timeout: 10_000 }).toBeGreaterThanOrEqual(least)
      // Tools go under their button with the frame after the one that has less room.
      await expect.poll(() => cutOff(w), { message: `at ${width} x ${high}`, timeout: 10_000 }).toEqual([])
      heights.get(`${width} x ${high}`)?.push(await height(w))
    }
  })

  it.each([2, 3, 6])('has as large a picture of each of %i models side by side', async (models) => {
    const made = await run(models, false)
    await made.to(40)
    const w = await visit(made.address)
    await w.stands(40)
    await w.page.evaluate(() => {
      const store = document.querySelector('gnll-app')?.store
      if (store) store.view.compare.value = 'beside'
    })
    await w.page.locator('.lane-fit canvas').nth(models - 1).waitFor({ state: 'attached' })
    for (const [width, high] of SIZES) {
      await w.page.setViewportSize({ width, height: high })
      await expect.poll(() => height(w), { message: `at ${width} x ${high}`, timeout: 10_000 }).toBeGreaterThanOrEqual(220)
      await expect.poll(() => cutOff(w), { message: `at ${width} x ${high}`, timeout: 10_000 }).toEqual([])
      // What has no room scrolls within the panel, up and down alone.
      const { across, ends } = await w.page.locator('.lane-fits').evaluate((room) => {
        room.scrollTop = room.scrollHeight
        const last = room.lastElementChild?.getBoundingClientRect()
        return { across: room.scrollWidth > room.clientWidth + 1, ends: (last?.bottom ?? Infinity) <= room.getBoundingClientRect().bottom + 1 }
      })
      expect([across, ends], `at ${width} x ${high}`).toEqual([false, true])
      beside.push(`${width} x ${high}, ${models} models: ${await height(w)}`)
    }
  })

  it.each([[1280, 720], [1920, 1080]])('is larger on a projector, at %i x %i', async (width, high) => {
    const made = await run(1, false)
    await made.to(40)
    const w = await visit(made.address, { viewport: { width, height: high } })
    await w.stands(40)
    const before = await height(w)
    await w.page.keyboard.press('p')
    await expect.poll(() => height(w), { timeout: 10_000 }).toBeGreaterThan(before)
    await expect.poll(() => cutOff(w), { timeout: 10_000 }).toEqual([])
    projected.push(`${width} x ${high}: ${before}, on a projector ${await height(w)}`)
    // Nothing that is drawn is a mere strip: the noise of a low window is a line that opens.
    const folds = high < 860
    if (folds) {
      expect(await w.page.locator('#noise-chart').count()).toBe(0)
      await w.page.locator('.noise-fold').click()
      await w.page.locator('#noise-chart canvas').waitFor()
      await expect.poll(() => height(w)).toBeGreaterThanOrEqual(220)
    }
    for (const chart of ['#noise-chart', '#loss-chart']) expect((await w.page.locator(chart).boundingBox())?.height, chart).toBeGreaterThan(150)
    if (folds) await w.page.locator('.noise-fold').click()
    // The controls are one click away, beside the picture.
    expect(await w.page.locator('.controls').isVisible()).toBe(false)
    await w.page.locator('.rail-button').click()
    await w.page.locator('.controls').waitFor()
    await expect.poll(() => height(w)).toBeGreaterThan(before)
  })
})

describe('on a projector', () => {
  it('everything is legible from the back row', async () => {
    const w = await visit(`${server.url}#lesson=calibration`, { viewport: { width: 1280, height: 720 } })
    await w.says(({ step }) => step !== undefined) // it asks its question first
    await w.page.keyboard.press('p')
    const small = (): Promise<string[]> => w.page.evaluate(() => {
      const found = new Set<string>()
      for (const e of document.querySelectorAll<HTMLElement>('.top *, .under *, .room *, gnll-timeline *')) {
        const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && (n.textContent ?? '').trim() !== '')
        if (!own || !e.checkVisibility() || e.closest('.unseen, [popover], math') || e.getBoundingClientRect().width <= 1) continue
        const size = parseFloat(getComputedStyle(e).fontSize)
        if (size < 16) found.add(`${e.localName}.${e.className}: ${size}`)
      }
      for (const e of document.querySelectorAll('[data-spot]')) if (parseFloat(getComputedStyle(e, '::before').fontSize) < 16) found.add(`ring of ${e.localName}`)
      // A chart is magnified as a whole.
      const page = getComputedStyle(document.documentElement)
      const chart = parseFloat(page.getPropertyValue('--chart-size')) * parseFloat(page.getPropertyValue('--chart-zoom'))
      if (chart < 16) found.add(`axes: ${chart}`)
      return [...found]
    })
    await expect.poll(small, { timeout: 10_000 }).toEqual([])
    for (const tab of ['Calibration', 'Metrics', 'Anatomy', 'Gradients']) {
      await w.page.getByRole('tab', { name: tab }).click()
      await expect.poll(small, { message: tab, timeout: 10_000 }).toEqual([])
    }
    // Of the formula, what is raised and lowered, too.
    await w.page.getByRole('tab', { name: 'Anatomy' }).click()
    expect(await w.page.evaluate(() => Math.min(...[...document.querySelectorAll('.formula :is(mi, mn, mo, mtext)')].map((e) => parseFloat(getComputedStyle(e).fontSize))))).toBeGreaterThanOrEqual(16)
  })
})

describe('nothing jumps', () => {
  /** Adds up how far things jump from now on, however they were caused. */
  const shifts = async (w: Watched, act: () => Promise<unknown>): Promise<number> => {
    await w.page.evaluate(() => {
      const seen: Array<{ value: number; of: string }> = []
      Object.assign(globalThis, { seen })
      new PerformanceObserver((list) => {
        for (const e of list.getEntries()) {
          const { value, sources } = e as PerformanceEntry & { value: number; sources: ReadonlyArray<{ node: Element | null }> }
          seen.push({ value, of: sources.map(({ node }) => `${node?.localName ?? ''}.${node?.className ?? ''}`).join(' ') })
        }
      }).observe({ type: 'layout-shift' })
    })
    await act()
    // A shift is told with the frame after it.
    await w.page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))) }))
    const seen = await w.page.evaluate(() => (globalThis as unknown as { seen: ReadonlyArray<{ value: number; of: string }> }).seen)
    const total = seen.reduce((sum, { value }) => sum + value, 0)
    console.log(`shift ${total.toFixed(4)}: ${seen.map(({ value, of }) => `${value.toFixed(4)} ${of}`).join('; ')}`)
    return total
  }

  it.each([[1280, 720, false], [1440, 900, false], [1440, 900, true], [1920, 1080, false], [820, 1180, false], [390, 844, false]] as const)('when a lesson starts, at %i x %i, a first visit: %s', async (width, high, firstVisit) => {
    const made = await run(1, false)
    await made.to(40)
    const w = await visit(made.address, { viewport: { width, height: high }, firstVisit })
    await w.stands(40)
    await w.page.getByRole('button', { name: 'lessons' }).click()
    await w.page.locator('.lesson-list button').first().waitFor()
    const jumped = await shifts(w, async () => {
      await w.page.locator('.lesson-list button').first().click()
      await w.page.locator('.lesson').waitFor()
      await expect.poll(() => w.lanes()).toHaveLength(3)
      await w.settled()
    })
    expect(jumped).toBeLessThan(0.05)
  })

  it.each([[1280, 720, false], [1440, 900, false], [1440, 900, true]] as const)('when a model is added, at %i x %i, a first visit: %s', async (width, high, firstVisit) => {
    const made = await run(1, false)
    await made.to(40)
    const w = await visit(made.address, { viewport: { width, height: high }, firstVisit })
    await w.stands(40)
    const eps = await w.page.locator('[data-control=eps]').boundingBox()
    const jumped = await shifts(w, async () => {
      await w.page.locator('.lane-add').first().click()
      await expect.poll(() => w.lanes()).toHaveLength(2)
      await w.settled()
    })
    expect(jumped).toBeLessThan(0.02)
    expect(await w.page.locator('[data-control=eps]').boundingBox()).toEqual(eps)
  })
})
