import { describe, expect, it } from 'vitest'
import type { Locator } from 'playwright-core'
import type { Watched } from './harness'
import { stage } from './stage'

const { server, visit, still } = stage()

const bar = (w: Watched): Locator => w.page.getByRole('slider', { name: 'look back' })
const goOn = (w: Watched): Locator => w.page.getByRole('button', { name: 'resume from here' })
const now = (w: Watched): Locator => w.page.locator('.time-now')
const counter = async (w: Watched): Promise<number> => Number((await w.page.locator('.figure-step').textContent())?.replace(/\D/g, ''))
const lookedAt = async (w: Watched): Promise<number> => Number((await w.page.locator('.time-at').textContent())?.replace(/\D/g, ''))
const figures = (w: Watched): Promise<string[]> => w.page.locator('.metrics td.figure').allTextContents()
const past = (w: Watched): Promise<number> => w.page.locator('.timeline[data-past]').count()

/** Opens a run that trained so far, and trains it on. */
async function trained(steps: number): Promise<Watched> {
  const w = await still({ speed: '1000' }, steps)
  await w.page.getByRole('button', { name: 'Play', exact: true }).click()
  await w.past(steps)
  return w
}

/** Looks at the tenth snapshot, by the keyboard: there is one of every step at first. */
async function lookAtTen(w: Watched): Promise<void> {
  await bar(w).press('Home')
  await bar(w).press('PageUp')
  await w.stands(10)
}

