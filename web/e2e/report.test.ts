import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Run, type Watched } from './harness'
import { stage } from './stage'

// The report as its reader has it: a file, opened by a browser without a network.

const { server, visit, allow } = stage()
let folder: string

// What could break out of HTML, of a script or of JSON within it, as names.
const NAMES = ['</script><script>window.broken=1</script>', '<!-- <img src=x onerror="window.broken=2">', '__f__function(){window.broken=3}__f__']

/** Trains a run and keeps its report as a file. */
async function reportOf(name: string, order: object): Promise<string> {
  const run = await Run.make(server.url, { speed: 'max', ...order })
  await run.to(60)
  await run.command({ type: 'change', set: { eps: 0.001 } })
  await run.to(80)
  const file = join(folder, `${name}.html`)
  const r = await fetch(new URL(`api/runs/${run.id}/export?format=report`, server.url))
  if (!r.ok) throw new Error(await r.text())
  await writeFile(file, await r.text())
  return file
}

const opened = async (file: string, options: Parameters<typeof visit>[1] = {}): Promise<Watched> => {
  const w = await visit(pathToFileURL(file).href, { offline: true, ...options })
  await w.page.waitForFunction(() => [...document.querySelectorAll('[data-chart]')].every((e) => e.hasAttribute('data-drawn')))
  return w
}

let usual = ''
let hostile = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'))
  usual = await reportOf('usual', { dataset: 'mcycle', hidden: [8], members: 2 })
  const rows = Array.from({ length: 60 }, (_, i) => `${i},${(i * i) % 17},${((i * i * 31) % 23) - 11}`)
  hostile = await reportOf('hostile', {
    hidden: [4], title: NAMES[0],
    data: { csv: { text: [NAMES.map((n) => `"${n.replaceAll('"', '""')}"`).join(','), ...rows].join('\n'), target: NAMES[1] } },
  })
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

describe('the report', () => {
  it.each([
    { width: 1440, theme: 'light' }, { width: 390, theme: 'dark' },
  ] as const)('opens without a network at $width pixels, $theme', async ({ width, theme }) => {
    const requests: string[] = []
    const w = await opened(usual, { viewport: { width, height: 900 }, colorScheme: theme })
    w.page.on('request', (r) => requests.push(r.url()))
    await w.page.reload()
    await w.page.waitForLoadState('networkidle')
    expect(requests.filter((r) => !r.startsWith('data:'))).toEqual([pathToFileURL(usual).href])
    expect(await w.page.locator('[data-chart]').evaluateAll((all) => all.map((e) => (e as HTMLElement).dataset['chart'])))
      .toEqual(['fit', 'std', 'loss', 'calibration', 'pit'])
    const drawn = await w.page.locator('[data-chart]').evaluateAll((all) => all.map((e) => e.querySelectorAll('svg path').length))
    expect(Math.min(...drawn)).toBeGreaterThan(5)
    expect(await w.page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(theme === 'light' ? 'rgb(244, 246, 249)' : 'rgb(14, 17, 20)')
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    await w.page.locator('details').evaluateAll((all) => { for (const d of all) (d as HTMLDetailsElement).open = true })
    expect(await w.violations()).toEqual([])
  })

  it('fits a small telephone', async () => {
    const w = await opened(hostile, { viewport: { width: 360, height: 740 } })
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  })

  it('draws bands where they are', async () => {
    const w = await opened(usual)
    // The widest band's filled path is as high as its numbers say, though it crosses zero.
    const rows = await w.page.locator('section:has([data-chart=fit]) tbody tr').evaluateAll((all) =>
      all.map((tr) => [...tr.querySelectorAll('td')].map((td) => Number(td.textContent.replace('−', '-')))))
    const band = await w.page.locator('#options').evaluate((e) => {
      const { fit } = JSON.parse(e.textContent) as { fit: { series: ReadonlyArray<{ id: string; data: ReadonlyArray<readonly [number | null, number | null]> }> } }
      return (fit.series.find((s) => s.id === 'band0')?.data ?? []).flatMap(([, y]) => y ?? [])
    })
    const [low, high] = [Math.min(...band), Math.max(...band)]
    // The table has some places of it.
    expect(rows).toHaveLength(21)
    expect(low).toBeLessThanOrEqual(Math.min(...rows.map((r) => r[3] ?? NaN)) + 0.1)
    expect(high).toBeGreaterThanOrEqual(Math.max(...rows.map((r) => r[4] ?? NaN)) - 0.1)
    expect(low).toBeLessThan(0)
    expect(high).toBeGreaterThan(0)
    const heights = await w.page.locator('[data-chart=fit] svg path').evaluateAll((all) => all
      .filter((p) => { const o = Number(p.getAttribute('fill-opacity')); return o >= 0.1 && o < 0.3 })
      .map((p) => (p as SVGPathElement).getBBox().height))
    expect(heights).toHaveLength(3)
    // The bands are central intervals of 95, 68 and 38 % about one mean; the widest is the highest.
    const plot = await w.page.locator('[data-chart=fit]').evaluate((e) => e.clientHeight - 76)
    const texts = await w.page.locator('[data-chart=fit] svg text').evaluateAll((all) => all
      .filter((t) => t.getAttribute('text-anchor') === 'end')
      .map((t) => [Number(t.textContent.replaceAll(',', '').replace('−', '-')), t.getBoundingClientRect().y + t.getBoundingClientRect().height / 2] as const))
    const [a, b] = [texts[0], texts.at(-1)]
    if (!a || !b) throw new Error('the axis has no figures')
    const perUnit = Math.abs((b[1] - a[1]) / (b[0] - a[0]))
    expect(Math.max(...heights)).toBeLessThanOrEqual(plot + 1)
    expect(Math.abs(Math.max(...heights) - (high - low) * perUnit)).toBeLessThan(3)
  })

  it('is broken by no name, and runs nobody else’s script', async () => {
    const w = await opened(hostile)
    expect(await w.page.locator('script').count()).toBe(2)
    expect(await w.page.locator('main img, main script, main iframe').count()).toBe(0)
    expect(await w.page.evaluate(() => (window as { broken?: number }).broken)).toBeUndefined()
    const text = await w.page.locator('main').textContent()
    for (const name of NAMES) expect(text).toContain(name)
    // A reader who leaves the mouse on the charts sees names, not markup.
    for (const plot of await w.page.locator('[data-chart]').all()) await plot.hover()
    expect(await w.page.locator('[data-chart] img').count()).toBe(0)
    expect(w.faults).toEqual([])
    allow(/policy|Content Security/i)
    // Even what got past the escaping would not be run: the policy knows one script, by its hash.
    const spoiled = join(folder, 'spoiled.html')
    await writeFile(spoiled, readFileSync(hostile, 'utf8').replace('</main>', '</main><script>window.broken = 4</script>'))
    const bad = await opened(spoiled)
    expect(await bad.page.evaluate(() => (window as { broken?: number }).broken)).toBeUndefined()
  })

  it('is white on paper', async () => {
    const w = await opened(usual, { colorScheme: 'dark' })
    await w.page.emulateMedia({ media: 'print' })
    await expect.poll(() => w.page.evaluate(() => getComputedStyle(document.body).color)).toBe('rgb(20, 24, 31)')
  })
})
