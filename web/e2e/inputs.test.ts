import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { still, visit } = stage()

/** Rows of four columns of numbers and one of words; the noise goes with loud. */
function table(extra = 0): string {
  let seed = 9
  const random = (): number => {
    seed = (seed * 48271) % 2147483647
    return (2 * seed) / 2147483647 - 1
  }
  const more = Array.from({ length: extra }, (_, k) => `m${k}`)
  const rows = Array.from({ length: 300 }, (_, i) => {
    const [a, loud, c] = [random(), random(), random()]
    const y = 2 * a + c + Math.exp(2 * loud) * 0.4 * (random() + random() + random()) + (i % 3 === 0 ? 2 : 0)
    return [a, loud, c].map((v) => v.toFixed(4)).concat(['red', 'blue', 'green'][i % 3] ?? '', more.map(() => random().toFixed(3)), y.toFixed(4)).join(',')
  })
  return [['a', 'loud', 'c', 'colour', ...more, 'y'].join(','), ...rows].join('\n')
}

async function own(extra = 0, order: object = {}, options = {}): Promise<Watched> {
  const inputs = ['a', 'c', 'colour', 'loud', ...Array.from({ length: extra }, (_, k) => `m${k}`)]
  return still({ data: { csv: { text: table(extra), target: 'y', inputs } }, ...order }, 60, options)
}

/** The picture on a chart. */
const picture = (w: Watched, chart: string): Promise<string> => w.page.locator(`#${chart} canvas`).first().evaluate((c) => (c as HTMLCanvasElement).toDataURL())

