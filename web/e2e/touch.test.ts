import type { CDPSession, Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { server, still, visit } = stage()

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true }

interface Point { readonly x: number; readonly y: number }

/** A finger that goes from one place to another, as a screen tells of it. */
async function swipe(w: Watched, from: Point, to: Point): Promise<void> {
  const cdp: CDPSession = await w.context.newCDPSession(w.page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: Point[]): Promise<unknown> => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points })
  await touch('touchStart', [from])
  const moves = 12
  for (let i = 1; i <= moves; i++) {
    await touch('touchMove', [{ x: from.x + ((to.x - from.x) * i) / moves, y: from.y + ((to.y - from.y) * i) / moves }])
    // A finger has a place in each picture.
    await w.page.evaluate(() => new Promise(requestAnimationFrame))
  }
  await touch('touchEnd', [])
  await cdp.detach()
}

async function opened(options = PHONE): Promise<Watched> {
  const w = await still({}, 30, options)
  await w.page.getByRole('button', { name: 'Controls' }).click()
  await w.page.locator('#controls[data-open]').waitFor()
  return w
}

const drawer = (w: Watched): Locator => w.page.locator('#controls')
const scrolled = (w: Watched): Promise<{ x: number; y: number }> => drawer(w).evaluate((e) => ({ x: e.scrollLeft, y: e.scrollTop }))

/** A slider that is wholly in sight: where it is, and where its thumb is. */
async function sliderOf(w: Watched, control: string): Promise<{ readonly thumb: Point; readonly at: (share: number) => Point }> {
  const slider = w.page.locator(`[data-control=${control}] .slider`)
  await slider.evaluate((e) => { e.scrollIntoView({ block: 'center' }) })
  return slider.evaluate((e) => {
    const { left, top, width, height } = e.getBoundingClientRect()
    return { left, width, y: top + height / 2, value: parseFloat(getComputedStyle(e).getPropertyValue('--at')) }
  }).then(({ left, width, y, value }) => {
    const at = (share: number): Point => ({ x: left + 7 + share * (width - 14), y })
    return { thumb: at(value), at }
  })
}

const revision = async (w: Watched): Promise<number> => {
  await w.settled()
  return w.revision()
}

