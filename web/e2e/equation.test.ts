import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { Run, type Watched } from './harness'
import { stage } from './stage'

const { server, visit, still } = stage()

const EQUATION = 'd2u + mu*du + 400*u'
const held = { dataset: 'oscillator', activation: 'sin', hidden: [8], equation: EQUATION, parameters: 'mu=1:learned' }

const panel = (w: Watched): Locator => w.page.locator('gnll-equation')
const field = (w: Watched): Locator => panel(w).locator('#field-equation')
const mu = (w: Watched): Locator => panel(w).getByRole('textbox', { name: 'mu' })
const inColumn = (w: Watched): Promise<string[]> =>
  w.page.locator('gnll-controls [data-control^=equation], gnll-controls [data-control=parameters]').evaluateAll((all) => all.map((e) => e.getAttribute('data-control') ?? ''))

async function set(w: Watched, text: string, of = field(w)): Promise<void> {
  await of.fill(text)
  await of.press('Enter')
}

/** The settings of the first lane, as the server has them. */
async function settings(w: Watched): Promise<Readonly<Record<string, unknown>>> {
  return w.page.evaluate(() => document.querySelector('gnll-app')?.store.settings.value ?? {})
}

describe('the equation of a data set', () => {
  it('is offered, is set with all that it needs in one change, and undone by one', async () => {
    const w = await still({ dataset: 'oscillator', activation: 'relu', hidden: [8] })
    const before = await w.where()
    expect(await panel(w).locator('.equation-offer').textContent()).toContain('training restarts')
    expect(await panel(w).locator('#equation-chart').count()).toBe(0)
    await panel(w).getByRole('button', { name: 'Use the equation' }).click()
    await w.says(({ generation, step }) => generation !== before.generation && step === '0')
    await w.settled()
    expect(await settings(w)).toMatchObject({ equation: EQUATION, parameters: 'mu=1:learned', activation: 'tanh' })
    expect(await field(w).inputValue()).toBe(EQUATION)
    expect(await panel(w).locator('[data-parameter=mu] .parameter-true').textContent()).toContain('true 4')
    expect(await w.page.evaluate(() => document.querySelector('gnll-app')?.store.changes.value.map((c) => c.revision))).toHaveLength(3)
    await w.page.getByRole('button', { name: 'undo', exact: true }).click()
    await w.stands(30)
    await expect.poll(() => field(w).inputValue()).toBe('')
    expect(await settings(w)).toMatchObject({ equation: '', activation: 'relu' })
  })

  it('has no panel where none is known, and is typed among the controls', async () => {
    const w = await still({ hidden: [8] })
    expect(await panel(w).isVisible()).toBe(false)
    expect(await inColumn(w)).toEqual(['equation'])
    await set(w, 'du - a*u', w.page.locator('gnll-controls #field-equation'))
    await panel(w).locator('[data-parameter=a]').waitFor()
    expect(await inColumn(w)).toEqual(['equation_noise', 'equation_points', 'equation_spacing', 'equation_from', 'equation_to'])
    // Whoever typed it is still in its field.
    expect(await field(w).evaluate((e) => e === document.activeElement)).toBe(true)
    await set(w, '')
    await expect.poll(() => panel(w).isVisible()).toBe(false)
  })
})

