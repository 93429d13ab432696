import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Run, Server, Watched } from './harness'

// Two builds of the program, picture by picture: what a change that is to change nothing
// has changed on the page.
//
//   OLD=/path/to/gnllviz NEW=/path/to/gnllviz npm run compare
//
// Without NEW the program of this folder. What differs is left in e2e/shots/compare, the
// old picture beside the new one and what is not the same in them; KEEP=1 leaves all.
const builds = { before: new Server([], process.env['OLD']), after: new Server([], process.env['NEW']) }
const dir = resolve(import.meta.dirname, 'shots/compare')
let browser: Browser
const figures: string[] = []

beforeAll(async () => {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  await Promise.all([builds.before.start(), builds.after.start()])
  browser = await chromium.connect(inject('browser'))
})

afterAll(async () => {
  await browser.close()
  await Promise.all([builds.before.stop(), builds.after.stop()])
  console.log(['pixels that differ, of all:', ...figures].join('\n'))
})

interface View {
  readonly name: string
  readonly order?: object
  /** Begun as this lesson. */
  readonly lesson?: string
  readonly steps?: number
  readonly size?: readonly [width: number, height: number]
  readonly dark?: boolean
  /** Within another page, with this after #. */
  readonly embed?: string
  readonly act?: (page: Page) => Promise<unknown>
}

/** A browser itself paints the same rounded corner otherwise at times, by as much in a channel. */
const TREMOR = 6

const PHONE = [390, 844] as const
const HALL = [1280, 720] as const

const lanes = (...controls: object[]): object[] => controls.map((c, i) => ({ name: 'ABCDEF'[i], colour: i, controls: c }))
const SIX = { lanes: lanes({}, { loss: 'beta_nll' }, { eps: 0.1 }, { lr: 0.001 }, { activation: 'relu' }, { hidden: [8] }) }
const OBEYS = { dataset: 'oscillator', activation: 'sin', hidden: [8], equation: 'd2u + mu*du + 400*u', parameters: 'mu=1:learned' }

/** Moves the pointer to a place of a chart, from its upper left. */
const over = (chart: string, x: number, y: number) => async (page: Page): Promise<void> => {
  const box = await page.locator(chart).boundingBox()
  if (box) await page.mouse.move(box.x + x * box.width, box.y + y * box.height)
}
const open = (name: string | RegExp) => (page: Page): Promise<void> => page.getByRole('button', { name, exact: typeof name === 'string' }).click()
const view = (name: string) => (page: Page): Promise<unknown> => page.locator('.title-select select').selectOption(name)