describe('other inputs', () => {
  it('begin with the slice that moves the noise most, and have a handle each on their distribution', async () => {
    const w = await own()
    expect(await w.page.getByRole('combobox', { name: 'input of the chart' }).locator('option:checked').textContent()).toBe('loud')
    const handles = w.page.locator('.handle')
    await expect.poll(() => handles.count()).toBe(3)
    for (const name of ['a', 'c']) {
      const handle = w.page.getByRole('slider', { name, exact: true })
      expect(await handle.getAttribute('aria-valuetext')).toMatch(/, above \d+ % of the training points$/)
    }
    expect(await handles.locator('svg rect').count()).toBe(28 + 28 + 3)
  })

  it('move with the keys, and the fit with them; a word is chosen; all go back', async () => {
    const w = await own()
    const a = w.page.getByRole('slider', { name: 'a', exact: true })
    const fit = async (): Promise<string> => {
      await w.settled()
      return picture(w, 'fit-chart')
    }
    const value = async (): Promise<number> => Number.parseFloat(((await a.getAttribute('aria-valuetext')) ?? '').replace('−', '-'))
    const [before, first] = [await fit(), await value()]
    await a.focus()
    for (let i = 0; i < 3; i++) await w.page.keyboard.press('Shift+ArrowRight')
    await expect.poll(value).toBeGreaterThan(first + 0.4)
    await expect.poll(fit).not.toBe(before)
    await expect.poll(() => w.settings()).toContain('slice_at=')
    await w.page.keyboard.press('Home')
    await expect.poll(value).toBe(first)
    await expect.poll(fit).toBe(before)
    const colour = w.page.getByRole('combobox', { name: 'colour', exact: true })
    expect(await colour.locator('option').allTextContents()).toEqual([expect.stringMatching(/^blue \(\d+\)$/), expect.stringMatching(/^green \(\d+\)$/), expect.stringMatching(/^red \(\d+\)$/)])
    const other = (await colour.inputValue()) === 'red' ? 'blue' : 'red'
    await colour.selectOption(other)
    await expect.poll(fit).not.toBe(before)
    await expect.poll(() => colour.inputValue()).toBe(other)
    await w.page.getByRole('combobox', { name: 'reset the other inputs' }).selectOption('mean')
    await expect.poll(fit).toBe(before)
    await w.page.getByRole('combobox', { name: 'reset the other inputs' }).selectOption('median')
    await expect.poll(async () => (await a.getAttribute('aria-valuetext')) ?? '').toMatch(/above (49|50|51) %/)
    expect(await w.page.locator('.refused').count()).toBe(0)
  })

  it('can be averaged over, with their spread', async () => {
    const w = await own()
    await w.settled()
    const before = await picture(w, 'fit-chart')
    await w.page.locator('.inputs wa-radio', { hasText: 'average' }).click()
    await expect.poll(() => w.page.locator('.inputs[data-average]').count()).toBe(1)
    await w.settled()
    await expect.poll(() => picture(w, 'fit-chart')).not.toBe(before)
    await w.page.getByText('80 % of points').waitFor()
    expect(await w.page.getByRole('slider', { name: 'a', exact: true }).isDisabled()).toBe(true)
    const told = await w.page.evaluate(() => {
      const [picture] = document.querySelector('gnll-app')?.store.frames.value ?? []
      return picture?.average ? [...picture.average.meanLow].every((v, i) => v <= (picture.fit.mean[i] ?? NaN) + 1e-6 && (picture.fit.mean[i] ?? NaN) - 1e-6 <= (picture.average?.meanHigh[i] ?? NaN)) : null
    })
    expect(told).toBe(true)
    await w.page.locator('.inputs wa-radio', { hasText: 'at' }).first().click()
    await expect.poll(() => picture(w, 'fit-chart')).toBe(before)
  })

  it('keep their handles beside several models and many columns', async () => {
    const w = await own(10, { lanes: [{ name: 'A' }, { name: 'B', controls: { loss: 'beta_nll' } }] })
    await expect.poll(() => w.page.locator('.handle').count()).toBe(5)
    await w.page.getByRole('button', { name: '8 more inputs' }).click()
    await expect.poll(() => w.page.locator('#more-inputs .held-row').count()).toBe(8)
    await w.page.keyboard.press('Escape')
    await w.page.getByRole('button', { name: 'side by side' }).or(w.page.getByText('side by side')).first().click()
    await expect.poll(() => w.page.locator('.fit-room').count()).toBe(2)
    await w.page.locator('.inputs wa-radio', { hasText: 'average' }).click()
    await expect.poll(() => w.page.evaluate(() => (document.querySelector('gnll-app')?.store.frames.value ?? []).filter((p) => p.average).length)).toBe(2)
  })

  it.each([[1440, 900], [1280, 720], [1920, 1080]])('have room for their handles at %d by %d, which a pointer moves', async (width, height) => {
    const w = await own(0, {}, { viewport: { width, height } })
    const a = w.page.getByRole('slider', { name: 'a', exact: true })
    const box = await a.boundingBox()
    const panel = await w.page.locator('gnll-fit').boundingBox()
    if (!box || !panel) throw new Error('there is no handle')
    expect(box.y + box.height).toBeLessThanOrEqual(panel.y + panel.height)
    const reset = await w.page.getByRole('combobox', { name: 'reset the other inputs' }).boundingBox()
    expect((reset?.y ?? Infinity) + (reset?.height ?? 0)).toBeLessThanOrEqual(panel.y + panel.height)
    const before = await a.getAttribute('aria-valuetext')
    await w.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await w.page.mouse.down()
    await w.page.mouse.move(box.x + 0.9 * box.width, box.y + box.height / 2, { steps: 4 })
    await w.page.mouse.up()
    await expect.poll(() => a.getAttribute('aria-valuetext')).not.toBe(before)
    await expect.poll(() => w.settings()).toContain('slice_at=')
  })

  it('of several targets are set from the view of all of them, and in the embed, by the keys, words too', async () => {
    const w = await still({ data: { csv: { text: table(1), targets: ['y', 'm0'], inputs: ['a', 'c', 'colour', 'loud'] } } }, 60)
    await w.page.getByRole('slider', { name: 'c', exact: true }).focus()
    await w.page.keyboard.press('ArrowRight')
    await expect.poll(() => w.settings()).toContain('slice_at=%7B%22c%22')
    await w.page.getByRole('combobox', { name: 'what this panel shows' }).selectOption('targets')
    const set = async (on: Watched, root: string): Promise<void> => {
      const at = on.page.locator(root).getByRole('button', { name: /^values of the other inputs/ })
      await at.focus()
      await on.page.keyboard.press('Enter')
      const colour = on.page.locator('#held-at').getByRole('combobox', { name: 'colour' })
      const other = (await colour.inputValue()) === 'blue' ? 'green' : 'blue'
      await colour.selectOption(other)
      await expect.poll(() => on.page.locator(root).getByRole('button', { name: /^values of the other inputs/ }).getAttribute('aria-label')).toContain(`colour ${other}`)
      const field = on.page.locator('#held-at').getByRole('textbox', { name: 'a', exact: true })
      await field.fill('0,25')
      await on.page.keyboard.press('Enter')
      await expect.poll(() => at.getAttribute('aria-label')).toContain('a 0.25')
      expect(await on.violations()).toEqual([])
    }
    await set(w, 'gnll-targets')
    const embed = await visit(w.page.url().replace('/r/', '/embed/').replace('#', '#show=fit&'))
    await embed.says(({ step }) => step === '60')
    await set(embed, 'gnll-embed')
  })

  it.each([
    ['light', 'none', { width: 1440, height: 900 }], ['dark', 'none', { width: 390, height: 844 }], ['light', 'active', { width: 1280, height: 720 }],
  ] as const)('are for everybody: %s, forced colours %s, %o', async (colorScheme, forcedColors, viewport) => {
    const w = await own(0, {}, { colorScheme, forcedColors, viewport })
    await w.page.locator('.handle').first().waitFor()
    expect(await w.violations()).toEqual([])
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
  })
})
