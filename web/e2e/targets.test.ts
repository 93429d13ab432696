import { expect, describe, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { visit, still, server } = stage()

const text = async (w: Watched, selector: string): Promise<string> => ((await w.page.locator(selector).textContent()) ?? '').replace(/\s+/g, ' ').trim()
const shown = (w: Watched): Promise<string | null> => w.page.getByRole('combobox', { name: 'which target is shown' }).locator('option:checked').textContent()
const view = (w: Watched, value: string): Promise<unknown> => w.page.getByRole('combobox', { name: 'what this panel shows' }).selectOption(value)

/** A figure of a target, or with its number one too many of all, from the table by target. */
const figure = (w: Watched, target: number, name: string): Promise<string> => text(w, `.by-target tbody tr:nth-child(${target}) [data-of=${name}]`)

/** The test NLL at the last point of the history, and of the frame: of the target that is shown. */
const lastNLL = (w: Watched): Promise<readonly number[]> => w.page.evaluate(() => {
  const store = document.querySelector('gnll-app')?.store
  const [frame] = store?.frames.value ?? []
  return [store?.history.series(0, 'test_nll').values.at(-1) ?? NaN, frame?.fit.scalars.test_nll ?? NaN]
})

describe('several targets', () => {
  it('are shown one at a time, by name, with their whole history', async () => {
    const w = await still({ dataset: 'wind' }, 120)
    expect(await shown(w)).toBe('east wind (m/s)')
    expect(await text(w, '#noise-title')).toBe('Noise, east wind')
    const points = await w.page.evaluate(() => document.querySelector('gnll-app')?.store.history.series(0, 'test_nll').steps.length)
    const [east] = await lastNLL(w)
    await w.page.getByRole('combobox', { name: 'which target is shown' }).selectOption('north wind (m/s)')
    await expect.poll(() => text(w, '#noise-title')).toBe('Noise, north wind')
    await w.settled()
    const [last, now] = await lastNLL(w)
    expect(last).toBeCloseTo(now ?? NaN, 5)
    expect(last).not.toBeCloseTo(east ?? NaN, 3)
    expect(await w.page.evaluate(() => document.querySelector('gnll-app')?.store.history.series(0, 'test_nll').steps.length)).toBe(points)
    await expect.poll(() => text(w, '.after')).toMatch(/^north wind: .*160 test points/)
    // Undo shows the other again.
    await w.page.getByRole('button', { name: 'undo', exact: true }).click()
    await expect.poll(() => text(w, '#noise-title')).toBe('Noise, east wind')
  })

  it('are seen all at once, and one is taken from there', async () => {
    const w = await still({ dataset: 'wind', batch: 1000 }, 400)
    await w.page.getByRole('button', { name: 'all 2 targets' }).click()
    const small = w.page.locator('.small-target')
    await expect.poll(() => small.count()).toBe(2)
    // The same figures as in the metrics.
    for (const k of [1, 2]) expect(await text(w, `.small-target:nth-child(${k}) .small-nll b`)).toBe(await figure(w, k, 'nll'))
    expect(await text(w, '.targets .keys-row b')).toBe(await figure(w, 3, 'nll'))
    expect(await small.first().locator('.curve').count()).toBe(1)
    const rho = Number(await text(w, '[data-figure=correlation]'))
    expect(rho).toBeGreaterThan(0.6)
    expect(Number(await text(w, '[data-figure=cost]'))).toBeCloseTo(-0.5 * Math.log(1 - rho * rho), 1)
    expect(await text(w, '.together-verdict')).toBe('errors move together')
    expect(await w.violations()).toEqual([])
    await small.nth(1).press('Enter')
    await expect.poll(() => shown(w)).toBe('north wind (m/s)')
    expect(await w.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('which target is shown')
    await expect.poll(() => w.page.locator('.by-target [data-shown]').getAttribute('data-target')).toBe('2')
  })

  it('are moved one at a time, and not added by a click', async () => {
    const w = await still({ dataset: 'wind', shown_target: 2 })
    const tool = (name: string) => w.page.locator('.tools').getByText(name, { exact: true })
    expect(await w.page.locator('.tools wa-radio[value=add]').evaluate((r: HTMLElement & { disabled?: boolean }) => [r.disabled, r.title])).toEqual([true, expect.stringContaining('needs a value of each')])
    await tool('move').click()
    const before = await w.page.evaluate(() => document.querySelector('gnll-app')?.store.run.value?.data)
    const box = await w.page.locator('#fit-chart').boundingBox()
    if (!box || !before) throw new Error('there is no fit')
    // Somewhere in the crowd: whichever row is nearest comes along.
    await w.page.mouse.move(box.x + 0.45 * box.width, box.y + 0.35 * box.height)
    await w.page.mouse.down()
    await w.page.mouse.move(box.x + 0.5 * box.width, box.y + 0.2 * box.height, { steps: 5 })
    await w.page.mouse.up()
    const moved = async (): Promise<readonly number[]> => w.page.evaluate((was) => {
      const now = document.querySelector('gnll-app')?.store.run.value?.data
      return [0, 1].map((k) => was.filter((row) => now?.all_y?.[k]?.[now.ids.indexOf(row.id)] !== row.y[k]).length)
    }, before.ids.map((id, i) => ({ id, y: (before.all_y ?? []).map((y) => y[i] ?? NaN) })))
    await expect.poll(moved).toEqual([0, 1])
    await w.settled()
    await tool('erase').click()
    await w.page.mouse.click(box.x + 0.5 * box.width, box.y + 0.2 * box.height)
    await expect.poll(async () => (await w.page.evaluate(() => document.querySelector('gnll-app')?.store.run.value?.data.ids.length)) ?? 0).toBe(before.ids.length - 1)
  })

  it('of an own table are chosen, and travel in the address', async () => {
    const w = await still()
    await w.page.getByRole('button', { name: '+ Your data' }).click()
    await w.page.locator('dialog').getByText('Table', { exact: true }).click()
    await w.page.locator('#own-csv').fill(['x,east,"north, m"', ...Array.from({ length: 60 }, (_, i) => `${i / 10},${Math.sin(i / 5).toFixed(2)},${((i * 7) % 13) / 4}`)].join('\n'))
    await w.page.getByRole('button', { name: 'Preview' }).click()
    await w.page.getByRole('checkbox', { name: 'predict east' }).check()
    expect(await w.page.getByRole('checkbox', { name: 'use east as input' }).isDisabled()).toBe(true)
    await expect.poll(() => text(w, '.own-columns')).toContain('One network predicts 2 targets')
    await w.page.getByRole('button', { name: 'Train on this data' }).click()
    await expect.poll(() => shown(w)).toBe('east')
    await expect.poll(() => w.settings()).toContain('data=csv~')
    const again = await visit(server.url + (await w.settings()))
    await expect.poll(() => again.page.getByRole('combobox', { name: 'which target is shown' }).locator('option').allTextContents()).toEqual(['east', 'north, m'])
  })

  it('have a lesson, which shows them all', async () => {
    const w = await visit(`${server.url}#lesson=independent-noise&paused`)
    await w.page.getByRole('button', { name: 'Skip', exact: true }).click()
    await expect.poll(() => w.page.locator('[data-spot]').evaluateAll((all) => all.map((e) => (e as HTMLElement).dataset['spot']).sort())).toEqual(
      ['①', '②', '③', '④'],
    )
    // A lesson of another kind has the fit again.
    await view(w, 'fit')
    await expect.poll(() => shown(w)).toBe('east wind (m/s)')
  })
})