const VIEWS: readonly View[] = [
  { name: 'fit' },
  { name: 'fit dark', dark: true },
  { name: 'fit in a hall', size: HALL },
  { name: 'fit on a telephone', size: PHONE },
  { name: 'controls on a telephone', size: PHONE, act: open('Controls') },
  { name: 'fit on a wall', size: [2560, 1440] },
  { name: 'projector', size: HALL, act: (p) => p.keyboard.press('p') },
  { name: 'fit read', act: over('#fit-chart', 0.5, 0.4) },
  { name: 'noise read', act: over('#noise-chart', 0.5, 0.4) },
  { name: 'known truth', order: { dataset: 'sine' }, steps: 300 },
  { name: 'lens of the variance', act: async (p) => {
    await open(/^dot size/)(p)
    await p.locator('#lens-panel wa-radio[value=variance]').click()
  } },
  { name: 'bands', act: async (p) => {
    await open(/^bands/)(p)
    await p.locator('#bands-panel wa-radio').nth(1).click()
  } },
  { name: 'fit as a table', act: open('fit and noise as a table') },
  { name: 'ensemble apart', order: { dataset: 'gap', members: 3 }, act: async (p) => {
    await open(/^bands/)(p)
    await p.locator('#bands-panel wa-radio[value=apart]').click()
  } },
  { name: 'several inputs', order: { dataset: 'quakes' } },
  { name: 'six lanes', order: SIX, steps: 200 },
  { name: 'six lanes dark on a telephone', order: SIX, size: PHONE, dark: true },
  { name: 'six lanes side by side', order: SIX, act: (p) => p.locator('wa-radio[value=beside]').click() },
  { name: 'what differs', order: SIX, act: open(/differ/) },
  { name: 'map', order: { dataset: 'bowl' }, steps: 300 },
  { name: 'map dark', order: { dataset: 'bowl' }, steps: 300, dark: true },
  { name: 'map read', order: { dataset: 'bowl', members: 2 }, act: over('#map_std-chart', 0.4, 0.4) },
  { name: 'map of residuals', order: { dataset: 'bowl', eps: 0.1 }, steps: 300, act: (p) => p.getByLabel('colour of the points').selectOption('residual') },
  { name: 'map of differences', order: { dataset: 'ripple' }, act: (p) => p.getByLabel('what the maps show').selectOption('difference') },
  { name: 'map of lanes', order: { ...SIX, dataset: 'bowl' } },
  { name: 'predicted and actual', order: { dataset: 'airquality' }, steps: 300, act: view('actual') },
  { name: 'std and residual', order: { dataset: 'airquality' }, steps: 300, act: view('residual') },
  { name: 'several targets', order: { dataset: 'wind' } },
  { name: 'all targets', order: { dataset: 'wind' }, steps: 200, act: view('targets') },
  { name: 'all targets dark', order: { dataset: 'wind' }, dark: true, act: view('targets') },
  { name: 'equation', order: OBEYS, steps: 200 },
  { name: 'equation read', order: OBEYS, act: over('#equation-chart', 0.3, 0.5) },
  { name: 'equation on a telephone', order: OBEYS, size: PHONE, dark: true },
  { name: 'loss after a change', steps: 500, act: async (p) => {
    await Run.of(p).command({ type: 'change', lane: 0, set: { eps: 0.01 } })
    await p.locator('.time-mark').waitFor()
  } },
  { name: 'loss of batches', steps: 500, act: (p) => p.locator('gnll-loss wa-radio[value=batch]').click() },
  { name: 'loss read', steps: 500, act: over('#loss-chart', 0.5, 0.5) },
  { name: 'loss, its view', steps: 500, act: (p) => p.locator('[popovertarget=loss-view]').click() },
  { name: 'loss zoomed', steps: 500, act: async (p) => {
    await p.locator('.loss-room').focus()
    await p.keyboard.press('+')
  } },
  { name: 'calibration rescaled', steps: 300, act: (p) => p.locator('gnll-calibration wa-radio[value=scaled]').click() },
  { name: 'calibration of lanes', order: { ...SIX, dataset: 'sine' }, steps: 300, act: (p) => p.locator('gnll-calibration wa-radio[value=isotonic]').click() },
  { name: 'lesson', lesson: 'what-eps-does', steps: 40 },
  { name: 'lesson dark', lesson: 'what-eps-does', steps: 40, dark: true },
  { name: 'lessons', act: open('lessons') },
  { name: 'past', steps: 300, act: (p) => p.locator('.timeline input[type=range]').press('PageDown') },
  { name: 'help of a control', act: (p) => p.locator('[data-control=eps] gnll-help button').hover() },
  { name: 'own rows', act: open('+ Your data') },
  { name: 'export', act: open('export and import') },
  { name: 'until', act: open('how many steps') },
  { name: 'embedded', embed: '', size: [720, 480] },
  { name: 'embedded with parts', embed: '#show=controls,loss,transport&controls=eps,full', size: [1200, 700], dark: true },
]

/** What a page shows when it stands still. */
async function picture(server: Server, v: View): Promise<Buffer> {
  const order = v.lesson === undefined ? v.order ?? {} : await lesson(server, v.lesson)
  const steps = v.steps ?? 30
  const run = await Run.make(server.url, { seed: 7, ...(steps > 60 ? { speed: 'max' } : {}), ...order })
  await run.to(steps)
  const [width, height] = v.size ?? [1440, 900]
  const options: BrowserContextOptions = { viewport: { width, height }, colorScheme: v.dark ? 'dark' : 'light', reducedMotion: 'reduce' }
  const address = v.embed === undefined ? run.address : new URL(`embed/${run.id}#key=${run.key}${v.embed.replace('#', '&')}`, server.url).href
  const w = await Watched.open(browser, address, options)
  try {
    await w.says(({ step, link }) => step === String(steps) && link === 'live')
    if (v.embed === undefined) await w.stands(steps)
    await w.page.evaluate(() => document.fonts.ready)
    await v.act?.(w.page)
    return await still(w.page)
  } finally {
    await w.close()
  }
}

