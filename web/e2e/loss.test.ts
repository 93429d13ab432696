import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { Run, type Watched } from './harness'
import { stage } from './stage'

const { server, visit, still } = stage()

const panel = (w: Watched): Locator => w.page.locator('gnll-loss')
const choose = (w: Watched, kind: string): Promise<void> => panel(w).locator('wa-radio', { hasText: kind }).click()
const openView = (w: Watched): Promise<void> => w.page.getByRole('button', { name: 'view of the loss' }).click()
const caption = async (w: Watched): Promise<string> => (await panel(w).locator('.chart-table caption').textContent()) ?? ''
const figures = async (w: Watched): Promise<number[]> =>
  [...((await panel(w).locator('.points').textContent()) ?? '').replaceAll('\u202f', '').matchAll(/\d+/g)].map(([n]) => Number(n))

/** The chart's pixels, as something to compare. */
function picture(w: Watched): Promise<string> {
  return w.page.locator('#loss-chart canvas').first().evaluate((c: HTMLCanvasElement) => c.toDataURL())
}

async function table(w: Watched): Promise<void> {
  await w.page.getByRole('button', { name: 'loss as a table' }).click()
  await panel(w).locator('.chart-table').waitFor()
}

describe('a range of steps', () => {
  it('is drawn with the pointer, has every step that was recorded, and goes back', async () => {
    const w = await still({}, 3000)
    await table(w)
    expect(await caption(w)).toContain('steps 0 to')
    await w.page.getByRole('button', { name: 'loss as a table' }).click()
    const box = await w.page.locator('#loss-chart').boundingBox()
    if (!box) throw new Error('no chart')
    await w.page.mouse.move(box.x + 100, box.y + 120)
    await w.page.mouse.down()
    await w.page.mouse.move(box.x + 130, box.y + 140, { steps: 3 })
    await w.page.mouse.up()
    await panel(w).getByText('each batch').waitFor()
    const said = (await panel(w).locator('.unseen[role=status]').textContent())?.replaceAll('\u202f', '') ?? ''
    const [from, to] = [...said.matchAll(/\d+/g)].map(([n]) => Number(n))
    if (from === undefined || to === undefined) throw new Error(said)
    await expect.poll(() => figures(w)).toHaveLength(4)
    const [shown, of, batchesShown, batches] = await figures(w)
    // A range narrower than the whole shows each evaluation, and counts each step.
    expect(shown).toBe(of)
    expect(batches).toBe(to - from + 1)
    expect(batchesShown).toBeLessThanOrEqual(batches ?? 0)
    const { id } = Run.of(w.page)
    const recorded = (await (await fetch(`${server.url}api/runs/${id}/curve?curve=test_loss&from=${from}&to=${to}&pixels=1000`)).json()) as { of: number }
    expect(of).toBe(recorded.of)
    await w.page.getByRole('button', { name: 'whole run' }).click()
    await expect.poll(() => panel(w).getByText('each batch').count()).toBe(0)
    expect(await w.page.getByRole('button', { name: 'whole run' }).count()).toBe(0)
  })

  it('is chosen by keys, stands still in the past and goes on at the end', async () => {
    const w = await visit()
    await w.drawn()
    await table(w)
    const range = async (): Promise<number[]> => [...(await caption(w)).replaceAll('\u202f', '').matchAll(/steps (\d+) to (\d+)/g)].flatMap(([, a, b]) => [Number(a), Number(b)])
    await expect.poll(async () => (await range())[1]).toBeGreaterThan(300)
    const chart = w.page.getByRole('group', { name: /^loss over the steps/ })
    await chart.focus()
    for (const key of ['+', '+', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft']) await chart.press(key)
    await expect.poll(() => panel(w).locator('.unseen[role=status]').textContent()).toMatch(/^steps [\d\u202f]+ to [\d\u202f]+$/)
    // The table follows a moment later.
    const said = Number(/[\d\u202f]+/.exec((await panel(w).locator('.unseen[role=status]').textContent()) ?? '')?.[0].replaceAll('\u202f', ''))
    await expect.poll(async () => (await range())[0]).toBe(said)
    const still = await range()
    const at = await w.step()
    await expect.poll(() => w.step()).toBeGreaterThan(at + 600)
    expect(await range()).toEqual(still)
    await chart.press('End')
    await expect.poll(() => panel(w).locator('.unseen[role=status]').textContent()).toContain('following the end')
    const [first = 0] = await range()
    await expect.poll(async () => (await range())[0]).toBeGreaterThan(first)
    await chart.press('Escape')
    await expect.poll(async () => (await range())[0]).toBe(0)
    expect(await panel(w).locator('.unseen[role=status]').textContent()).toBe('the whole run')
  })
})

describe('the batches', () => {
  it('are counted step by step, and every lane has its own', async () => {
    const w = await still({}, 1500)
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await expect.poll(() => w.lanes()).toEqual(['A', 'B*'])
    await choose(w, 'every batch')
    const steps = await w.step()
    await expect.poll(async () => (await figures(w))[1]).toBe(steps)
    await table(w)
    expect(await panel(w).locator('thead th').allTextContents()).toEqual(['step', 'batch', 'batch, A', 'batch, smoothed', 'changed'])
  })
})

describe('how the loss is drawn', () => {
  it('is smoothed from the start, over the curve itself, and remembers how much', async () => {
    const w = await still({}, 800)
    const slider = w.page.getByRole('slider', { name: 'smoothing' })
    expect(await slider.inputValue()).toBe('0.6')
    expect(await panel(w).locator('output').textContent()).toBe('0.60')
    const usual = await picture(w)
    await slider.fill('0')
    expect(await panel(w).locator('output').textContent()).toBe('off')
    await expect.poll(() => picture(w)).not.toBe(usual)
    await slider.fill('0.9')
    expect(await panel(w).locator('output').textContent()).toBe('0.90')
    await table(w)
    expect(await panel(w).locator('thead th').allTextContents()).toEqual(['step', 'train', 'test', 'train, smoothed', 'test, smoothed', 'changed'])
    // Raw and smoothed, at the same step.
    const field = w.page.getByRole('slider', { name: 'inspect the loss at a step' })
    await field.focus()
    await field.press('End')
    await expect.poll(() => field.getAttribute('aria-valuetext')).toMatch(/test −?[\d.]+ \(smoothed −?[\d.]+\), train −?[\d.]+ \(smoothed −?[\d.]+\)/)
    await w.page.reload()
    await w.drawn()
    await expect.poll(() => slider.inputValue()).toBe('0.9')
  })

  it('says why it is negative, with the formula', async () => {
    const w = await still({}, 1500)
    const why = panel(w).getByRole('button', { name: 'why negative?' })
    await why.click()
    const answer = w.page.getByRole('dialog', { name: 'why negative?' })
    await answer.getByText('lower is better').waitFor()
    await answer.getByText('density can exceed 1').waitFor()
    expect(await answer.locator('math').count()).toBe(1)
    await w.page.keyboard.press('Escape')
    await choose(w, 'NLL') // in g, where it is about 4
    await expect.poll(() => why.count()).toBe(0)
  })

  it('has a log axis only where every value is above zero, and says so', async () => {
    const w = await still({}, 1500)
    await openView(w)
    const log = panel(w).locator('input[value=log]')
    expect(await log.isDisabled()).toBe(true)
    await panel(w).getByText('Log needs values above zero').waitFor()
    await panel(w).locator('.explained').waitFor()
    const linear = await picture(w)
    await w.page.getByRole('radio', { name: 'symlog' }).check()
    await expect.poll(() => picture(w)).not.toBe(linear)
    await w.page.keyboard.press('Escape')
    // In g the NLL of the crash is about 4.
    await choose(w, 'NLL')
    await expect.poll(() => log.isDisabled()).toBe(false)
    expect(await panel(w).locator('.explained').count()).toBe(0)
    await openView(w)
    const symlog = await picture(w)
    await log.check()
    await expect.poll(() => picture(w)).not.toBe(symlog)
  })
})

describe('models with different losses', () => {
  const checked = (w: Watched): Promise<string | null> => panel(w).locator('wa-radio[aria-checked=true]').textContent()

  it('are compared by NLL, unless another loss is chosen, and that says what it is worth', async () => {
    const w = await still({ lanes: [{ name: 'A' }, { name: 'B' }] }, 400)
    expect(await checked(w)).toBe('training loss')
    await w.page.locator('[data-control=loss] select').selectOption('beta_nll')
    await expect.poll(() => checked(w)).toBe('NLL')
    expect(await panel(w).locator('.loss-warning').count()).toBe(0)
    await choose(w, 'training loss')
    await panel(w).locator('.loss-warning').filter({ hasText: 'not comparable' }).waitFor()
    // What was chosen stays, and is in the address.
    await w.page.locator('[data-control=beta] input').first().fill('0.7')
    expect(await checked(w)).toBe('training loss')
    await expect.poll(() => w.settings()).toContain('loss:loss')
    await panel(w).getByRole('button', { name: 'compare by NLL' }).click()
    await expect.poll(() => checked(w)).toBe('NLL')
    expect(await panel(w).locator('.loss-warning').count()).toBe(0)
  })
})

describe('the axis', () => {
  const axis = async (w: Watched): Promise<number[]> => ((await panel(w).getAttribute('data-axis')) ?? '').replaceAll('−', '-').split(' to ').map(Number)

  it('recovers when training has gone wrong and that is undone', async () => {
    const w = await still({}, 1000)
    await expect.poll(async () => (await axis(w))[1]).toBeLessThan(10)
    const [, before = NaN] = await axis(w)
    const noise = async (): Promise<number[]> => ((await w.page.locator('#noise-chart').getAttribute('data-axis')) ?? '').split(' to ').map(Number)
    const quiet = await noise()
    const run = Run.of(w.page)
    await w.type('lr', '1')
    await expect.poll(() => w.value('lr')).toBe('1')
    await run.command({ type: 'step', steps: 1500 })
    await expect.poll(async () => (await axis(w))[1]).toBeGreaterThan(10 * Math.max(1, before))
    await w.says(({ state }) => state !== 'playing')
    await run.command({ type: 'undo' })
    await expect.poll(() => w.value('lr')).toBe('3e-3')
    await expect.poll(async () => (await axis(w))[1]).toBeLessThan(2 * Math.max(1, before))
    await expect.poll(noise).toEqual(quiet)
    await panel(w).locator('.key', { hasText: 'undone' }).waitFor()
    await run.command({ type: 'step', steps: 200 })
    // One spelling, with the control's label, on the mark and in the table.
    await table(w)
    await panel(w).getByRole('cell', { name: /^learning rate 3e-3 → 1$/ }).waitFor()
    await panel(w).getByRole('cell', { name: /undone: learning rate 3e-3 → 1/ }).waitFor()
  })
})

describe('the best possible loss', () => {
  it('is told where the truth is known, as the server has it', async () => {
    const w = await still({ dataset: 'sine' }, 300)
    await table(w)
    await choose(w, 'NLL')
    await expect.poll(() => caption(w)).toMatch(/NLL in data units.*best possible: test −?\d\.\d+, train −?\d\.\d+/)
    const told = await caption(w)
    await choose(w, 'training loss')
    await expect.poll(() => caption(w)).toMatch(/Training loss.*best possible/)
    const best = (text: string): number => Number(/test (−?[\d.]+)/.exec(text)?.[1]?.replace('−', '-'))
    const without = best(await caption(w))
    expect(without).not.toBeCloseTo(best(told), 2)
    await w.page.locator('[data-control=full] wa-switch').click()
    await expect.poll(async () => best(await caption(w)) - without).toBeCloseTo(0.919, 2)
    await w.page.locator('[data-control=loss] select').selectOption('beta_nll')
    await expect.poll(() => caption(w)).not.toContain('best possible')
  })

  it('is not told of data without a truth', async () => {
    const w = await still({}, 300)
    await table(w)
    expect(await caption(w)).not.toContain('best possible')
  })
})

describe('what went wrong', () => {
  it('has a mark at its step, in the table too', async () => {
    const w = await visit(`${server.url}#speed=max&eps=0&decay=0&variance_decay=0&activation=relu`)
    await w.drawn()
    await w.type('batch', '1')
    await w.type('lr', '1')
    await w.says(({ state }) => state === 'diverged')
    await table(w)
    await expect.poll(() => panel(w).locator('thead th').allTextContents()).toContain('not finite')
    // Its loss may have been finite, and its gradient not.
    const lane = (await w.lanes())[0]?.replace('*', '') ?? ''
    await panel(w).getByRole('cell', { name: lane, exact: true }).first().waitFor()
  })
})

describe('a change', () => {
  it('is found with the keyboard, and undone', async () => {
    const w = await visit()
    await w.drawn()
    await w.type('eps', '1e-3')
    await expect.poll(() => w.value('eps')).toBe('1e-3')
    const at = await w.step()
    await expect.poll(() => w.step()).toBeGreaterThan(at + 100)
    const chart = w.page.getByRole('group', { name: /^loss over the steps/ })
    await chart.press(',')
    await panel(w).locator('.offer').filter({ hasText: 'eps 1e-6 → 1e-3' }).waitFor()
    await panel(w).getByRole('button', { name: 'undo this and later changes' }).press('Enter')
    await expect.poll(() => w.value('eps')).toBe('1e-6')
  })

  it('can be read at its step without a pointer', async () => {
    const w = await still({}, 500)
    const field = w.page.getByRole('slider', { name: 'inspect the loss at a step' })
    await field.focus()
    const before = await picture(w)
    await field.press('ArrowRight')
    await expect.poll(() => field.getAttribute('aria-valuetext')).toMatch(/^step \d+; test .*train /)
    expect(await picture(w)).not.toBe(before)
  })
})

describe('everybody', () => {
  it.each([
    ['light', { width: 1440, height: 900 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)('can use it: %s, %o', async (colorScheme, viewport) => {
    const w = await still({ dataset: 'sine' }, 100, { colorScheme, viewport })
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await expect.poll(async () => (await w.lanes()).length).toBe(2)
    await w.page.getByRole('button', { name: 'fewer steps' }).click()
    await w.page.getByRole('button', { name: 'whole run' }).waitFor()
    expect(await w.violations()).toEqual([])
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
    await openView(w)
    expect(await w.violations()).toEqual([])
    await w.page.keyboard.press('Escape')
    await table(w)
    expect(await w.violations()).toEqual([])
  })
})
