import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { still } = stage()

/** What is seen of an element; a true minus sign is read as a number's. */
const text = async (l: Locator): Promise<string> => ((await l.textContent()) ?? '').replace(/\s+/g, ' ').replaceAll('−', '-').trim()
const figure = async (l: Locator): Promise<number> => Number(await text(l))
const choose = (w: Watched, panel: string, words: string): Promise<void> => w.page.locator(panel).getByText(words, { exact: true }).click()

const coverage = (w: Watched, level: number): Locator => w.page.getByRole('button', { name: `coverage of ${level} %` })
const curve = async (w: Watched): Promise<string> => (await w.page.locator('.curve[data-focus]').getAttribute('d')) ?? ''

/** By how much the curve is above its diagonal, on average, of 100. */
async function above(w: Watched): Promise<number> {
  const points = [...(await curve(w)).matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map((m) => 100 - Number(m[2]) - Number(m[1]))
  return points.reduce((sum, d) => sum + d, 0) / points.length
}

describe('calibration', () => {
  // A floor far above the noise: every interval holds every row.
  it('says in a word, a sentence, a curve and a histogram that the bands are too wide', async () => {
    const w = await still({ eps: 10 }, 100)
    const verdict = w.page.getByRole('button', { name: 'verdict: underconfident' })
    await verdict.focus()
    const tip = w.page.locator('#help-verdict')
    await tip.waitFor({ state: 'visible' })
    expect(await text(tip)).toMatch(/^2\d of 27 test points lie within the \d\d % interval; expected by chance: \d+ to \d+/)
    await w.page.keyboard.press('Escape')
    await tip.waitFor({ state: 'hidden' })
    expect(await text(coverage(w, 50))).toContain('above the range expected by chance')
    expect(await above(w)).toBeGreaterThan(10)
    // The rows stand in the middle of what was predicted.
    const heights = await w.page.locator('.bin').evaluateAll((bins) => bins.map((b) => Number(b.getAttribute('height'))))
    expect(heights).toHaveLength(10)
    expect((heights[4] ?? 0) + (heights[5] ?? 0)).toBeGreaterThan(heights.reduce((a, b) => a + b, 0) / 2)
  })

  it('shows what recalibration does to all of it', async () => {
    const w = await still({ eps: 10 }, 100)
    const [before, wide] = [await curve(w), await above(w)]
    await choose(w, 'gnll-calibration', 'rescaled')
    await expect.poll(() => text(w.page.locator('.after'))).toContain('Multiplying every std by')
    const after = await text(w.page.locator('.after'))
    expect(after).toContain('cross-fitted on halves of the test set')
    const [factor, nll, rescaled, area, smaller] = (/by ([\d.]+) changes the NLL from ([\d.-]+) to ([\d.-]+) nats and the miscalibration from ([\d.]+) to ([\d.]+)/.exec(after) ?? []).slice(1).map(Number)
    expect(factor).toBeLessThan(0.7)
    expect(rescaled).toBeLessThan(nll ?? NaN)
    expect(smaller).toBeLessThan(area ?? NaN)
    expect(await curve(w)).not.toBe(before)
    expect(Math.abs(await above(w))).toBeLessThan(wide)
    await choose(w, 'gnll-calibration', 'isotonic')
    await expect.poll(() => text(w.page.locator('.after'))).toMatch(/^Isotonic regression changes the miscalibration from [\d.]+ to [\d.]+ \(cross-fitted/)
    await w.page.getByRole('button', { name: 'verdict: no verdict' }).waitFor()
    await choose(w, 'gnll-calibration', 'raw')
    await expect.poll(() => curve(w)).toBe(before)
  })

  it('says when there are too few rows to tell', async () => {
    const w = await still({ train_share: 95 }, 100)
    await w.page.getByRole('button', { name: 'verdict: too few test points' }).focus()
    expect(await text(w.page.locator('#help-verdict'))).toMatch(/^\d test points are too few/)
  })

  it('has a verdict for each lane, and its figures in a table', async () => {
    const w = await still({ eps: 10 }, 100)
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await expect.poll(() => w.page.locator('.verdicts li').count()).toBe(2)
    await w.page.getByRole('button', { name: 'model A: underconfident' }).waitFor()
    expect(await w.page.locator('.curve').count()).toBe(2)
    expect(await w.page.locator('.curve[stroke-dasharray=none]').count()).toBe(1)
    await w.page.getByRole('button', { name: 'calibration as a table' }).click()
    const table = w.page.getByRole('table', { name: 'test points within central intervals' })
    expect(await table.locator('tbody tr').count()).toBe(21)
    expect(await table.locator('thead th').allTextContents()).toEqual(['expected', 'A', 'B', 'number by chance'])
    const pit = w.page.getByRole('table', { name: 'probability integral transforms' })
    const counts = await pit.locator('tbody td:nth-child(3)').allTextContents()
    expect(counts.reduce((sum, n) => sum + Number(n), 0)).toBe(27)
    expect(await w.violations()).toEqual([])
  })
})

describe('metrics', () => {
  const row = (w: Watched, id: string): Locator => w.page.locator(`[data-metric=${id}]`)

  it('are there for both parts of the split, and measured from the best possible NLL where that is known', async () => {
    const w = await still({ dataset: 'sine' })
    const nll = await figure(row(w, 'nll').locator('.test'))
    const gap = await figure(row(w, 'gap').locator('.test'))
    const best = await w.page.evaluate(() => document.querySelector('gnll-app')?.store.run.value?.data.best_test_nll ?? NaN)
    expect(gap).toBeCloseTo(nll - best, 1)
    await w.page.getByRole('combobox', { name: 'data set' }).selectOption('mcycle')
    await expect.poll(() => row(w, 'gap').count()).toBe(0)
    expect(await text(row(w, 'rmse').locator('.unit'))).toBe('g')
  })

  it('have the interval score at the level of the widest band, and follow it', async () => {
    const w = await still()
    /** By its formula, of all rows, which this data set shows. */
    const scores = (level: number, z: number): Promise<number[]> => w.page.evaluate(([level, z]) => {
      const store = document.querySelector('gnll-app')?.store
      const [data, rows] = [store?.run.value?.data, store?.reading.value[0]?.rows]
      if (!data || !rows) throw new Error('there are no rows')
      return [false, true].map((test) => {
        const of = data.y.flatMap((y, i) => {
          const reach = z * (rows.std[i] ?? NaN)
          return data.is_test[i] === test ? [2 * reach + 2 / (1 - level) * Math.max(Math.abs(y - (rows.mean[i] ?? NaN)) - reach, 0)] : []
        })
        return of.reduce((sum, v) => sum + v, 0) / of.length
      })
    }, [level, z] as const)
    const told = async (percent: number): Promise<number[]> => Promise.all((await row(w, `interval_${percent}`).locator('.figure').all()).map(figure))
    const agrees = async (percent: number, z: number): Promise<void> => {
      await expect.poll(() => row(w, `interval_${percent}`).count()).toBe(1)
      const [want, got] = [await scores(percent / 100, z), await told(percent)]
      expect(want.map((v) => Number(v.toPrecision(3)))).toEqual(got)
    }
    await agrees(95, 1.959963984540054)
    expect(await text(row(w, 'interval_95').locator('.unit'))).toBe('g')
    await w.page.getByRole('button', { name: /^bands/ }).click()
    for (const [percent, z] of [[90, 1.6448536269514722], [50, 0.6744897501960817], [68, 0.994457883209753]] as const) {
      for (const band of [1, 2, 3]) {
        const field = w.page.getByRole('textbox', { name: `band ${band} in %` })
        await field.fill(String(percent))
        await field.press('Enter')
      }
      await agrees(percent, z)
      expect(await w.page.locator('[data-metric^=interval_]').count()).toBe(1)
    }
  })

  it('mark the better lane, on the rows that are asked for', async () => {
    const w = await still()
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await expect.poll(() => w.lanes()).toEqual(['A', 'B*'])
    await w.type('eps', '10')
    await w.settled()
    await expect.poll(() => text(row(w, 'nll').locator('.figure').first())).toMatch(/^[\d.]+ best$/)
    expect(await row(w, 'nll').locator('.figure').first().getAttribute('class')).toContain('best')
    expect(await row(w, 'nll').locator('.best').count()).toBe(1)
    // Sharpness is good or bad only with what is promised by it.
    expect(await row(w, 'sharpness').locator('.best').count()).toBe(0)
    const test = await text(row(w, 'rmse'))
    await choose(w, '.metrics', 'train')
    await expect.poll(() => text(row(w, 'rmse'))).not.toBe(test)
  })
})

describe('the anatomy', () => {
  it('loses the constant, and nothing else stirs', async () => {
    const w = await still({ full: true })
    const values = async (): Promise<number[]> => (await w.page.locator('.formula .term-value').allTextContents()).map((v) => Number(v.replace('−', '-')))
    const places = (): Promise<string[]> => w.page.locator('.bar-part, .bar-zero, .formula .variance, .formula .residual, .terms > div').evaluateAll((all) =>
      all.filter((e) => !e.matches('.bar-part.constant')).map((e) => JSON.stringify(e.getBoundingClientRect())))
    const [total = NaN, ...terms] = await values()
    const there = await places()
    expect(terms[2]).toBe(0.92)
    await w.page.locator('[data-control=full] wa-switch').click()
    await expect.poll(async () => (await values())[0]).toBeCloseTo(total - 0.92, 1)
    expect((await values()).slice(1, 3)).toEqual(terms.slice(0, 2))
    expect(await places()).toEqual(there)
    expect(await w.page.locator('.formula .constant').evaluate((e) => getComputedStyle(e).visibility)).toBe('hidden')
  })

  it('has the formula of each loss, and says what the bar shows of it', async () => {
    const w = await still()
    const losses = await w.page.locator('[data-control=loss] option').evaluateAll((all) => all.map((o) => o.getAttribute('value') ?? ''))
    expect(losses.length).toBeGreaterThan(7)
    const formulas = new Set<string>()
    // Without the figures, which continue changing.
    const shown = (): Promise<string> => w.page.locator('.formula math').evaluate((m) => {
      const copy = m.cloneNode(true) as Element
      for (const value of copy.querySelectorAll('.term-value')) value.remove()
      return copy.textContent.replace(/\s+/g, '')
    })
    for (const loss of losses) {
      await w.page.locator('[data-control=loss] select').selectOption(loss)
      const bar = w.page.locator('.anatomy').getByText('Gaussian NLL of these predictions')
      await expect.poll(() => bar.count()).toBe(loss === 'gaussian_nll' ? 0 : 1)
      await expect.poll(async () => formulas.has(await shown())).toBe(false)
      formulas.add(await shown())
    }
    expect(formulas.size).toBe(losses.length)
  })

  it('counts the variances that eps clamps', async () => {
    const w = await still({ eps: 10 }, 100)
    await w.page.getByText('eps applies to 106 of 106').waitFor()
  })
})

describe('the gradients', () => {
  it('grows with the batch where the rows’ losses are added up', async () => {
    // All rows in each batch, and hardly a step: the gradient is the same but for reduction.
    const w = await still({ batch: 106, lr: 1e-6 })
    const norm = (): Promise<number> => figure(w.page.locator('.norms dd.figure').first())
    const length = (): Promise<number> => w.page.locator('.norm i').first().evaluate((e) => e.getBoundingClientRect().width)
    const [mean, short] = [await norm(), await length()]
    await choose(w, '[data-control=reduction]', 'sum')
    await w.page.getByText('summed over a batch of 106').waitFor()
    await w.page.getByRole('button', { name: 'Step 1' }).click()
    await expect.poll(async () => (await norm()) / mean).toBeGreaterThan(95)
    expect((await norm()) / mean).toBeLessThan(117)
    expect(await length()).toBeGreaterThan(short)
  })

  it('says how unevenly the rows pull, and lets the points of the fit show it', async () => {
    const w = await still()
    await expect.poll(() => text(w.page.locator('.who'))).toMatch(/^10 % of the training points cause \d\d % of the gradient on the mean and \d\d % on the variance/)
    await choose(w, 'gnll-pull', 'mean')
    await expect.poll(() => w.page.evaluate(() => document.querySelector('gnll-app')?.store.view.lens.value)).toBe('mean')
  })
})

describe('the room', () => {
  it.each([1, 6])('is enough for all of it at 1440 by 900, with %i lanes', async (lanes) => {
    const w = await still()
    for (let i = 1; i < lanes; i++) {
      await w.page.getByRole('button', { name: '+ Compare' }).click()
      await expect.poll(() => w.page.locator('.lane-name').count()).toBe(i + 1)
    }
    await expect.poll(() => w.page.locator('.verdicts li').count()).toBe(lanes === 1 ? 0 : lanes)
    const inside = await w.page.evaluate(() => {
      const box = (of: string): DOMRect => document.querySelector(of)?.getBoundingClientRect() ?? new DOMRect()
      return ['gnll-loss', 'gnll-calibration', 'gnll-metrics', 'gnll-anatomy'].filter((panel) => {
        const outer = box(panel)
        return [...document.querySelectorAll(`${panel} :is(p, dl, table, svg, .segments, .chart)`)].filter((e) => !e.closest('.metrics-room')).some((e) => {
          const b = e.getBoundingClientRect()
          return b.height > 0 && (b.bottom > outer.bottom + 1 || b.right > outer.right + 1)
        })
      })
    })
    expect(inside).toEqual([])
    // Six figures are seen without scrolling.
    const seen = await w.page.locator('.metrics-room').evaluate((room) => [...room.querySelectorAll('tbody tr')].filter((r) => r.getBoundingClientRect().bottom <= room.getBoundingClientRect().bottom + 1).length)
    expect(seen).toBeGreaterThanOrEqual(lanes === 1 ? 6 : 5)
    expect(await w.page.locator('.metrics-room').evaluate((room) => room.scrollWidth <= room.clientWidth)).toBe(true)
  })
})