describe('the controls on a phone', () => {
  it('scroll down, and never sideways', async () => {
    const w = await opened()
    const size = await drawer(w).evaluate((e) => ({ high: e.scrollHeight > e.clientHeight, wide: e.scrollWidth - e.clientWidth }))
    expect(size).toEqual({ high: true, wide: 0 })
    for (const summary of await w.page.locator('.advanced > summary').all()) await summary.click()
    expect(await drawer(w).evaluate((e) => e.scrollWidth - e.clientWidth)).toBe(0)
    const { x, y, width, height } = (await drawer(w).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    await swipe(w, { x: x + width * 0.85, y: y + height * 0.8 }, { x: x + width * 0.15, y: y + height * 0.8 })
    expect((await scrolled(w)).x).toBe(0)
    // The last control can be reached.
    await w.page.locator('.keys a').scrollIntoViewIfNeeded()
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  })

  it('have each slider under its own label, with its number', async () => {
    const w = await opened()
    const gaps = await w.page.locator('.control:has(.slider)').evaluateAll((all) => all.map((e) => {
      const box = (s: string): DOMRect | undefined => e.querySelector(s)?.getBoundingClientRect()
      const [label, slider, field] = [box('.control-label'), box('.slider'), box('.field')]
      const next = e.closest('gnll-control')?.nextElementSibling?.querySelector('.control-label')?.getBoundingClientRect()
      if (!label || !slider || !field) throw new Error('a control lacks a part')
      const middle = slider.top + slider.height / 2
      return {
        name: e.getAttribute('data-control'), above: middle - label.bottom, below: next ? next.top - middle : Infinity,
        inLine: Math.abs((field.top + field.bottom - label.top - label.bottom) / 2), same: Math.abs(slider.left - label.left),
      }
    }))
    expect(gaps.length).toBeGreaterThan(3)
    for (const g of gaps) {
      expect(g.above, `${g.name}: from the label to the slider`).toBeLessThan(g.below * 0.7)
      expect(g.inLine, `${g.name}: label and number`).toBeLessThan(8)
    }
  })

  it.each(['lr', 'batch'])('scroll by a swipe that begins on a slider, which stays where it is: %s', async (control) => {
    const w = await opened()
    const before = { value: await w.value(control), revision: await revision(w) }
    const { thumb, at } = await sliderOf(w, control)
    // On the thumb, before it and behind it; straight and aslant, up and down.
    for (const from of [thumb, at(0.1), at(0.9)]) {
      for (const [dx, dy] of [[0, -90], [0, 90], [35, -90], [-35, 90], [-20, -60]] as const) {
        await sliderOf(w, control)
        const top = (await scrolled(w)).y
        await swipe(w, from, { x: from.x + dx, y: from.y + dy })
        await expect.poll(async () => (await scrolled(w)).y, { message: `${dx}, ${dy}` }).not.toBe(top)
        expect(await w.value(control), `${dx}, ${dy}`).toBe(before.value)
      }
    }
    // Sideways beside the thumb, too, and a finger that only stops the page.
    const { thumb: now } = await sliderOf(w, control)
    const beside = now.x > 195 ? at(0.05) : at(0.95)
    await swipe(w, beside, { x: 195, y: beside.y + 4 })
    await w.page.touchscreen.tap(beside.x, beside.y)
    await w.page.touchscreen.tap(at(0.5).x + 40, beside.y)
    expect({ value: await w.value(control), revision: await revision(w) }).toEqual(before)
    expect(await w.page.locator(`[data-control=${control}] .slider input`).evaluate((e) => ((e as HTMLInputElement).valueAsNumber - Number((e as HTMLInputElement).min)) / (Number((e as HTMLInputElement).max) - Number((e as HTMLInputElement).min)))).toBeCloseTo((now.x - at(0).x) / (at(1).x - at(0).x), 2)
  })

  it.each(['lr', 'batch', 'train_share'])('move by a thumb that is dragged sideways: %s', async (control) => {
    const w = await opened()
    const before = await w.value(control)
    const { thumb, at } = await sliderOf(w, control)
    const to = at(thumb.x > 195 ? 0.2 : 0.8)
    await swipe(w, thumb, { x: to.x, y: to.y + 12 })
    await expect.poll(() => w.value(control)).not.toBe(before)
    await w.settled()
    const after = await sliderOf(w, control)
    expect(Math.abs(after.thumb.x - to.x)).toBeLessThan(24)
    // And by the keyboard, as ever.
    const moved = await w.value(control)
    await w.page.locator(`[data-control=${control}] .slider input`).press('ArrowLeft')
    await expect.poll(() => w.value(control)).not.toBe(moved)
  })

  it('stay the mouse’s where there is one', async () => {
    const w = await opened({ ...PHONE, hasTouch: false })
    const { at } = await sliderOf(w, 'lr')
    const before = await w.value('lr')
    await w.page.mouse.click(at(0.9).x, at(0.9).y)
    await expect.poll(() => w.value('lr')).not.toBe(before)
  })
})

describe('a phone', () => {
  it('has the plot of the fit above a lesson’s sheet, which covers less than half', async () => {
    const w = await visit(`${server.url}#lesson=what-eps-does`, PHONE)
    await w.page.locator('.lesson[data-phase=ask]').waitFor()
    await w.page.locator('#fit-chart canvas').first().waitFor()
    await expect.poll(() => w.page.locator('gnll-fit').evaluate((e) => Math.round(e.getBoundingClientRect().top))).toBe(0)
    const { sheet, plot, title, buttons } = await w.page.evaluate(() => {
      const box = (s: string): DOMRect => {
        const e = document.querySelector(s)
        if (!e) throw new Error(`there is no ${s}`)
        return e.getBoundingClientRect()
      }
      const words = document.createRange()
      words.selectNodeContents(document.querySelector('#lesson-title') ?? document.body)
      return { sheet: box('.lesson'), plot: box('#fit-chart'), title: words.getBoundingClientRect(), buttons: box('.lesson-buttons') }
    })
    expect(sheet.height).toBeLessThanOrEqual(0.45 * 844)
    expect(plot.top).toBeGreaterThanOrEqual(0)
    expect(plot.bottom).toBeLessThanOrEqual(sheet.top)
    expect(title.right).toBeLessThanOrEqual(buttons.left)
  })

  it('has question marks as large as a finger hits', async () => {
    const w = await opened()
    const mark = w.page.locator('[data-control=eps] .help')
    await mark.scrollIntoViewIfNeeded()
    const hits = await mark.evaluate((e) => {
      const { left, right, top, bottom } = e.getBoundingClientRect()
      const [x, y] = [(left + right) / 2, (top + bottom) / 2]
      return [[-11.5, 0], [11.5, 0], [0, -11.5], [0, 11.5]].map(([dx = 0, dy = 0]) => document.elementFromPoint(x + dx, y + dy)?.className)
    })
    expect(hits).toEqual(['help', 'help', 'help', 'help'])
  })

  it('inspects nothing any more once a finger on the fit has scrolled the page', async () => {
    const w = await still({}, 30, PHONE)
    const probe = (): Promise<number | null | undefined> => w.page.evaluate(() => document.querySelector('gnll-app')?.store.view.probe.value)
    const box = await w.page.locator('#fit-chart').boundingBox()
    if (!box) throw new Error('there is no fit')
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    await w.page.touchscreen.tap(middle.x, middle.y)
    await expect.poll(probe).not.toBeNull()
    await swipe(w, middle, { x: middle.x + 3, y: middle.y - 180 })
    await expect.poll(() => w.page.evaluate(() => scrollY)).toBeGreaterThan(0)
    expect(await probe()).toBeNull()
  })
})