describe('looking back', () => {
  it('shows the past everywhere while training goes on, and comes back', async () => {
    const w = await trained(600)
    const present = await figures(w)
    await lookAtTen(w)
    expect(await lookedAt(w)).toBe(10)
    await w.page.getByText('viewing step 10').waitFor()
    expect(await figures(w)).not.toEqual(present)
    const [then, at] = [await figures(w), await counter(w)]
    // The counter is the run's, which trains on; what is seen stands still.
    await expect.poll(() => counter(w)).toBeGreaterThan(at + 200)
    expect(await w.step()).toBe(10)
    expect(await figures(w)).toEqual(then)
    await now(w).click()
    await expect.poll(() => w.step()).toBeGreaterThan(at)
    expect(await past(w)).toBe(0)
    await expect.poll(() => figures(w)).not.toEqual(then)
  })

  it('has a line in the loss chart while it lasts', async () => {
    const w = await still({}, 600)
    // Whether some column of the chart is mostly of the text's colour, as nothing else is.
    const hasLine = (): Promise<boolean> => w.page.locator('#loss-chart canvas').evaluate((e) => {
      const { width, height } = e as HTMLCanvasElement
      const copy = new OffscreenCanvas(width, height).getContext('2d')
      copy?.drawImage(e as HTMLCanvasElement, 0, 0)
      const { data } = copy?.getImageData(0, 0, width, height) ?? { data: [] }
      const isDark = (x: number, y: number): boolean => {
        const at = 4 * (y * width + x)
        return (data[at + 3] ?? 0) > 128 && Math.max(data[at] ?? 255, data[at + 1] ?? 255, data[at + 2] ?? 255) < 96
      }
      const count = (x: number): number => Array.from({ length: height }, (_, y) => y).filter((y) => isDark(x, y)).length
      return Array.from({ length: width }, (_, x) => x).some((x) => count(x) > height / 2)
    })
    expect(await hasLine()).toBe(false)
    await lookAtTen(w)
    await expect.poll(hasLine).toBe(true)
    await now(w).click()
    await expect.poll(hasLine).toBe(false)
  })

  it('is done with the mouse', async () => {
    const w = await trained(600)
    const box = await w.page.locator('.time-bar input').boundingBox()
    if (!box) throw new Error('there is no bar')
    const y = box.y + box.height / 2
    await w.page.mouse.move(box.x + box.width * 0.5, y)
    await w.page.mouse.down()
    await expect.poll(() => past(w)).toBe(1)
    const middle = await lookedAt(w)
    for (let i = 0; i <= 20; i++) await w.page.mouse.move(box.x + box.width * (0.5 - 0.02 * i), y)
    await w.page.mouse.up()
    await expect.poll(async () => (await w.step()) === (await lookedAt(w))).toBe(true)
    expect(await w.step()).toBeLessThan(middle)
    await w.page.mouse.click(box.x + box.width - 1, y)
    expect(await past(w)).toBe(0)
  })

  it('is done with the keyboard', async () => {
    const w = await trained(600)
    await bar(w).press('ArrowLeft')
    const last = await lookedAt(w)
    await bar(w).press('ArrowLeft')
    const before = await lookedAt(w)
    expect(before).toBeLessThan(last)
    await bar(w).press('Shift+ArrowLeft')
    await bar(w).press('ArrowRight')
    await bar(w).press('PageUp')
    expect(await lookedAt(w)).toBeGreaterThan(before)
    await bar(w).press('Home')
    await w.stands(0)
    expect(await bar(w).getAttribute('aria-valuetext')).toMatch(/^step 0 of \d/)
    await bar(w).press('ArrowRight')
    await w.stands(1)
    await bar(w).press('End')
    expect(await past(w)).toBe(0)
    expect(await bar(w).getAttribute('aria-valuetext')).toBe('live')
    await lookAtTen(w)
    await w.page.locator('body').press('Escape')
    expect(await past(w)).toBe(0)
    // What is open is closed first.
    await lookAtTen(w)
    await w.page.getByRole('button', { name: 'share this run' }).click()
    await w.page.locator('.popup:popover-open').waitFor()
    await w.page.keyboard.press('Escape')
    await w.page.locator('.popup:popover-open').waitFor({ state: 'detached' })
    expect(await past(w)).toBe(1)
  })

  it('is under the controls and on the present rows, as they change', async () => {
    const w = await trained(300)
    await lookAtTen(w)
    const [revision, then] = [await w.revision(), await figures(w)]
    await w.type('noise', '50')
    await expect.poll(() => w.revision()).toBeGreaterThan(revision)
    expect(await w.step()).toBe(10)
    await expect.poll(() => figures(w)).not.toEqual(then)
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await w.says(({ lanes }) => lanes === '2')
    await w.stands(10)
    expect(await past(w)).toBe(1)
  })

  it('ends with a reset, another data set or a reload', async () => {
    const w = await trained(300)
    await lookAtTen(w)
    await w.page.getByRole('button', { name: 'Reset' }).click()
    await expect.poll(() => past(w)).toBe(0)
    await expect.poll(() => w.step()).toBeGreaterThan(50)
    await lookAtTen(w)
    await w.page.getByRole('combobox', { name: 'data set' }).selectOption('sine')
    await expect.poll(() => past(w)).toBe(0)
    await expect.poll(() => w.step()).toBeGreaterThan(50)
    await lookAtTen(w)
    await w.page.reload()
    await w.drawn()
    await expect.poll(() => w.step()).toBeGreaterThan(50)
    expect(await past(w)).toBe(0)
  })

  it('replays the run from the start, and ends now', async () => {
    const at = 90
    const w = await still({}, at)
    await w.page.getByRole('button', { name: 'Replay from the start' }).click()
    await w.page.waitForFunction(() => Number(document.documentElement.dataset['step']) < 20)
    await w.page.getByRole('button', { name: 'Stop the replay here' }).click()
    const stopped = await lookedAt(w)
    await w.stands(stopped)
    await w.page.getByRole('button', { name: 'Replay from the start' }).click()
    await w.page.waitForFunction(() => document.querySelector('.timeline[data-past]'))
    await expect.poll(() => past(w)).toBe(0)
    await w.stands(at)
  })
})

describe('continuing from a moment', () => {
  it('resumes from the weights at that step, and can be undone', async () => {
    const at = 600
    const w = await still({}, at)
    const present = await figures(w)
    await lookAtTen(w)
    const then = await figures(w)
    expect(then).not.toEqual(present)
    await goOn(w).click()
    await w.stands(at)
    expect(await past(w)).toBe(0)
    await expect.poll(() => figures(w)).toEqual(then)
    // It is a change like others, with its mark.
    await w.page.getByRole('button', { name: /^continued from step 10, step/ }).waitFor()
    await w.page.getByRole('button', { name: 'undo', exact: true }).click()
    await expect.poll(() => figures(w)).toEqual(present)
  })

  it('is for those who steer; everybody can look back', async () => {
    const a = await trained(300)
    const b = await visit(a.toWatch)
    await b.drawn()
    await b.page.locator('.figure-step').waitFor()
    await lookAtTen(b)
    expect(await goOn(b).isDisabled()).toBe(true)
    expect(await now(b).isEnabled()).toBe(true)
    expect(await past(a)).toBe(0)
    await lookAtTen(a)
    expect(await goOn(a).isEnabled()).toBe(true)
    // Who steers continues from elsewhere: who looks back is left where they are.
    const step = await counter(b)
    await goOn(a).click()
    await expect.poll(() => past(a)).toBe(0)
    await expect.poll(() => counter(b)).toBeGreaterThan(step)
    await b.stands(10)
    expect(await past(b)).toBe(1)
  })
})

