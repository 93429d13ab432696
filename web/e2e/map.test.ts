import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { server, visit, still } = stage()

const MAPS = ['map_mean', 'map_std'] as const

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN


const see = (w: Watched, view: string): Promise<string[]> => w.page.getByRole('combobox', { name: 'what this panel shows' }).selectOption(view)
const over = (w: Watched): ReturnType<Watched['page']['locator']> => w.page.locator('.over').getByRole('combobox')

/** The colour at a share of a chart's width and height, in the middle of a small square. */
const colourAt = (w: Watched, chart: string, x: number, y: number): Promise<number[]> =>
  w.page.evaluate(([id, u, v]) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`#${id}-chart canvas`)
    const copy = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    if (!canvas || !copy) throw new Error('no chart')
    copy.drawImage(canvas, 6 - Math.round(u * canvas.width), 6 - Math.round(v * canvas.height))
    const all = copy.getImageData(0, 0, 13, 13).data
    // Rows may lie there: the median is the map's.
    return [0, 1, 2].map((k) => [...all].filter((_, i) => i % 4 === k).toSorted((a, b) => a - b)[84] ?? NaN)
  }, [chart, x, y] as const)

const picture = (w: Watched, chart: string): Promise<string> =>
  w.page.evaluate((id) => document.querySelector<HTMLCanvasElement>(`#${id}-chart canvas`)?.toDataURL() ?? '', chart)

const lightness = ([r = 0, g = 0, b = 0]: readonly number[]): number => 0.299 * r + 0.587 * g + 0.114 * b

/** The figures of a table's rows. */
const figures = (w: Watched): Promise<number[][]> =>
  w.page.locator('.chart-table tbody tr').evaluateAll((rows) => rows.map((r) => [...r.querySelectorAll('th, td')].map((c) => Number(c.textContent.replace('−', '-')))))

const rowsSeen = (w: Watched): Promise<string[]> => w.page.locator('.chart-table tbody tr').evaluateAll((rows) => rows.map((r) => r.querySelector('th')?.textContent ?? ''))

