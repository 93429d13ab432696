import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { Watched } from './harness'

// Pictures of the page to look at: into shots/, which is not tracked, with
// README=1 also the one that the README shows, and with DOCS=1 those of the help.
const server = { url: inject('server') }
const dir = resolve(import.meta.dirname, 'shots')
let browser: Browser

beforeAll(async () => {
  mkdirSync(dir, { recursive: true })
  browser = await chromium.connect(inject('browser'))
})

afterAll(async () => {
  await browser.close()
})

const SIZES = [[1440, 900], [1024, 768], [390, 844]] as const

/** What there is to see besides the first view: where, and what is done there. */
const VIEWS: ReadonlyArray<readonly [name: string, path: string, act?: (w: Watched) => Promise<unknown>]> = [
  ['lanes', '#speed=1000&lane=A~0&lane=B~1~loss:beta_nll&lane=C~2~eps:0.1', (w) => w.page.locator('wa-radio[value=beside]').click()],
  ['ensemble', '#speed=max&dataset=gap&members=3'],
  ['lens', '#speed=1000', (w) => w.page.locator('.pull wa-radio[value=variance]').click()],
  ['map', '#speed=1000&dataset=bowl'],
  ['actual', '#speed=1000&dataset=airquality', (w) => w.page.locator('.title-select select').selectOption('actual')],
  ['residual', '#speed=1000&dataset=airquality', (w) => w.page.locator('.title-select select').selectOption('residual')],
  ['targets', '#speed=1000&dataset=wind', (w) => w.page.locator('.title-select select').selectOption('targets')],
  ['lesson', '#lesson=what-eps-does'],
  ['past', '#speed=1000', (w) => w.page.locator('.timeline input[type=range]').press('PageDown')],
  ['share', '', (w) => w.page.getByRole('button', { name: 'share this run' }).click()],
  ['export', '#speed=1000', (w) => w.page.getByRole('button', { name: /^export/i }).click()],
  ['sweep', '', async (w) => {
    await w.page.getByRole('button', { name: 'Try a grid of settings' }).click()
    await w.page.getByRole('button', { name: 'Start', exact: true }).click()
    await w.page.getByText(/^done/).waitFor({ timeout: 60_000 })
  }],
  ['projector', '#speed=1000', (w) => w.page.keyboard.press('p')],
  ['embed', 'embed/#speed=1000&show=controls&controls=eps,full'],
  ['help', 'help'],
]

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
      writeFileSync(resolve(import.meta.dirname, `../../server/guide/images/page-${theme}.webp`), await webp(w))
    }
    expect(w.faults).toEqual([])
    await w.close()
  },
)

it.each(SIZES.flatMap(([width, height]) => (['light', 'dark'] as const).flatMap((theme) => VIEWS.map(([name, path, act]) => ({ width, height, theme, name, path, act })))))(
  '$name at $width x $height, $theme',
  async ({ width, height, theme, name, path, act }) => {
    const w = await Watched.open(browser, server.url + path, { viewport: { width, height }, colorScheme: theme })
    if (name !== 'help') await w.drawn()
    await w.page.waitForTimeout(name === 'help' ? 0 : 2500)
    await act?.(w)
    await w.page.waitForTimeout(1000)
    await w.page.screenshot({ path: resolve(dir, `${name}-${width}-${theme}.png`), fullPage: width < 1200 && name !== 'help' })
    await w.close()
  },
)

/** A picture of a quarter of a PNG's size, which Playwright itself does not make. */
async function webp(w: Watched): Promise<Buffer> {
  const session = await w.context.newCDPSession(w.page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 45 })
  return Buffer.from(data, 'base64')
}
