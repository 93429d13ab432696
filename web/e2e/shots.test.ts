import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, Server, Watched } from './harness'

// Pictures of the page to look at: into shots/, which is not tracked, with
// README=1 also the one that the README shows, and with DOCS=1 those of the help.
const server = new Server()
const dir = resolve(import.meta.dirname, 'shots')
let browser: Browser

beforeAll(async () => {
  mkdirSync(dir, { recursive: true })
  await server.start()
  browser = await launch()
})

afterAll(async () => {
  await browser.close()
  await server.stop()
})

const SIZES = [[1440, 900], [1024, 768], [390, 844]] as const

it.each(SIZES.flatMap(([width, height]) => (['light', 'dark'] as const).map((theme) => ({ width, height, theme }))))(
  '$width x $height, $theme',
  async ({ width, height, theme }) => {
    const w = await Watched.open(browser, `${server.url}#speed=1000`, { viewport: { width, height }, colorScheme: theme })
    const narrow = width < 760
    await w.drawn()
    await w.page.waitForTimeout(3000)
    if (narrow) await w.page.getByRole('button', { name: 'Controls' }).click()
    await w.type('eps', '1e-3')
    await w.page.waitForTimeout(1500)
    await w.type('lr', '1e-3')
    await w.page.waitForTimeout(1500)
    if (narrow) {
      await w.page.screenshot({ path: resolve(dir, `${width}-${theme}-controls.png`) })
      await w.page.getByRole('button', { name: 'Close' }).click()
    } else {
      await w.page.evaluate(() => { if (document.activeElement instanceof HTMLElement) document.activeElement.blur() })
      const chart = await w.page.locator('#fit-chart').boundingBox()
      if (chart) await w.page.mouse.move(chart.x + 0.52 * chart.width, chart.y + 0.4 * chart.height)
      await w.page.waitForTimeout(300)
    }
    await w.page.screenshot({ path: resolve(dir, `${width}-${theme}.png`), fullPage: width < 1200 })
    if (process.env['README'] !== undefined && width === 1440 && theme === 'light') {
      await w.page.screenshot({ path: resolve(import.meta.dirname, '../screenshot.png') })
    }
    if (process.env['DOCS'] !== undefined && width === 1440) {
      writeFileSync(resolve(import.meta.dirname, `../../server/help/images/page-${theme}.webp`), await webp(w))
    }
    expect(w.faults).toEqual([])
    await w.close()
  },
)

/** A picture of a quarter of a PNG's size, which Playwright itself does not make. */
async function webp(w: Watched): Promise<Buffer> {
  const session = await w.context.newCDPSession(w.page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 45 })
  return Buffer.from(data, 'base64')
}
