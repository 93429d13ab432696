import { describe, expect, it } from 'vitest'
import { stage } from './stage'

const { still } = stage()

describe('the look', () => {
  it('is large on a projector, and stays so', async () => {
    const w = await still({}, 30, { viewport: { width: 1280, height: 720 } })
    const size = (): Promise<number> => w.page.evaluate(() => Math.min(...[...document.querySelectorAll('.control-label, .plot-head h2, .metrics th, .caption')].map((e) => parseFloat(getComputedStyle(e).fontSize))))
    expect(await size()).toBeLessThan(16)
    await w.page.keyboard.press('p')
    await expect.poll(size).toBeGreaterThanOrEqual(16)
    await w.page.reload()
    await w.drawn()
    expect(await size()).toBeGreaterThanOrEqual(16)
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280)
    await w.page.keyboard.press('p')
    await expect.poll(size).toBeLessThan(16)
  })

  it('fills the screen', async () => {
    const w = await still()
    await w.page.keyboard.press('f')
    await expect.poll(() => w.page.evaluate(() => document.fullscreenElement !== null)).toBe(true)
    await w.page.keyboard.press('f')
    await expect.poll(() => w.page.evaluate(() => document.fullscreenElement === null)).toBe(true)
  })

  it('is a report on paper: light, without controls, with what was set', async () => {
    const w = await still({ eps: 0.01 }, 30, { colorScheme: 'dark' })
    await w.page.emulateMedia({ media: 'print' })
    const ink = (): Promise<number[]> => w.page.evaluate(() => getComputedStyle(document.body).color.match(/\d+/g)?.map(Number) ?? [])
    await expect.poll(async () => Math.max(...await ink())).toBeLessThan(80)
    for (const hidden of ['.controls', '.timeline', 'gnll-transport', 'gnll-share']) expect(await w.page.locator(hidden).first().isVisible(), hidden).toBe(false)
    expect(await w.page.locator('#fit-chart').isVisible()).toBe(true)
    expect(await w.page.locator('body').innerText()).toMatch(/eps[^]*1e-2/)
    expect((await w.page.pdf()).length).toBeGreaterThan(10_000)
  })

  it('needs no sideways scrolling, from a telephone to a wall', async () => {
    const w = await still({})
    for (const width of [360, 390, 768, 1024, 1280, 1440, 1920, 2560, 3840]) {
      await w.page.setViewportSize({ width, height: width < 800 ? 844 : Math.round(width * 0.5625) })
      // Charts take their new size with the next frame.
      await expect.poll(() => w.page.evaluate(() => document.documentElement.scrollWidth), { message: `at ${width}` }).toBeLessThanOrEqual(width)
      // Nothing in the header lies over its neighbour.
      const lapped = async (): Promise<unknown[]> => {
        const boxes = await w.page.locator('.top > *:visible').evaluateAll((all) => all.map((e) => e.getBoundingClientRect()).filter((r) => r.width > 0 && r.height > 0 && r.bottom < 200).map(({ left, right, top, bottom }) => ({ left, right, top, bottom })))
        return boxes.filter((a, i) => boxes.some((b, j) => j > i && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1))
      }
      await expect.poll(lapped, { message: `at ${width}` }).toEqual([])
    }
  })

  it.each([360, 390])('has a header of one height while it loads, at %i', async (width) => {
    const w = await still({}, 30, { viewport: { width, height: 800 } })
    // Whatever the line says meanwhile: the button that it pushes down moves all of the page.
    await w.page.addInitScript(() => {
      const heights = new Set<number>()
      Object.assign(globalThis, { heights })
      const look = (): void => {
        const top = document.querySelector<HTMLElement>('.top')
        if (top && document.querySelector('gnll-status .link')) heights.add(top.offsetHeight)
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
    await w.page.reload()
    await w.drawn()
    await w.page.locator('gnll-status .live').waitFor()
    expect(await w.page.evaluate(() => [...(globalThis as unknown as { heights: Set<number> }).heights])).toHaveLength(1)
  })
})
