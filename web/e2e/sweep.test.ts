import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { server, visit, still, allow } = stage()

async function openSweep(w: Watched): Promise<void> {
  await w.page.getByRole('button', { name: 'Try a grid of settings' }).click()
  await w.page.getByRole('button', { name: 'Start', exact: true }).waitFor()
}

const said = (w: Watched): Promise<string> => w.page.locator('.sweep-found [role=status]').textContent().then((t) => (t ?? '').trim())
const cells = (w: Watched): Promise<string[]> => w.page.locator('.sweep-cell').evaluateAll((all) => all.map((c) => [...c.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE || (n as Element).className === 'sweep-figure').map((n) => n.textContent).join('').trim()))
/** Says yes to what is asked before a cell takes the place of the run. */
async function replace(w: Watched): Promise<void> {
  const asked = w.page.getByRole('alertdialog')
  expect(await asked.textContent()).toMatch(/^\s*Start a new run with .*\? (Model “.+”|\d models \(.*\)) at step [\d\s]+will be replaced\. Undo brings (it|them) back\./)
  await asked.getByRole('button', { name: 'Replace' }).click()
}

const start = (w: Watched): Promise<void> => w.page.getByRole('button', { name: 'Start', exact: true }).click()

describe('a sweep', () => {
  it('fills a map, and a cell opens as a run that becomes the same', async () => {
    const w = await visit(`${server.url}#paused&lr=0.01`)
    await expect.poll(() => w.step()).toBe(0)
    await w.page.getByRole('button', { name: 'how many steps' }).click()
    await w.page.getByRole('menuitem', { name: '10 steps', exact: true }).click()
    await expect.poll(() => w.step()).toBe(10)
    await openSweep(w)
    await w.page.getByLabel('horizontal axis: values').fill('3')
    await w.page.getByLabel('horizontal axis: values').press('Tab')
    await w.page.locator('#sweep-steps').fill('100')
    await start(w)
    await expect.poll(() => said(w)).toBe('done, 15 of 15')
    expect(await cells(w)).toHaveLength(15)
    expect((await cells(w)).filter((t) => !/^(★ )?\d/.test(t))).toEqual([])
    expect(await w.page.locator('.sweep-cell[data-best]').count()).toBe(1)
    // By another score there is another map.
    const nll = await cells(w)
    await w.page.getByRole('combobox', { name: 'score' }).selectOption('test rmse')
    await expect.poll(() => cells(w)).not.toEqual(nll)
    await w.page.getByRole('combobox', { name: 'score' }).selectOption('test nll')
    // The first row is the greatest value: decay 1e-2, variance decay 1.
    const cell = w.page.locator('.sweep-cell[data-x="1"][data-y="4"]')
    expect(await cell.textContent()).toMatch(/^weight decay 1e-2, variance decay 1: test NLL [\d.]+ nats$/)
    const found = /NLL ([\d.]+)/.exec((await cell.getAttribute('title')) ?? '')?.[1]
    await cell.click()
    await replace(w)
    await expect.poll(() => w.page.locator('dialog[open]').count()).toBe(0)
    await expect.poll(() => w.page.locator('.caption').textContent()).toContain('Started a new run with weight decay 1e-2, variance decay 1')
    await expect.poll(() => w.step()).toBe(0)
    await expect.poll(() => w.settings()).toContain('variance_decay=1')
    expect(await w.settings()).toContain('lr=0.01')
    await w.page.getByRole('button', { name: 'how many steps' }).click()
    await w.page.getByRole('menuitem', { name: '100 steps', exact: true }).click()
    await expect.poll(() => w.step()).toBe(100)
    const nllOf = (): Promise<number> => w.page.evaluate(async (at) => ((await (await fetch(at)).json()) as { metrics: { test: { nll: number } } }).metrics.test.nll, `../api/runs/${new URL(w.page.url()).pathname.split('/').at(-1) ?? ''}`)
    expect((await nllOf()).toFixed(3)).toBe(found)
    // One undo restores the previous run.
    await w.page.getByRole('button', { name: 'undo', exact: true }).click()
    await expect.poll(() => w.settings()).not.toContain('variance_decay')
    await w.page.getByRole('button', { name: 'Try a grid of settings' }).click()
    expect(await cells(w)).toEqual(nll)
  })

  it('is started and stopped by one button, which keeps the focus', async () => {
    const w = await still({}, 0)
    await w.page.getByRole('button', { name: 'Try a grid of settings' }).focus()
    await w.page.keyboard.press('Enter')
    const focused = (): Promise<string> => w.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '')
    // Not on the question mark, whose text would lie over the page.
    await expect.poll(focused).toBe('control horizontal axis')
    await w.page.locator('#sweep-steps').fill('20000')
    await w.page.getByRole('button', { name: 'Start', exact: true }).focus()
    await w.page.keyboard.press('Enter')
    await expect.poll(focused).toBe('Stop')
    await w.page.keyboard.press('Enter')
    await expect.poll(() => said(w)).toMatch(/^stopped, /)
    expect(await focused()).toBe('Start')
  })

  it('is of choices, is stopped, and tells why a run failed', async () => {
    const w = await still({}, 0)
    await openSweep(w)
    await w.page.getByLabel('control horizontal axis').selectOption('loss')
    const choices = w.page.locator('.sweep-choices input')
    await expect.poll(() => choices.count()).toBeGreaterThan(4)
    for (let i = 2; i < (await choices.count()); i++) await choices.nth(i).uncheck()
    await w.page.getByLabel('control vertical axis').selectOption('lr')
    await w.page.getByLabel('vertical axis: from').fill('1e-2')
    await w.page.getByLabel('vertical axis: to').fill('1e9')
    await w.page.getByLabel('vertical axis: values').fill('2')
    await w.page.getByLabel('vertical axis: values').press('Tab')
    // What a control cannot be is put within its bounds.
    await expect.poll(() => w.page.getByLabel('vertical axis: to').inputValue()).toBe('1')
    await w.page.locator('#sweep-steps').fill('400')
    await start(w)
    await expect.poll(() => said(w)).toMatch(/^done, 4 of 4/)
    // Whether the greatest learning rate diverges or is only bad, it is said.
    for (const text of await cells(w)) expect(text).toMatch(/^(★ )?[−\d.e]+$|✕|–/)
    const failed = await w.page.locator('.sweep-cell[data-failed]').count()
    expect(await w.page.locator('.sweep-failed li').count()).toBe(failed)
    await w.page.getByLabel('control horizontal axis').selectOption('decay')
    await w.page.locator('#sweep-steps').fill('20000')
    await start(w)
    await w.page.getByRole('button', { name: 'Stop', exact: true }).click()
    await expect.poll(() => said(w)).toMatch(/^stopped, \d+ of 10/)
    await w.page.getByRole('button', { name: 'Start', exact: true }).waitFor()
  })

  it('says what keeps it from being started, and what the server refuses', async () => {
    allow(/422/)
    const w = await still({}, 0)
    await openSweep(w)
    const why = w.page.locator('.sweep .why').last()
    await w.page.getByLabel('control vertical axis').selectOption('decay')
    await expect.poll(() => why.textContent()).toContain('two different')
    expect(await w.page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true)
    await w.page.getByLabel('control vertical axis').selectOption('lr')
    await w.page.locator('#sweep-steps').fill('x')
    await expect.poll(() => why.textContent()).toContain('whole number')
    await w.page.locator('#sweep-steps').fill('1000000')
    await start(w)
    await expect.poll(() => why.textContent()).toContain('--max-sweep-steps')
  })

  it('of many columns is seen as a whole, and tells its figures to who asks', async () => {
    const w = await still({}, 0)
    await openSweep(w)
    for (const side of ['horizontal axis', 'vertical axis']) {
      await w.page.getByLabel(`${side}: values`).fill('20')
      await w.page.getByLabel(`${side}: values`).press('Tab')
    }
    await w.page.locator('#sweep-steps').fill('3')
    await start(w)
    await expect.poll(() => said(w)).toBe('done, 400 of 400')
    expect(await w.page.locator('.sweep-map').evaluate((m) => m.scrollWidth <= m.clientWidth)).toBe(true)
    expect(await w.page.getByRole('gridcell').last().textContent()).toMatch(/^weight decay 1, variance decay 1e-4: test NLL [\d.]+ nats$/)
    expect(await w.violations()).toEqual([])
  })

  it('opens an own run for viewers', async () => {
    const a = await visit(`${server.url}#paused`)
    await a.page.getByRole('button', { name: 'Play', exact: true }).waitFor()
    const b = await visit(a.toWatch)
    await expect.poll(() => b.step()).toBe(0)
    await openSweep(b)
    await b.page.locator('#sweep-steps').fill('5')
    await start(b)
    await expect.poll(() => said(b)).toBe('done, 25 of 25')
    const [opened] = await Promise.all([b.context.waitForEvent('page'), b.page.locator('.sweep-cell[data-x="0"][data-y="4"]').click()])
    await opened.waitForURL(/\/r\/[a-z2-7]{16}#.*decay=0\.0001.*variance_decay=1.*key=/)
  })

  it.each([
    ['light', { width: 1440, height: 900 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)('can be used by everybody, %s, %o', async (colorScheme, viewport) => {
    const w = await still({}, 0, { colorScheme, viewport })
    await w.page.getByRole('button', { name: 'Try a grid of settings' }).focus()
    await w.page.keyboard.press('Enter')
    await w.page.locator('#sweep-steps').fill('20')
    await w.page.locator('#sweep-steps').press('Enter')
    await expect.poll(() => said(w)).toBe('done, 25 of 25')
    expect(await w.violations()).toEqual([])
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
    const dialog = w.page.locator('dialog.sweep')
    expect(await dialog.evaluate((d) => d.scrollWidth <= d.clientWidth)).toBe(true)
    // The map is one stop of the tab key; arrows go through it.
    const at = (): Promise<string> => w.page.evaluate(() => { const d = (document.activeElement as HTMLElement).dataset; return `${d['x'] ?? ''} ${d['y'] ?? ''}` })
    await w.page.getByRole('combobox', { name: 'score' }).focus()
    await w.page.keyboard.press('Tab')
    expect(await at()).toBe('0 0')
    for (const key of ['ArrowUp', 'ArrowRight', 'End', 'ArrowDown', 'ArrowDown']) await w.page.keyboard.press(key)
    expect(await at()).toBe('4 0')
    await w.page.keyboard.press('Enter')
    await replace(w)
    await expect.poll(() => dialog.evaluate((d) => (d as HTMLDialogElement).open)).toBe(false)
    await expect.poll(() => w.settings()).toContain('decay=1&variance_decay=0.0001')
  })
})
