import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { server, visit, still } = stage()

/** What has the focus: its name, and the control that it is of. */
const focus = (page: Page): Promise<{ readonly name: string; readonly control: string }> => page.evaluate(() => {
  const e = document.activeElement
  if (!e || e === document.body) return { name: '', control: '' }
  const name = e.getAttribute('aria-label') ?? e.textContent.replace(/\s+/g, ' ').trim()
  return { name: name === '' ? e.localName : name, control: e.closest('[data-control]')?.getAttribute('data-control') ?? '' }
})

/** Everything at which the Tab key stops, once around the page. */
async function stops(w: Watched): Promise<Array<Awaited<ReturnType<typeof focus>>>> {
  const list = []
  for (;;) {
    await w.page.keyboard.press('Tab')
    const at = await focus(w.page)
    if (at.name === '') return list
    list.push(at)
    if (list.length > 400) throw new Error('the Tab key finds no end')
  }
}

describe('the keyboard', () => {
  it('stops once at each control, and at no question mark of one', async () => {
    const w = await still()
    const list = await stops(w)
    const shown = await w.page.locator('[data-control]:visible').evaluateAll((all) => all.map((e) => e.getAttribute('data-control')))
    expect(shown.length).toBeGreaterThan(6)
    console.log(`${list.length} stops of the Tab key, ${list.filter(({ control }) => control !== '').length} of them for ${shown.length} controls`)
    for (const name of shown) expect(list.filter(({ control }) => control === name), name ?? '').toHaveLength(1)
    expect(list.filter(({ name, control }) => control !== '' && name.startsWith('help'))).toEqual([])
    // The table of figures is one stop, too.
    const rows = await w.page.locator('.metrics tr gnll-help button').evaluateAll((all) => all.filter((b) => (b as HTMLElement).tabIndex === 0).length)
    expect(rows).toBe(1)
  })

  it('opens the help of a control with F1, and Escape goes back', async () => {
    const w = await still()
    const slider = w.page.getByRole('slider', { name: 'eps' })
    expect(await slider.getAttribute('aria-keyshortcuts')).toContain('F1')
    for (const key of ['F1', '?']) {
      await slider.focus()
      await w.page.keyboard.press(key)
      await w.page.locator('#help-eps:visible').waitFor()
      await w.page.keyboard.press('Tab')
      expect((await focus(w.page)).name).toContain('on eps')
      await w.page.keyboard.press('Escape')
      expect(await slider.evaluate((e) => e === document.activeElement)).toBe(true)
      await w.page.locator('#help-eps').waitFor({ state: 'hidden' })
    }
  })

  it('goes from row to row of the figures with the arrow keys', async () => {
    const w = await still()
    const help = w.page.locator('.metrics tr gnll-help button')
    await help.first().focus()
    await w.page.keyboard.press('ArrowDown')
    expect(await help.nth(1).evaluate((e) => e === document.activeElement)).toBe(true)
    await w.page.keyboard.press('ArrowUp')
    expect(await help.first().evaluate((e) => e === document.activeElement)).toBe(true)
  })

  it('types a value from the slider, and Delete is the default', async () => {
    const w = await still()
    const slider = w.page.getByRole('slider', { name: 'eps' })
    const isBack = (): Promise<boolean> => slider.evaluate((e) => e === document.activeElement)
    await slider.focus()
    await w.page.keyboard.type('2e-4')
    await w.page.keyboard.press('Enter')
    await expect.poll(() => w.value('eps')).toBe('2e-4')
    expect(await isBack()).toBe(true)
    await w.settled()
    await w.page.keyboard.press('Enter')
    await w.page.keyboard.type('3e-3')
    await w.page.keyboard.press('Escape')
    expect(await isBack()).toBe(true)
    expect(await w.value('eps')).toBe('2e-4')
    await w.page.keyboard.press('Delete')
    await expect.poll(() => w.value('eps')).toBe('1e-6')
  })

  it('goes along the layers with the arrow keys', async () => {
    const w = await still({ hidden: [8, 8] })
    await w.page.getByRole('textbox', { name: 'layer 1, units' }).focus()
    await w.page.keyboard.press('End')
    await w.page.keyboard.press('ArrowRight')
    expect((await focus(w.page)).name).toBe('layer 2, units')
    await w.page.keyboard.press('End')
    await w.page.keyboard.press('ArrowRight')
    await w.page.keyboard.press('ArrowRight')
    expect((await focus(w.page)).name).toBe('add a layer')
    await w.page.keyboard.press('Enter')
    await expect.poll(() => w.page.locator('.layers input').count()).toBe(3)
  })

  it('has the fit as its first stop, when asked to skip to it', async () => {
    const w = await still()
    await w.page.keyboard.press('Tab')
    expect((await focus(w.page)).name).toBe('Skip to the fit')
    const link = w.page.getByRole('button', { name: 'Skip to the fit' })
    expect((await link.boundingBox())?.width).toBeGreaterThan(60)
    await w.page.keyboard.press('Enter')
    expect((await focus(w.page)).name).toBe('inspect the fit at x')
  })
})

describe('what is said aloud', () => {
  it('tells of pausing and of going on, with the step', async () => {
    const w = await visit()
    await w.drawn()
    const said = w.page.locator('gnll-announce [role=status]')
    expect(await said.textContent()).toBe('')
    const step = await w.pause()
    await expect.poll(() => said.textContent()).toMatch(/^Paused at step [\d  ]+\.$/)
    expect(Number((await said.textContent())?.replace(/\D/g, ''))).toBeLessThanOrEqual(step)
    expect(await w.page.locator('gnll-status .link-word').textContent()).toBe('paused')
    await w.page.getByRole('button', { name: 'Play', exact: true }).click()
    await expect.poll(() => said.textContent()).toMatch(/^Training at step/)
    await expect.poll(() => w.page.locator('gnll-status .link-word').textContent()).toBe('live')
  })

  it('tells of a divergence', async () => {
    const w = await visit(`${server.url}#speed=max&eps=0&decay=0&variance_decay=0&activation=relu`)
    await w.past(100)
    await w.type('batch', '1')
    await w.type('lr', '1')
    await expect.poll(() => w.page.locator('gnll-announce [role=status]').textContent()).toMatch(/diverged/)
    await expect.poll(() => w.page.locator('gnll-status .link-word').textContent()).toBe('diverged')
  })

  it.each([
    ['mcycle', '', /^inspect the fit/], ['bowl', '', /^inspect the maps/], ['mcycle', 'actual', /^inspect the points/], ['mcycle', '', /^inspect the loss/],
  ] as const)('has no empty part and no double comma: %s %s %o', async (dataset, view, name) => {
    const w = await still({ dataset })
    if (view !== '') await w.page.getByRole('combobox', { name: 'what this panel shows' }).selectOption(view)
    const reader = w.page.getByRole('slider', { name }).first()
    await reader.waitFor({ state: 'attached' })
    const words = async (): Promise<string> => (await reader.getAttribute('aria-valuetext')) ?? ''
    expect(await words()).toMatch(/not inspecting$/)
    await reader.focus()
    await w.page.keyboard.press('ArrowRight')
    await expect.poll(words).not.toMatch(/not inspecting/)
    for (let i = 0; i < 12; i++) {
      expect(await words()).not.toMatch(/,\s*,|,$|NaN|undefined|nothing/)
      await w.page.keyboard.press('ArrowRight')
    }
  })
})
