import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { keyAndId, launch, Server, Watched } from './harness'

const server = new Server()
let browser: Browser
let open: Watched[] = []

beforeAll(async () => {
  await server.start()
  browser = await launch()
})

afterAll(async () => {
  await browser.close()
  await server.stop()
})

const visit = async (url = server.url, options = {}): Promise<Watched> => {
  const w = await Watched.open(browser, url, options)
  open.push(w)
  return w
}

let expected: RegExp | null = null
afterEach(async () => {
  const faults = open.flatMap((w) => w.faults).filter((f) => !expected?.test(f))
  for (const w of open) await w.close()
  open = []
  expected = null
  expect(faults).toEqual([])
})

const withoutKey = (w: Watched): string => w.page.url().replace(/[#&]key=[^&]*/, '')
const rows = async (w: Watched): Promise<number> => Number(/^(\d+) train/.exec((await w.page.locator('.metrics .aside').textContent()) ?? '')?.[1])
const chosen = (w: Watched, control: string): Promise<string> => w.page.locator(`[data-control=${control}] select`).inputValue()
const paused = async (w: Watched): Promise<void> => {
  await w.page.getByRole('button', { name: 'Pause' }).click()
  await w.page.getByRole('button', { name: 'Play' }).waitFor()
}

describe('who has not the key', () => {
  it('watches, and is told so', async () => {
    const a = await visit()
    await a.drawn()
    expect(a.page.url()).toMatch(/#.*key=/)
    const b = await visit(withoutKey(a))
    await b.drawn()
    await b.page.getByText('You are watching; who made the run steers it.').waitFor()
    for (const name of ['Pause', 'Reset', 'undo']) expect(await b.page.getByRole('button', { name, exact: true }).isDisabled(), name).toBe(true)
    expect(await b.page.locator('[data-control=eps] input[type=range]').isDisabled()).toBe(true)
    expect(await b.page.locator('[data-control=eps] .field input').isDisabled()).toBe(true)
    expect(await b.page.getByRole('combobox', { name: 'data set' }).isDisabled()).toBe(true)
    expect(await b.page.getByRole('button', { name: '+ lane' }).count()).toBe(0)
    await a.type('eps', '1e-3')
    await expect.poll(() => b.value('eps')).toBe('1e-3')
    await expect.poll(() => b.settings()).toBe('#eps=0.001')
    expect(b.page.url()).not.toContain('key=')
    await b.page.locator('body').press('Space')
    await b.page.waitForTimeout(300)
    expect(await a.page.getByRole('button', { name: 'Pause' }).count()).toBe(1)
  })

  it('steers a run that is open to all, as long as it is', async () => {
    const a = await visit()
    await a.drawn()
    const b = await visit(withoutKey(a))
    await b.drawn()
    await a.page.getByRole('button', { name: 'share this run' }).click()
    expect(await a.page.getByRole('textbox', { name: 'to steer' }).inputValue()).toContain('key=')
    expect(await a.page.getByRole('textbox', { name: 'to watch' }).inputValue()).toBe(withoutKey(a))
    const all = a.page.locator('wa-switch', { hasText: 'open to all' })
    await all.click()
    await expect.poll(() => b.page.locator('[data-control=eps] .field input').isEnabled()).toBe(true)
    await b.type('eps', '1e-2')
    await expect.poll(() => a.value('eps')).toBe('1e-2')
    await all.click()
    await expect.poll(() => b.page.locator('[data-control=eps] .field input').isEnabled()).toBe(false)
  })

  it('waits for a run that nobody has, and makes none', async () => {
    expected = /404/
    const { id, key } = keyAndId()
    const w = await visit(`${server.url}r/${id}`)
    await w.page.getByText('its maker is away').waitFor()
    const maker = await visit(`${server.url}r/${id}#key=${key}`)
    await maker.drawn()
    await w.drawn()
    await w.page.getByText('You are watching').waitFor()
  })
})

describe('lanes', () => {
  it('train side by side, each with controls of its own', async () => {
    const w = await visit()
    await w.drawn()
    await w.page.getByRole('button', { name: '+ lane' }).click()
    await expect.poll(() => w.lanes()).toEqual(['A', 'B*'])
    await expect.poll(() => w.page.locator('gnll-fit').getAttribute('data-lanes')).toBe('2')
    await w.type('eps', '1e-2')
    await expect.poll(() => w.value('eps')).toBe('1e-2')
    await w.page.getByRole('button', { name: 'lane A', exact: true }).click()
    await expect.poll(() => w.value('eps')).toBe('1e-6')
    // What is the run's is everybody's.
    await w.type('noise', '20')
    await w.page.getByRole('button', { name: 'lane B', exact: true }).click()
    expect(await w.value('noise')).toBe('20')
    expect(await w.value('eps')).toBe('1e-2')
    expect(await w.page.locator('.metrics thead th').count()).toBe(2)
    expect(await w.page.locator('.metrics tbody tr').first().locator('.best').count()).toBeGreaterThan(0)
    // A copy has its origin's past.
    await w.page.getByRole('button', { name: 'loss as a table' }).click()
    await expect.poll(() => w.page.getByRole('cell', { name: /B: eps 1e-6 → 1e-2/ }).count()).toBe(1)
    const first = w.page.locator('.chart-table tbody tr').first()
    expect(await first.locator('th').textContent()).toBe('0')
    expect(await first.locator('td').nth(1).textContent()).toBe(await first.locator('td').nth(2).textContent())
  })

  it('are named, coloured and removed, with the keyboard too', async () => {
    const w = await visit()
    await w.drawn()
    const other = await visit(withoutKey(w))
    await other.drawn()
    await w.page.getByRole('button', { name: '+ lane' }).press('Enter')
    await expect.poll(() => w.lanes()).toEqual(['A', 'B*'])
    await w.page.getByRole('button', { name: 'lane B: name, colour, copy, remove' }).press('Enter')
    const panel = w.page.locator('.popup:popover-open')
    const name = panel.getByRole('textbox', { name: 'name' })
    await expect.poll(() => name.evaluate((e) => e === document.activeElement)).toBe(true)
    await name.fill('calm')
    await name.press('Enter')
    await expect.poll(() => other.lanes()).toEqual(['A*', 'calm'])
    await w.page.getByRole('button', { name: 'lane calm: name' }).click()
    await panel.getByRole('button', { name: 'colour 4', exact: true }).click()
    await expect.poll(() => other.page.locator('.lane').last().getAttribute('style')).toContain('--lane-3')
    await panel.getByRole('button', { name: 'Remove' }).click()
    await expect.poll(() => other.lanes()).toEqual(['A*'])
    await expect.poll(() => w.lanes()).toEqual(['A*'])
  })

  it('come again after the server went away', async () => {
    expected = /ERR_CONNECTION_REFUSED|WebSocket/
    const w = await visit()
    await w.drawn()
    await w.page.getByRole('button', { name: '+ lane' }).click()
    await expect.poll(() => w.lanes()).toEqual(['A', 'B*'])
    await w.page.locator('[data-control=loss] select').selectOption('beta_nll')
    await expect.poll(() => w.page.locator('[data-pending]').count()).toBe(0)
    await server.stop()
    await w.page.getByText(/reconnecting in \d+ s/).waitFor()
    await server.start()
    await expect.poll(() => w.page.locator('.caption').textContent(), { timeout: 20_000 }).toContain('begun anew')
    expect(await w.lanes()).toEqual(['A', 'B*'])
    expect(await chosen(w, 'loss')).toBe('beta_nll')
    await w.page.getByRole('button', { name: 'lane A', exact: true }).click()
    await expect.poll(() => chosen(w, 'loss')).toBe('gaussian_nll')
  })
})

describe('what opens over the page', () => {
  it.each([
    ['light', { width: 1440, height: 900 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)('can be used by everybody: %s, %o', async (colorScheme, viewport) => {
    const w = await visit(server.url, { colorScheme, viewport })
    await w.drawn()
    for (const lanes of [2, 3, 4, 5, 6]) {
      await w.page.getByRole('button', { name: '+ lane' }).click()
      await expect.poll(async () => (await w.lanes()).length).toBe(lanes)
    }
    expect(await w.page.getByRole('button', { name: '+ lane' }).isDisabled()).toBe(true)
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
    await w.page.getByRole('button', { name: 'lane F: name, colour, copy, remove' }).click()
    expect(await w.violations()).toEqual([])
    await w.page.keyboard.press('Escape')
    await w.page.getByRole('button', { name: 'share this run' }).click()
    expect(await w.violations()).toEqual([])
    await w.page.keyboard.press('Escape')
    await w.page.getByRole('button', { name: 'your own data' }).click()
    expect(await w.violations()).toEqual([])
    await w.page.locator('dialog').getByText('CSV').click()
    await w.page.getByRole('textbox', { name: 'Paste the rows' }).waitFor()
    expect(await w.violations()).toEqual([])
    await w.page.keyboard.press('Escape')
    const watcher = await visit(withoutKey(w), { colorScheme, viewport })
    await watcher.drawn()
    expect(await watcher.violations()).toEqual([])
  })
})

describe('undo', () => {
  it('takes back a whole movement, and redo makes it again', async () => {
    const w = await visit()
    await w.drawn()
    const undo = w.page.getByRole('button', { name: 'undo', exact: true })
    const redo = w.page.getByRole('button', { name: 'redo', exact: true })
    expect([await undo.isDisabled(), await redo.isDisabled()]).toEqual([true, true])
    const slider = w.page.locator('[data-control=eps] input[type=range]')
    for (let i = 0; i < 5; i++) await slider.press('ArrowRight')
    await expect.poll(() => w.value('eps')).toBe('3.2e-6')
    await expect.poll(() => w.page.locator('[data-pending]').count()).toBe(0)
    await undo.click()
    await expect.poll(() => w.value('eps')).toBe('1e-6')
    await redo.click()
    await expect.poll(() => w.value('eps')).toBe('3.2e-6')
    await w.page.locator('body').press('Control+z')
    await expect.poll(() => w.value('eps')).toBe('1e-6')
    await w.page.locator('body').press('Control+Shift+Z')
    await expect.poll(() => w.value('eps')).toBe('3.2e-6')
    expect(await redo.isDisabled()).toBe(true)
  })

  it('is offered at the mark of a change', async () => {
    const w = await visit(`${server.url}#speed=1000`)
    await w.drawn()
    await w.page.waitForTimeout(1000)
    await paused(w)
    await w.type('eps', '1e-3')
    await expect.poll(() => w.page.locator('[data-pending]').count()).toBe(0)
    await w.page.waitForTimeout(400)
    const chart = w.page.locator('#loss-chart')
    const box = await chart.boundingBox()
    if (!box) throw new Error('no chart')
    // The mark stands at the last step, somewhere in the right half.
    for (let x = box.width - 26; x > 60 && (await w.page.locator('.offer').count()) === 0; x -= 5) {
      await w.page.mouse.click(box.x + x, box.y + 52)
    }
    expect(await w.page.locator('.offer').textContent()).toContain('eps 1e-6 → 1e-3')
    await w.page.getByRole('button', { name: 'undo it and what followed' }).click()
    await expect.poll(() => w.value('eps')).toBe('1e-6')
  })
})

describe('rows', () => {
  it('are added, moved and erased on the fit', async () => {
    const w = await visit()
    await w.drawn()
    await paused(w)
    const before = await rows(w)
    const box = await w.page.locator('#fit-chart').boundingBox()
    if (!box) throw new Error('no chart')
    const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height]
    const tool = (name: string): Promise<void> => w.page.locator('.tools').getByText(name).click()
    await tool('add')
    await w.page.mouse.click(...at(0.2, 0.15))
    await expect.poll(() => rows(w)).toBe(before + 1)
    const revision = await w.revision()
    await w.page.mouse.move(...at(0.2, 0.15))
    await w.page.mouse.down()
    await w.page.mouse.move(...at(0.25, 0.2), { steps: 4 })
    await w.page.mouse.move(...at(0.3, 0.2), { steps: 4 })
    await w.page.mouse.up()
    await expect.poll(() => w.revision()).toBeGreaterThan(revision)
    expect(await rows(w)).toBe(before + 1)
    await tool('erase')
    // Where it was there is nothing any more, where it is now there is.
    await w.page.mouse.click(...at(0.2, 0.15))
    await w.page.waitForTimeout(300)
    expect(await rows(w)).toBe(before + 1)
    await w.page.mouse.click(...at(0.3, 0.2))
    await expect.poll(() => rows(w)).toBe(before)
    // Without a pointer.
    await w.page.getByRole('slider', { name: 'read the fit at x' }).press('ArrowRight')
    await w.page.getByRole('slider', { name: 'read the fit at x' }).press('Enter')
    await expect.poll(() => w.page.locator('.metrics .aside').textContent()).toMatch(new RegExp(`^${before - 1} train|, 26 test`))
  })

  it('come from a formula of one’s own, whose mistakes are told at its field', async () => {
    const w = await visit()
    await w.drawn()
    await w.page.getByRole('button', { name: 'your own data' }).click()
    await w.page.getByRole('textbox', { name: 'standard deviation' }).fill('0.1 - x')
    await w.page.getByRole('button', { name: 'Learn it' }).click()
    await expect.poll(() => w.page.locator('#own-std-why').textContent()).toContain('below 0')
    await w.page.getByRole('textbox', { name: 'standard deviation' }).fill('0.1 + 0.05 * abs(x)')
    await w.page.getByRole('textbox', { name: 'rows' }).fill('150')
    await w.page.getByRole('button', { name: 'Learn it' }).click()
    await expect.poll(() => rows(w)).toBe(120)
    await w.page.locator('.fit').getByText('truth').waitFor()
    expect(await w.page.getByRole('combobox', { name: 'data set' }).inputValue()).toBe('own')
    await w.page.getByRole('button', { name: 'acquire' }).click()
    await expect.poll(() => rows(w)).toBe(121)
    expect(await w.settings()).toBe('')
  })
})

describe('the transport', () => {
  it('trains an epoch, and until a step', async () => {
    const w = await visit(`${server.url}#speed=max&batch=10`)
    await w.drawn()
    await paused(w)
    await w.page.waitForTimeout(300)
    const at = await w.step()
    await w.page.getByRole('button', { name: 'how many steps' }).click()
    await w.page.getByRole('menuitem', { name: '1 epoch' }).click()
    await expect.poll(() => w.step()).toBe(at + Math.ceil((await rows(w)) / 10))
    await w.page.getByRole('button', { name: 'how many steps' }).click()
    await w.page.getByRole('menuitem', { name: 'until' }).click()
    const step = w.page.getByRole('textbox', { name: 'step', exact: true })
    const end = at + 2000
    await step.fill(String(end))
    await step.press('Enter')
    await w.page.getByText(`step ${end} was reached`).waitFor()
    await expect.poll(() => w.step()).toBe(end)
  })
})