async function lesson(server: Server, slug: string): Promise<object> {
  const all = (await (await fetch(new URL('api/lessons', server.url))).json()) as Array<{ slug: string; title: string; set: object; lanes: object; data?: object }>
  const found = all.find((l) => l.slug === slug)
  if (!found) throw new Error(`there is no lesson ${slug}`)
  const { set, title, lanes: of, data } = found
  return { ...set, title: `lesson: ${title}`, lesson: slug, lanes: of, ...(data ? { data } : {}) }
}

/** The picture that comes three times in a row. */
async function still(page: Page): Promise<Buffer> {
  let last: Buffer = Buffer.alloc(0)
  let times = 0
  while (times < 3) {
    const next = await page.screenshot({ animations: 'disabled', caret: 'hide', fullPage: true })
    times = next.equals(last) ? times + 1 : 1
    last = next
    await page.evaluate(() => new Promise((painted) => { requestAnimationFrame(() => { setTimeout(painted, 150) }) }))
  }
  return last
}

/** How many pixels are not the same, and a picture of where. */
async function compare(before: Buffer, after: Buffer): Promise<{ readonly pixels: number; readonly of: number; readonly where: Buffer }> {
  const page = await browser.newPage()
  try {
    const { pixels, of, where } = await page.evaluate(async ({ sources, tremor }) => {
      const read = async (source: string): Promise<ImageData> => {
        const image = new Image()
        image.src = `data:image/png;base64,${source}`
        await image.decode()
        const c = new OffscreenCanvas(image.width, image.height).getContext('2d')
        if (!c) throw new Error('no canvas')
        c.drawImage(image, 0, 0)
        return c.getImageData(0, 0, image.width, image.height)
      }
      const [a, b] = await Promise.all(sources.map(read))
      if (!a || !b) throw new Error('no pictures')
      const [width, height] = [Math.max(a.width, b.width), Math.max(a.height, b.height)]
      const canvas = document.createElement('canvas')
      Object.assign(canvas, { width, height })
      const c = canvas.getContext('2d')
      if (!c) throw new Error('no canvas')
      const marked = c.createImageData(width, height)
      let differ = 0
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const at = (d: ImageData): number => (x < d.width && y < d.height ? 4 * (y * d.width + x) : -1)
          const [i, j] = [at(a), at(b)]
          const same = i >= 0 && j >= 0 && [0, 1, 2, 3].every((k) => Math.abs((a.data[i + k] ?? 0) - (b.data[j + k] ?? 0)) <= tremor)
          if (!same) differ++
          marked.data.set(same ? [255, 255, 255, 255] : [200, 0, 0, 255], 4 * (y * width + x))
        }
      }
      c.putImageData(marked, 0, 0)
      return { pixels: differ, of: width * height, where: canvas.toDataURL().split(',')[1] ?? '' }
    }, { sources: [before, after].map((b) => b.toString('base64')), tremor: TREMOR })
    return { pixels, of, where: Buffer.from(where, 'base64') }
  } finally {
    await page.close()
  }
}

describe('the page before and after', () => {
  // A browser's edges are at times a shade off: what differs once more does.
  it.each(VIEWS)('$name', { retry: 2 }, async (v) => {
    const [before, after] = [await picture(builds.before, v), await picture(builds.after, v)]
    const { pixels, of, where } = await compare(before, after)
    figures.push(`${v.name}: ${pixels} of ${of}`)
    if (pixels > 0 || process.env['KEEP'] !== undefined) {
      const file = v.name.replace(/\W+/g, '-')
      for (const [name, data] of Object.entries({ before, after, where })) writeFileSync(resolve(dir, `${file}-${name}.png`), data)
    }
    expect(pixels).toBe(0)
  })
})
