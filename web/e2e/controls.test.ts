import { describe, expect, it } from 'vitest'
import { stage } from './stage'

const { still } = stage()

describe('the controls', () => {
  it('begin with the loss, and none sticks out of the panel', async () => {
    // With an equation there are more of them.
    const w = await still({ activation: 'sin', equation: 'du + u', equation_noise: 'fixed' })
    for (const summary of await w.page.locator('.advanced > summary').all()) await summary.click()
    const groups = await w.page.locator('.controls .group-name').allTextContents()
    expect(groups).toEqual(['loss', 'optimiser', 'model', 'equation', 'data'])
    const out = await w.page.locator('.controls').evaluate((panel) => {
      const right = panel.getBoundingClientRect().left + panel.clientWidth
      return [...panel.querySelectorAll('.control *')].filter((e) => e.getBoundingClientRect().right > right && !e.closest('.tip, .unseen')).map((e) => e.closest('[data-control]')?.getAttribute('data-control'))
    })
    expect(out).toEqual([])
  })

  it('go back to their defaults, one by one', async () => {
    const w = await still()
    const dot = w.page.getByRole('button', { name: 'Set eps to its default, 1e-6' })
    expect(await dot.isVisible()).toBe(false)
    const height = await w.page.locator('[data-control=eps]').evaluate((e) => e.getBoundingClientRect().height)
    await w.type('eps', '1e-2')
    await dot.waitFor()
    expect(await w.page.locator('[data-control=eps]').evaluate((e) => e.getBoundingClientRect().height)).toBe(height)
    await dot.click()
    await expect.poll(() => w.value('eps')).toBe('1e-6')
    await dot.waitFor({ state: 'hidden' })
    // Choices, switches and layers, too.
    await w.page.locator('[data-control=activation] select').selectOption('relu')
    await w.page.getByRole('button', { name: 'add a layer' }).click()
    await w.page.getByRole('button', { name: /^Set activation to/ }).click()
    await w.page.getByRole('button', { name: /^Set hidden layers to/ }).click()
    await expect.poll(() => w.page.locator('.to-default:visible').count()).toBe(0)
    expect(await w.violations()).toEqual([])
  })

  it('leave the weight decay to the program, show what it comes to, and take it back', async () => {
    const w = await still()
    const auto = 'auto (9.43e-3)' // 1/106
    expect(await w.value('decay')).toBe(auto)
    expect(await w.page.locator('[data-control=decay] input[type=range]').getAttribute('aria-valuetext')).toBe(auto)
    const fits = (): Promise<boolean> => w.page.locator('[data-control=decay] .field input').evaluate((i) => i.scrollWidth <= i.clientWidth)
    expect(await fits()).toBe(true)
    await w.type('decay', '0.02')
    await expect.poll(() => w.value('decay')).toBe('2e-2')
    await expect.poll(() => w.settings()).toContain('decay=0.02')
    await w.page.getByRole('button', { name: `Set weight decay to its default, ${auto}` }).click()
    await expect.poll(() => w.value('decay')).toBe(auto)
    await w.page.locator('[data-control=decay] input[type=range]').press('ArrowRight')
    await expect.poll(() => w.value('decay')).toBe('1.3e-2')
    await w.type('decay', 'Auto')
    await expect.poll(() => w.value('decay')).toBe(auto)
    await expect.poll(() => w.settings()).not.toContain('decay')
    await w.type('decay', 'autumn')
    await expect.poll(() => w.page.locator('[data-control=decay] .refused').textContent()).toContain('neither a number nor auto')
    await w.type('decay', '')
    // It goes by the rows that there are.
    await w.type('train_share', '50')
    await expect.poll(() => w.value('decay')).toBe('auto (1.49e-2)') // 1/67
  })

  it('say the std ≥ in the data’s unit and in the standardised one', async () => {
    const w = await still()
    await w.type('eps', '1e-2')
    await expect.poll(() => w.page.locator('[data-control=eps] .note').textContent()).toBe('The network may not claim less noise than 5.0\u00a0g')
    await w.page.getByText('More data settings').click()
    await w.page.locator('[data-control=standardise] wa-switch').click()
    await expect.poll(() => w.page.locator('[data-control=eps] .note').textContent()).toBe('The network may not claim less noise than 0.10\u00a0g')
  })
})