describe('a map', () => {
  it('is dark in the middle of the bowl and light in its corners, for mean and noise alike', async () => {
    const w = await still({ dataset: 'bowl' }, 3000)
    expect(await w.page.locator('#fit-chart').count()).toBe(0)
    for (const map of MAPS) {
      await expect.poll(async () => lightness(await colourAt(w, map, 0.18, 0.16)) - lightness(await colourAt(w, map, 0.48, 0.5))).toBeGreaterThan(25)
    }
    await w.page.getByRole('button', { name: 'maps as a table' }).click()
    const rows = await figures(w)
    expect(rows).toHaveLength(25)
    const head = await w.page.locator('.chart-table thead th').allTextContents()
    expect(head).toEqual(['x1', 'x2', 'mean', 'std before the minimum', 'std', 'true mean', 'true std', '95 % from', '95 % to'])
    // Over 600 rows the network has the truth to within half a std.
    await expect.poll(async () => median((await figures(w)).map((r) => Math.abs((r[2] ?? NaN) - (r[5] ?? NaN)) / (r[6] ?? NaN)))).toBeLessThan(0.5)
  })

  it('shows the truth and the difference, and forgets neither while it trains', async () => {
    const w = await still({ dataset: 'ripple' }, 300)
    const show = (what: string): Promise<string[]> => w.page.getByRole('combobox', { name: 'what the maps show' }).selectOption(what)
    await w.page.getByRole('combobox', { name: 'colour of the points' }).selectOption('none')
    await show('truth')
    // The noise grows with the first input alone.
    await expect.poll(async () => lightness(await colourAt(w, 'map_std', 0.7, 0.5)) - lightness(await colourAt(w, 'map_std', 0.25, 0.5))).toBeGreaterThan(40)
    const [a, b] = [await colourAt(w, 'map_std', 0.45, 0.25), await colourAt(w, 'map_std', 0.45, 0.75)]
    expect(Math.abs(lightness(a) - lightness(b))).toBeLessThan(4)
    const before = await picture(w, 'map_mean')
    await show('difference')
    await expect.poll(() => picture(w, 'map_mean')).not.toBe(before)
  })

  it('is read by the pointer on both maps, and by the keyboard', async () => {
    const w = await still({ dataset: 'quakes' })
    const latitude = w.page.getByRole('slider', { name: 'inspect the maps at latitude' })
    const longitude = w.page.getByRole('slider', { name: 'inspect the maps at longitude' })
    expect(await latitude.getAttribute('aria-valuetext')).toBe('not inspecting')
    await longitude.focus()
    await w.page.keyboard.press('ArrowRight')
    await expect.poll(() => longitude.getAttribute('aria-valuetext')).toMatch(/latitude = −?\d.*°, longitude = \d.*°, mean .*, std .*\skm, 95 % \[.*\]\skm, nearest (training|test) point z = [+−].*, NLL/)
    const first = await longitude.getAttribute('aria-valuetext')
    await latitude.focus()
    await w.page.keyboard.press('ArrowLeft')
    await expect.poll(() => latitude.getAttribute('aria-valuetext')).not.toBe(first)
    await w.page.keyboard.press('Escape')
    await expect.poll(() => latitude.getAttribute('aria-valuetext')).toBe('not inspecting')
    const box = await w.page.locator('#map_std-chart').boundingBox()
    if (!box) throw new Error('no map')
    // A field that loses the focus, as when another window takes it, ends the reading.
    await latitude.blur()
    const unread = await Promise.all(MAPS.map((m) => picture(w, m)))
    let moves = 0
    for (const [i, map] of MAPS.entries()) {
      await expect.poll(async () => {
        await w.page.mouse.move(box.x + 0.4 * box.width + (moves++ % 2), box.y + 0.4 * box.height)
        return picture(w, map)
      }).not.toBe(unread[i])
    }
  })

  it('hatches where the variance is clamped', async () => {
    const w = await still({ dataset: 'bowl' })
    await w.page.getByText('no effect yet').waitFor()
    await w.type('eps', '1')
    await w.page.getByText(/\(hatched\): applies to \d+ of 480 points/).waitFor()
  })

  it('has the parts of an ensemble’s standard deviation', async () => {
    const w = await still({ dataset: 'bowl', members: 3 })
    const part = w.page.getByRole('combobox', { name: 'which standard deviation' })
    await w.page.getByRole('button', { name: 'maps as a table' }).click()
    await w.page.getByRole('columnheader', { name: 'epistemic std' }).waitFor()
    const rows = await figures(w)
    // Variances add up: std, aleatoric, epistemic.
    for (const r of rows) expect(Math.hypot(r[5] ?? NaN, r[6] ?? NaN) / (r[4] ?? NaN)).toBeCloseTo(1, 1)
    await w.page.getByRole('button', { name: 'maps as a table' }).click()
    const before = await picture(w, 'map_std')
    await part.selectOption('epistemic')
    await expect.poll(() => picture(w, 'map_std')).not.toBe(before)
  })

  it('has a small one of each lane, by which it is chosen', async () => {
    const w = await still({ dataset: 'bowl' })
    expect(await w.page.locator('.small-map').count()).toBe(0)
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await expect.poll(() => w.lanes()).toEqual(['A', 'B*'])
    await w.page.getByRole('button', { name: 'maps of model A' }).click()
    await expect.poll(() => w.lanes()).toEqual(['A*', 'B'])
    const painted = (): Promise<number> => w.page.locator('.small-map canvas').evaluateAll((all) => all.filter((c) => c instanceof HTMLCanvasElement && (c.getContext('2d')?.getImageData(20, 20, 1, 1).data[3] ?? 0) === 255).length)
    await expect.poll(painted).toBe(4)
  })

  it('has rows that can be moved and erased', async () => {
    const w = await still({ dataset: 'bowl' })
    const all = async (): Promise<number> => {
      const [, train, test] = /(\d+) training, (\d+) test/.exec((await w.page.locator('.metrics .aside').textContent()) ?? '') ?? []
      return Number(train) + Number(test)
    }
    const rows = await all()
    expect(rows).toBe(600)
    const erase = w.page.locator('gnll-map .segments').getByText('erase')
    await erase.click()
    await w.page.getByRole('slider', { name: 'inspect the maps at x1' }).press('Enter')
    await expect.poll(all).toBe(rows - 1)
  })

  it('has rows that can be moved, and keep their number', async () => {
    const w = await still({ dataset: 'bowl' })
    await w.page.locator('gnll-map .segments').getByText('move').click()
    const box = await w.page.locator('#map_mean-chart').boundingBox()
    if (!box) throw new Error('no map')
    // Somewhere within a few pixels there is one of 600 rows.
    const undo = w.page.locator('.history button[aria-label=undo]')
    expect(await undo.isDisabled()).toBe(true)
    for (let i = 0; i < 8 && (await undo.isDisabled()); i++) {
      const [x, y] = [box.x + (0.3 + 0.04 * i) * box.width, box.y + 0.5 * box.height]
      await w.page.mouse.move(x, y)
      await w.page.mouse.down()
      await w.page.mouse.move(x + 30, y + 20, { steps: 4 })
      await w.page.mouse.up()
      await w.page.evaluate(() => new Promise(requestAnimationFrame))
      await w.settled()
    }
    await expect.poll(() => undo.isDisabled()).toBe(false)
    expect(await w.rows()).toBe(480)
  })
})