describe('changes', () => {
  it('are marked on the bar, tell what they were, and can be undone there', async () => {
    const w = await trained(200)
    await w.type('eps', '1e-3')
    const mark = w.page.getByRole('button', { name: /^eps 1e-6 → 1e-3, step \d/ })
    await mark.waitFor()
    const step = Number(/, step (.*)$/.exec((await mark.getAttribute('title')) ?? '')?.[1]?.replace(/\D/g, ''))
    expect(step).toBeGreaterThan(0)
    await mark.press('Enter')
    const panel = w.page.locator('#time-mark:popover-open')
    await panel.getByRole('button', { name: 'view this step' }).click()
    await expect.poll(() => past(w)).toBe(1)
    expect(await lookedAt(w)).toBeLessThanOrEqual(step)
    await expect.poll(() => bar(w).getAttribute('aria-valuetext')).toContain('eps 1e-6 → 1e-3')
    await mark.press('Enter')
    await panel.getByRole('button', { name: 'undo this and later changes' }).click()
    await expect.poll(() => w.value('eps')).toBe('1e-6')
  })
})

describe('the transport', () => {
  it('says what is trained up to, and stops it', async () => {
    const w = await visit(`${server.url}#speed=100`)
    await w.drawn()
    const other = await visit(w.toWatch)
    await w.page.getByRole('button', { name: 'how many steps' }).click()
    await w.page.getByRole('menuitem', { name: '1 000 steps' }).click()
    const goal = w.page.locator('.time-to')
    await goal.waitFor()
    const end = Number((await goal.textContent())?.replace(/\D/g, ''))
    expect(end).toBeGreaterThan(1000)
    await other.page.locator('.time-to').waitFor()
    expect(await other.page.locator('.time-to button').isDisabled()).toBe(true)
    await w.page.getByRole('button', { name: 'Pause' }).waitFor()
    await goal.getByRole('button', { name: 'stop' }).click()
    await goal.waitFor({ state: 'detached' })
    await other.page.locator('.time-to').waitFor({ state: 'detached' })
    await w.page.getByRole('button', { name: 'Play', exact: true }).waitFor()
    expect(await counter(w)).toBeLessThan(end)
  })

  it('makes a single step with the point key, but not in a field', async () => {
    const at = 20
    const w = await still({}, at)
    await w.page.locator('body').press('.')
    await w.stands(at + 1)
    await w.page.locator('[data-control=eps] .field input').press('.')
    await w.page.locator('[data-control=eps] input[type=range]').press('.')
    await w.stands(at + 2)
  })
})

describe('on a telephone', () => {
  it('is a line above the transport, by which one can look back', async () => {
    const w = await visit(`${server.url}#speed=1000`, { viewport: { width: 390, height: 844 }, hasTouch: true })
    await w.drawn()
    await expect.poll(() => counter(w)).toBeGreaterThan(300)
    expect((await w.page.locator('.timeline').boundingBox())?.height).toBeLessThan(30)
    await lookAtTen(w)
    for (const button of [goOn(w), now(w)]) expect(await button.isVisible()).toBe(true)
    const [there, transport] = [await w.page.locator('.timeline').boundingBox(), await w.page.locator('gnll-transport').boundingBox()]
    expect((there?.y ?? 0) + (there?.height ?? 0)).toBeLessThanOrEqual(transport?.y ?? 0)
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await now(w).tap()
    await expect.poll(() => w.step()).toBeGreaterThan(300)
  })
})

describe('everybody', () => {
  it('can use it', async () => {
    const w = await visit(`${server.url}#speed=1000`)
    await w.drawn()
    await expect.poll(() => counter(w)).toBeGreaterThan(100)
    await w.type('eps', '1e-3')
    await w.page.locator('.time-mark').waitFor()
    expect(await w.violations()).toEqual([])
    await w.page.emulateMedia({ colorScheme: 'dark' })
    await lookAtTen(w)
    expect(await w.violations()).toEqual([])
    await w.page.locator('.time-mark').press('Enter')
    await w.page.locator('#time-mark:popover-open').waitFor()
    expect(await w.violations()).toEqual([])
  })
})
