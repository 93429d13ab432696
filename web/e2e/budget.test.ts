import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { CDPSession } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

// What the page may cost. Times are printed, and asserted only with so much room
// that a busy machine does not fail: they are to notice a mistake.

const { server, visit } = stage()

const dist = resolve(import.meta.dirname, '../site/dist')
const HEAP_MINUTES = Number(process.env['HEAP_MINUTES'] ?? 1)
const MB = 1 << 20

const median = (v: number[]): number => v.sort((a, b) => a - b)[Math.floor(v.length / 2)] ?? NaN

/** What the browser counts of the page. */
async function counters(cdp: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return Object.fromEntries(metrics.map((m) => [m.name, m.value]))
}

async function threeLanes(w: Watched): Promise<void> {
  await w.drawn()
  for (const lane of ['B', 'C']) {
    await w.page.getByRole('button', { name: '+ lane' }).click()
    await w.page.getByRole('button', { name: `lane ${lane}`, exact: true }).waitFor()
  }
}

describe('the page', () => {
  it('weighs at most 450 KB, gzipped', () => {
    const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((f) => f.isFile() && /\.(js|css|html|svg)$/.test(f.name))
    const sizes = files.map((f) => ({ name: f.name, bytes: gzipSync(readFileSync(join(f.parentPath, f.name)), { level: 9 }).length }))
    const total = sizes.reduce((sum, f) => sum + f.bytes, 0)
    console.log(`${(total / 1024).toFixed(0)} KB gzipped in ${files.length} files: ${sizes.filter((f) => f.bytes > 4096).map((f) => `${f.name} ${(f.bytes / 1024).toFixed(0)}`).join(', ')}`)
    expect(total).toBeLessThan(450 * 1024)
  })

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
    await w.page.waitForTimeout(2000)
    const cdp = await w.context.newCDPSession(w.page)
    await cdp.send('Performance.enable')
    const drawn = w.page.evaluate(() => new Promise<number>((done) => {
      let frames = 0
      const fit = document.querySelector('gnll-fit')
      if (fit) new MutationObserver(() => { frames++ }).observe(fit, { attributeFilter: ['data-step'] })
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
    // A history grows by one part in five hundred a point: most of it is there soon.
    await w.page.waitForTimeout(10_000)
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
