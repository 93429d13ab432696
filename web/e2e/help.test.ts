import { describe, expect, it } from 'vitest'
import { stage } from './stage'

const { server, visit } = stage()

const address = (): string => new URL('help', server.url).href

describe('the help', () => {
  it.each([
    { width: 1440, theme: 'light' }, { width: 390, theme: 'dark' },
  ] as const)('can be read by everybody at $width pixels, $theme', async ({ width, theme }) => {
    const w = await visit(address(), { viewport: { width, height: 900 }, colorScheme: theme })
    expect(await w.violations()).toEqual([])
    expect(await w.page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(theme === 'light' ? 'rgb(244, 246, 249)' : 'rgb(14, 17, 20)')
  })

  it('is no wider than a small telephone, and no text is too small', async () => {
    const w = await visit(address(), { viewport: { width: 360, height: 740 } })
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    expect(await w.page.evaluate(() => [...document.querySelectorAll('main *, nav *')]
      .filter((e) => !e.closest('math') && Number.parseFloat(getComputedStyle(e).fontSize) < 11).map((e) => e.outerHTML.slice(0, 80)))).toEqual([])
  })

  it('shows its picture in the theme that was chosen on the page', async () => {
    const w = await visit(undefined, { colorScheme: 'light' })
    await w.drawn()
    await w.page.getByRole('button', { name: 'Display: theme' }).click()
    await w.page.getByRole('radio', { name: 'dark' }).click()
    await w.page.goto(address())
    const shown = w.page.locator('.shot img:visible')
    expect(await shown.getAttribute('src')).toBe('help/page-dark.webp')
    await shown.scrollIntoViewIfNeeded()
    await expect.poll(() => shown.evaluate((i) => (i as HTMLImageElement).naturalWidth)).toBe(1440)
    expect(await w.page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(14, 17, 20)')
  })

  it('can be printed without what is for a screen', async () => {
    const w = await visit(address(), { colorScheme: 'dark' })
    await w.page.emulateMedia({ media: 'print' })
    expect(await w.page.locator('.bar, .contents, .shot').evaluateAll((all) => all.filter((e) => getComputedStyle(e).display !== 'none').length)).toBe(0)
    expect(await w.page.evaluate(() => getComputedStyle(document.body).color)).toBe('rgb(20, 24, 31)')
  })
})

describe('a question mark', () => {
  it('leads on to its place in the help, by keyboard alone', async () => {
    const w = await visit()
    await w.drawn()
    const slider = w.page.getByRole('slider', { name: 'eps' })
    await slider.focus()
    await w.page.keyboard.press('F1')
    await w.page.getByRole('tooltip').waitFor()
    await w.page.keyboard.press('Tab')
    const link = w.page.getByRole('link', { name: 'more on eps, in a new tab' })
    expect(await link.evaluate((e) => e === document.activeElement)).toBe(true)
    const [opened] = await Promise.all([w.context.waitForEvent('page'), w.page.keyboard.press('Enter')])
    await opened.waitForLoadState()
    expect(opened.url()).toBe(`${address()}#eps`)
    await expect.poll(() => opened.locator('#eps').evaluate((e) => e.getBoundingClientRect().top)).toBeLessThan(120)
    expect(await opened.locator('#eps').evaluate((e) => e.getBoundingClientRect().top)).toBeGreaterThan(50)
    expect(await opened.evaluate(() => window.opener === null)).toBe(true)
    // The page is where it was left: Escape goes back to the control.
    await w.page.bringToFront()
    await w.page.keyboard.press('Escape')
    expect(await slider.evaluate((e) => e === document.activeElement)).toBe(true)
    await w.page.getByRole('tooltip').waitFor({ state: 'hidden' })
  })

  it('lets the pointer go over to what it said', async () => {
    const w = await visit()
    await w.drawn()
    await w.page.getByRole('button', { name: 'help: NLL', exact: true }).hover()
    const tip = w.page.locator('.tip:popover-open')
    await tip.locator('a').hover()
    expect(await tip.count()).toBe(1)
    await w.page.getByRole('button', { name: 'help: eps', exact: true }).hover()
    expect(await tip.textContent()).toContain('more on eps')
    await w.page.mouse.move(700, 450)
    await expect.poll(() => tip.count()).toBe(0)
  })

  it('has a place in the help, whichever it is', async () => {
    const w = await visit()
    await w.drawn()
    for (const summary of await w.page.locator('.advanced > summary').all()) await summary.click()
    const links = await w.page.locator('.tip a').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))
    expect(links.length).toBeGreaterThan(30)
    await w.page.goto(address())
    const there = new Set(await w.page.locator('[id]').evaluateAll((all) => all.map((e) => e.id)))
    expect(links.filter((l) => !l.startsWith(`${address()}#`) || !there.has(new URL(l).hash.slice(1)))).toEqual([])
  })

  it('stands in the header for the whole', async () => {
    const w = await visit()
    await w.drawn()
    const [opened] = await Promise.all([w.context.waitForEvent('page'), w.page.getByRole('link', { name: 'help, in a new tab' }).click()])
    await opened.waitForLoadState()
    expect(opened.url()).toBe(address())
    expect(await opened.title()).toBe('gnllviz: help')
  })
})