describe('the panel of the equation', () => {
  it('shows the residual, and says why an equation cannot be', async () => {
    const w = await still(held, 40)
    await panel(w).getByRole('button', { name: 'as a table' }).click()
    expect(await panel(w).locator('.chart-table caption').textContent()).toBe('residual of the equation at step 40')
    expect(await panel(w).locator('.chart-table tbody tr').count()).toBe(21)
    await panel(w).getByRole('button', { name: 'as a table' }).click()
    const line = panel(w).getByRole('img', { name: /^mu changed from 1.00 at step 0 to/ })
    await line.waitFor()
    await set(w, 'd2u + (mu')
    await panel(w).getByRole('alert').waitFor()
    expect(await panel(w).getByRole('alert').textContent()).toContain('column')
    expect(await settings(w)).toMatchObject({ equation: EQUATION })
    await set(w, 'd2u + mu*du + k*u = 0')
    await panel(w).locator('[data-parameter=k]').waitFor()
    expect(await panel(w).getByRole('alert').count()).toBe(0)
    // With another equation the parameters begin another curve.
    await panel(w).getByRole('img', { name: 'mu: no steps yet' }).waitFor()
    await Run.of(w.page).to(60)
    await panel(w).getByRole('img', { name: /^mu changed from \S+ at step 40 to \S+ at step 60/ }).waitFor()
    expect(await w.violations()).toEqual([])
  })

  it('fixes a parameter at what was learned, sets it, and lets it go again', async () => {
    const w = await still(held, 60)
    const learned = Number(await mu(w).inputValue())
    expect(learned).not.toBe(1)
    const way = (name: string): Locator => panel(w).locator('[data-parameter=mu] wa-radio', { hasText: name })
    await way('fixed').click()
    await w.settled()
    await expect.poll(async () => String((await settings(w))['parameters'])).toMatch(/^mu=\d\.\d+$/)
    expect(Number(String((await settings(w))['parameters']).slice(3))).toBeCloseTo(learned, 2)
    await set(w, 'four', mu(w))
    expect(await panel(w).getByRole('alert').textContent()).toContain('“four” is not a number')
    await set(w, '3,5', mu(w))
    await expect.poll(async () => (await settings(w))['parameters']).toBe('mu=3.5')
    expect(await panel(w).getByRole('alert').count()).toBe(0)
    await way('learned').click()
    await expect.poll(async () => (await settings(w))['parameters']).toBe('mu=3.5:learned')
    await Run.of(w.page).to(80)
    await w.stands(80)
    await expect.poll(() => mu(w).inputValue()).not.toBe('3.500')
    // Sent back to where it was set before.
    await set(w, '3.5', mu(w))
    await expect.poll(() => mu(w).inputValue()).toBe('3.500')
  })

  it('is whole on a telephone, of an ensemble and of several lanes', async () => {
    const lanes = [{ name: 'one' }, { name: 'drawn', controls: { equation_spacing: 'drawn' } }, { name: 'none', controls: { equation: '' } }]
    const w = await still({ ...held, members: 2, lanes }, 20, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
    expect(await panel(w).locator('.equation-lanes li').count()).toBe(2)
    expect(await panel(w).locator('.parameter-spread').textContent()).toMatch(/^± /)
    expect(await w.violations()).toEqual([])
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    await w.page.locator('.lane-name', { hasText: 'none' }).click()
    await panel(w).getByText('Model “none” has no equation.').waitFor()
    await panel(w).getByRole('button', { name: 'Use the equation' }).click()
    await expect.poll(() => panel(w).locator('.equation-lanes li').count()).toBe(3)
  })
})

describe('an address', () => {
  it('holds equations and parameters of all lanes', async () => {
    const lanes = [{ name: 'A' }, { name: 'B', controls: { equation: 'd2u + mu*du + k*u = 0', parameters: 'mu=2, k=3.5e2:learned' } }]
    const w = await still({ ...held, lanes }, 10)
    await w.page.waitForURL(/lane=B/) // the address follows the settings
    const other = await visit(`${server.url}${await w.settings()}`)
    await other.drawn()
    const of = (page: Watched): Promise<unknown> => page.page.evaluate(() => {
      const store = document.querySelector('gnll-app')?.store
      return store?.lanes.value.map((l) => { const s = store.values.of(l.lane); return [l.name, s['equation'], s['parameters']] })
    })
    expect(await of(other)).toEqual(await of(w))
    expect(await of(other)).toEqual([['A', EQUATION, 'mu=1:learned'], ['B', 'd2u + mu*du + k*u = 0', 'mu=2, k=350:learned']])
  })

  it('of an embedded page shows the controls or the panel', async () => {
    const w = await visit(`${server.url}embed/#dataset=oscillator&activation=sin&hidden=8&equation=${encodeURIComponent(EQUATION)}&show=controls`)
    await w.drawn()
    expect((await inColumn(w)).slice(0, 2)).toEqual(['equation', 'parameters'])
    await set(w, 'mu=2', w.page.locator('#field-parameters'))
    await w.page.waitForFunction(() => document.querySelector('gnll-embed')?.store.settings.value['parameters'] === 'mu=2')
    await w.page.goto(w.page.url().replace('show=controls', 'show=controls,equation'))
    await w.page.reload()
    await w.drawn()
    await panel(w).locator('[data-parameter=mu]').waitFor()
    expect(await inColumn(w)).not.toContain('equation')
  })
})
