import type { CDPSession } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

// What the page may cost. Times are printed, and asserted only with so much room
// that a busy machine does not fail: they are to notice a mistake.

const { server, visit, still } = stage()

const HEAP_MINUTES = Number(process.env['HEAP_MINUTES'] ?? 1)
const MB = 1 << 20

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** What the browser counts of the page. */
async function counters(cdp: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return Object.fromEntries(metrics.map((m) => [m.name, m.value]))
}

async function threeLanes(w: Watched): Promise<void> {
  await w.drawn()
  for (const lane of ['B', 'C']) {
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await w.page.getByRole('button', { name: `model ${lane}`, exact: true }).waitFor()
  }
}

describe('the page', () => {
  it('shows the first fit soon', async () => {
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      const w = await visit()
      await w.drawn()
      times.push(await w.page.evaluate(() => performance.getEntriesByName('first fit')[0]?.startTime ?? NaN))
      await w.page.goto('about:blank')
    }
    console.log(`first fit after ${times.map((t) => t.toFixed(0)).join(', ')} ms, median ${median(times).toFixed(0)}`)
    expect(median(times)).toBeLessThan(1500)
  })

  it('leaves the main thread free, with three lanes at 30 frames a second', async () => {
    const w = await visit(`${server.url}#speed=300`)
    await threeLanes(w)
    await w.past(600)
    const cdp = await w.context.newCDPSession(w.page)
    await cdp.send('Performance.enable')
    const drawn = w.page.evaluate(() => new Promise<number>((done) => {
      let frames = 0
      new MutationObserver(() => { frames++ }).observe(document.documentElement, { attributeFilter: ['data-step'] })
      setTimeout(() => { done(frames) }, 10_000)
    }))
    const before = await counters(cdp)
    const frames = await drawn
    const after = await counters(cdp)
    const share = (name: string): number => ((after[name] ?? NaN) - (before[name] ?? NaN)) / ((after['Timestamp'] ?? NaN) - (before['Timestamp'] ?? NaN))
    console.log(`${(frames / 10).toFixed(1)} frames a second; main thread ${(100 * share('TaskDuration')).toFixed(0)} % busy: script ${(100 * share('ScriptDuration')).toFixed(0)}, layout ${(100 * share('LayoutDuration')).toFixed(0)}, style ${(100 * share('RecalcStyleDuration')).toFixed(0)}`)
    expect(frames).toBeGreaterThan(100)
    expect(share('TaskDuration')).toBeLessThan(0.8)
  })

  it(`keeps its heap flat over ${HEAP_MINUTES} min`, async () => {
    const w = await visit(`${server.url}#speed=max`)
    await threeLanes(w)
    // A history grows by one part in five hundred a point: most of it is there soon, by steps and
    // not by the clock. A fast machine makes a million and a half in the minute that follows.
    await w.past(500_000)
    const cdp = await w.context.newCDPSession(w.page)
    await cdp.send('Performance.enable')
    const heap: number[] = []
    const nodes: number[] = []
    // By the clock: on a busy machine a look takes long.
    for (const begun = Date.now(); Date.now() - begun <= HEAP_MINUTES * 60_000;) {
      await cdp.send('HeapProfiler.collectGarbage')
      const now = await counters(cdp)
      heap.push((now['JSHeapUsedSize'] ?? NaN) / MB)
      nodes.push(now['Nodes'] ?? NaN)
      await w.page.waitForTimeout(10_000)
    }
    console.log(`heap, MB: ${heap.map((v) => v.toFixed(1)).join(' ')}; nodes: ${nodes[0]} to ${nodes.at(-1)}; step ${await w.step()}`)
    const third = Math.ceil(heap.length / 3)
    expect(median(heap.slice(-third))).toBeLessThan(median(heap.slice(0, third)) + 2)
    expect(nodes.at(-1)).toBeLessThan(1.1 * (nodes[0] ?? 0))
  }, HEAP_MINUTES * 60_000 + 180_000)
})

describe('eps', () => {
  /** Moves the slider and measures, in the page, until a frame with that revision is drawn. */
  const latencies = async (w: Watched): Promise<number[]> => {
    const times: number[] = []
    for (let i = 0; i < 15; i++) {
      await w.page.waitForTimeout(120)
      times.push(await w.page.evaluate((position) => new Promise<number>((shown) => {
        const slider = document.querySelector<HTMLInputElement>('[data-control=eps] input[type=range]')
        if (!slider) throw new Error('no slider')
        const begin = performance.now()
        const seen = new MutationObserver(() => {
          seen.disconnect()
          shown(performance.now() - begin)
        })
        seen.observe(document.documentElement, { attributeFilter: ['data-revision'] })
        slider.value = String(position)
        slider.dispatchEvent(new Event('input', { bubbles: true }))
      }), -6 + 0.3 * (i + 1)))
    }
    return times
  }

  it.each(['training', 'paused'])('shows within 100 ms while %s', async (state) => {
    const w = state === 'paused' ? await still() : await visit()
    await w.drawn()
    const times = await latencies(w)
    console.log(`eps to frame while ${state}, ms: median ${median(times).toFixed(1)} of ${times.map((t) => t.toFixed(1)).join(' ')}`)
    expect(median(times)).toBeLessThan(100)
    await expect.poll(() => w.page.locator('[data-control=eps][data-pending]').count()).toBe(0)
  })
})

describe('drawing', () => {
  it('takes little of the main thread', async () => {
    const w = await visit(`${server.url}#speed=max`)
    await w.drawn()
    const times = await w.page.evaluate(() => new Promise<Record<string, number[]>>((done) => {
      const taken: Record<string, number[]> = {}
      new PerformanceObserver((list) => {
        for (const e of list.getEntries()) (taken[e.name] ??= []).push(e.duration)
      }).observe({ type: 'measure' })
      setTimeout(() => { done(taken) }, 5000)
    }))
    for (const [name, ms] of Object.entries(times)) {
      console.log(`${name}: median ${median(ms).toFixed(2)} ms, ${(ms.length / 5).toFixed(1)} a second`)
    }
    // By medians: a mean would count the times at which another process ran.
    const total = Object.values(times).reduce((sum, ms) => sum + median(ms) * ms.length, 0)
    const perFrame = total / (times['draw fit']?.length ?? 0)
    console.log(`all charts: ${perFrame.toFixed(2)} ms a frame, by medians`)
    expect(Object.keys(times).sort()).toEqual(['draw fit', 'draw loss', 'draw noise'])
    // Twice what it takes on two busy cores: this is to notice a mistake, not a slow day.
    expect(perFrame).toBeLessThan(25)
  })
})