describe('a slice', () => {
  it('is chosen by the inputs’ names, in the header as in the panel', async () => {
    const w = await still({ dataset: 'quakes' })
    expect(await over(w).locator('option').allTextContents()).toEqual(['both inputs', 'latitude', 'longitude'])
    await over(w).selectOption('longitude')
    await w.page.locator('#fit-chart canvas').waitFor()
    await w.drawn()
    expect(await w.page.locator('gnll-map').count()).toBe(0)
    await expect.poll(() => w.settings()).toBe('#dataset=quakes&slice=2')
    await w.page.getByText('More data settings').click()
    const inPanel = w.page.locator('[data-control=slice] select')
    expect(await inPanel.locator('option:checked').textContent()).toBe('longitude')
    await inPanel.selectOption('0')
    await w.page.locator('#map_mean-chart canvas').waitFor()
    expect(await w.page.locator('#fit-chart').count()).toBe(0)
  })

  it('of four inputs begins with the one that moves the noise most, and of one there is none', async () => {
    const w = await still({ dataset: 'airquality' })
    expect(await over(w).locator('option').allTextContents()).toEqual(['solar radiation', 'wind', 'temperature', 'month'])
    expect(await over(w).inputValue()).toBe('2') // as in calm air there is much ozone or little
    await over(w).selectOption('temperature')
    await expect.poll(() => w.settings()).toBe('#dataset=airquality&slice=3')
    await w.page.getByRole('combobox', { name: 'data set' }).selectOption('mcycle')
    await expect.poll(() => over(w).count()).toBe(0)
    await w.page.getByText('More data settings').click()
    await w.page.locator('[data-control=seed], [data-control=pool]').first().waitFor()
    expect(await w.page.locator('[data-control=slice]').count()).toBe(0)
  })
})

describe('the rows', () => {
  it.each([
    ['mcycle', 'actual'], ['quakes', 'residual'], ['airquality', 'actual'],
  ] as const)('of %s are drawn, told and read: %s', async (dataset, view) => {
    const w = await visit(`${server.url}#dataset=${dataset}`)
    await w.drawn()
    await see(w, view)
    await w.page.locator('#rows-chart canvas').waitFor()
    await w.past(await w.step())
    await expect.poll(() => w.page.locator('.beyond').textContent()).toMatch(/^\d+ of \d+ test points beyond 1.96 σ, expected [\d.]+ · \d+ of \d+ training points/)
    await w.pause()
    await w.page.getByRole('button', { name: 'rows as a table' }).click()
    await expect.poll(async () => (await rowsSeen(w)).length).toBe(20)
    const z = (await figures(w)).map((r) => Math.abs(r.at(-2) ?? NaN))
    expect(z).toEqual(z.toSorted((a, b) => b - a))
    await w.page.getByRole('button', { name: 'rows as a table' }).click()
    const field = w.page.getByRole('slider', { name: 'inspect the points' })
    await field.press('ArrowRight')
    await expect.poll(() => field.getAttribute('aria-valuetext')).toMatch(/^point 2: (training|test) point, .* = .*, mean .*, std .*, z = [+−].*, NLL .* nats/)
    await see(w, 'fit')
    await w.page.locator(dataset === 'quakes' ? '#map_std-chart canvas' : '#noise-chart canvas').waitFor()
    await w.page.getByRole('button', { name: 'Play', exact: true }).click()
    await w.past(await w.step())
  })
})

describe('views', () => {
  it.each([
    ['light', { width: 1440, height: 900 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)('can be used by everybody: %s, %o', async (colorScheme, viewport) => {
    const w = await still({ dataset: 'bowl', members: 2 }, 30, { colorScheme, viewport })
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await expect.poll(() => w.lanes()).toEqual(['A', 'B*'])
    await w.page.getByRole('combobox', { name: 'colour of the points' }).selectOption('residual')
    const size = (): Promise<number[]> => w.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight])
    for (const view of ['fit', 'actual', 'residual']) {
      await see(w, view)
      expect(await w.violations(), view).toEqual([])
      await w.page.getByRole('button', { name: /(maps|rows) as a table/ }).click()
      expect(await w.violations(), `${view} as a table`).toEqual([])
      const [width = 0, height = 0] = await size()
      expect(width).toBeLessThanOrEqual(viewport.width)
      if (viewport.width === 1440) expect(height).toBeLessThanOrEqual(900)
      await w.page.getByRole('button', { name: /(maps|rows) as a table/ }).click()
    }
  })

  it('are each drawn at every frame, and what that takes is told', async () => {
    const w = await visit(`${server.url}#dataset=ripple`)
    await w.drawn()
    const measure = (): Promise<Record<string, number[]>> => w.page.evaluate(() => new Promise((done) => {
      const taken: Record<string, number[]> = {}
      const observer = new PerformanceObserver((list) => {
        for (const e of list.getEntries()) if (e.name !== 'draw loss') (taken[e.name] ??= []).push(e.duration)
        if (Object.values(taken).every((ms) => ms.length < 10)) return
        observer.disconnect()
        done(taken)
      })
      observer.observe({ type: 'measure' })
    }))
    for (const [view, charts] of [['fit', ['draw map_mean', 'draw map_std']], ['actual', ['draw actual']], ['residual', ['draw residual']]] as const) {
      await see(w, view)
      await w.page.locator(view === 'fit' ? '#map_std-chart canvas' : '#rows-chart canvas').waitFor()
      const times = await measure()
      expect(Object.keys(times).sort()).toEqual(charts)
      for (const [name, ms] of Object.entries(times)) {
        const sorted = ms.toSorted((a, b) => a - b)
        console.log(`${name}, 1000 rows: median ${median(ms).toFixed(2)} ms, a tenth below ${(sorted[Math.floor(0.1 * ms.length)] ?? NaN).toFixed(2)}`)
      }
    }
  })
})
