import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { visit, still } = stage()

/** Where the pixels of an element's canvas are, as a string that differs when the picture does. */
const picture = (w: Watched, selector: string): Promise<string> =>
  w.page.evaluate((s) => document.querySelector<HTMLCanvasElement>(`${s} canvas`)?.toDataURL() ?? '', selector)

/** A run that stands still after so many steps: then a picture changes only by what is done on the page. */
const standing = async (order: object = {}, steps = 100): Promise<Watched> => {
  const w = await still(order, steps)
  await settled(w)
  return w
}

/** Waits until the frame that shows the present is there and nothing changes any more. */
const settled = async (w: Watched, selector = '#fit-chart'): Promise<string> => {
  let last = ''
  await expect.poll(async () => {
    const [before, now] = [last, await picture(w, selector)]
    last = now
    return before === now
  }, { interval: 150 }).toBe(true)
  return last
}

const open = async (page: Page, name: RegExp): Promise<void> => {
  await page.getByRole('button', { name }).click()
}

/** Moves the pressed pointer over the fit, between two shares of its width and height. */
const stroke = async (w: Watched, from: readonly [number, number], to: readonly [number, number], moves = 24): Promise<void> => {
  const box = await w.page.locator('#fit-chart').boundingBox()
  if (!box) throw new Error('there is no fit')
  const at = (t: number): [number, number] => [
    box.x + box.width * (from[0] + t * (to[0] - from[0])), box.y + box.height * (from[1] + t * (to[1] - from[1])),
  ]
  await w.page.mouse.move(...at(0))
  await w.page.mouse.down()
  for (let i = 1; i <= moves; i++) await w.page.mouse.move(...at(i / moves))
  await w.page.mouse.up()
}

const testRows = async (w: Watched): Promise<number> =>
  Number(/(\d+) test/.exec((await w.page.locator('.metrics .aside').textContent()) ?? '')?.[1])

const tableHead = (w: Watched): Promise<string[]> => w.page.getByRole('table', { name: /the fit at step/ }).locator('thead th').allTextContents()

describe('bands', () => {
  it('are drawn at any level at once, without the server', async () => {
    const w = await standing()
    const sent: string[] = []
    // The browser may ask for the page's icon late.
    w.page.on('request', (r) => { if (r.url().includes('/api/')) sent.push(r.url()) })
    const before = await settled(w)
    await open(w.page, /^bands: 38, 68, 95 %/)
    await w.page.getByRole('textbox', { name: 'band 3 in %' }).fill('90')
    await w.page.getByRole('textbox', { name: 'band 3 in %' }).press('Enter')
    await w.page.getByRole('button', { name: 'bands: 38, 68, 90 %' }).waitFor()
    await expect.poll(() => picture(w, '#fit-chart')).not.toBe(before)
    await w.page.getByRole('button', { name: 'remove a band' }).click()
    await w.page.getByRole('button', { name: 'bands: 38, 68 %' }).waitFor()
    await w.page.locator('#bands-panel').getByText('σ', { exact: true }).click()
    await w.page.getByRole('button', { name: 'bands: 0.5, 1 σ' }).waitFor()
    await w.page.getByRole('slider', { name: 'band 2' }).fill('2.5')
    await w.page.getByRole('button', { name: 'bands: 0.5, 2.5 σ' }).waitFor()
    await w.page.keyboard.press('Escape')
    await w.page.getByRole('button', { name: 'fit and noise as a table' }).click()
    expect(await tableHead(w)).toContain('2.5 σ from (g)')
    expect(sent).toEqual([])
  })

  it('of an ensemble are taken apart', async () => {
    const w = await standing({ dataset: 'gap', members: 3 }, 300)
    expect(await w.page.locator('.plot.fit').getByText('epistemic', { exact: true }).count()).toBe(0)
    const before = await settled(w)
    await open(w.page, /^bands/)
    await w.page.locator('#bands-panel').getByText('split', { exact: true }).click()
    await w.page.locator('.plot.fit .key').getByText('epistemic', { exact: true }).waitFor()
    await expect.poll(() => picture(w, '#fit-chart')).not.toBe(before)
    for (const name of ['total std', 'aleatoric', 'epistemic']) expect(await w.page.locator('.plot.noise .key').getByText(name, { exact: true }).count(), name).toBe(1)
  })

  it('of one network leave the epistemic part out, which is said', async () => {
    const w = await standing()
    await open(w.page, /^bands/)
    await w.page.locator('#bands-panel').getByText('The bands of one network show the noise').waitFor()
  })
})

describe('reading', () => {
  it('says all there is at x, to whoever has no pointer', async () => {
    const w = await standing()
    const probe = w.page.getByRole('slider', { name: 'inspect the fit at x' })
    await probe.focus()
    await w.page.keyboard.press('ArrowRight')
    const words = async (): Promise<string> => (await probe.getAttribute('aria-valuetext')) ?? ''
    await expect.poll(words).toMatch(/^x = .*ms · mean .*, std .*g, 95 % \[.*\].*g, 5 % below .*, 5 % above .*g, (training|test) point: z .*, NLL .*, .* highest NLL of \d+ (training|test) points$/)
    await open(w.page, /^bands/)
    await w.page.locator('#bands-panel').getByText('½, 1, 2 σ').click()
    await w.page.keyboard.press('Escape')
    await probe.focus()
    await w.page.keyboard.press('ArrowRight')
    await expect.poll(words).toContain('2 σ [')
  })

  it('shows under the pointer on both charts, and goes with it', async () => {
    const w = await standing()
    const [fit, noise] = [await settled(w), await settled(w, '#noise-chart')]
    const box = await w.page.locator('#fit-chart').boundingBox()
    if (!box) throw new Error('there is no fit')
    await w.page.mouse.move(box.x + 0.6 * box.width, box.y + 0.4 * box.height)
    await expect.poll(() => picture(w, '#fit-chart')).not.toBe(fit)
    await expect.poll(() => picture(w, '#noise-chart')).not.toBe(noise)
    // Up and down it is the same x, and P(y > there) is another.
    const [there, noiseThere] = [await settled(w), await settled(w, '#noise-chart')]
    await w.page.mouse.move(box.x + 0.6 * box.width, box.y + 0.5 * box.height)
    await expect.poll(() => picture(w, '#fit-chart')).not.toBe(there)
    expect(await picture(w, '#noise-chart')).toBe(noiseThere)
    await w.page.mouse.move(box.x + 0.6 * box.width, box.y - 200)
    await expect.poll(() => picture(w, '#fit-chart')).toBe(fit)
    await expect.poll(() => picture(w, '#noise-chart')).toBe(noise)
  })
})

describe('the noise', () => {
  it('says the floor in both units, and shades where it holds', async () => {
    const w = await standing({}, 3000)
    /** The longest stretch of the floor's colour along a line: words and dashes have none. */
    const longest = (): Promise<number> => w.page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('#noise-chart canvas')
      const copy = new OffscreenCanvas(canvas?.width ?? 1, canvas?.height ?? 1).getContext('2d', { willReadFrequently: true })
      if (!canvas || !copy) return 0
      copy.drawImage(canvas, 0, 0)
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height)
      const probe = document.body.appendChild(document.createElement('i'))
      probe.style.color = 'var(--floor)'
      const floor = getComputedStyle(probe).color.match(/\d+/g)?.map(Number) ?? []
      probe.remove()
      let [run, most] = [0, 0]
      for (let i = 0; i < data.length; i += 4) {
        const isFloor = (data[i + 3] ?? 0) > 90 && floor.every((v, k) => Math.abs((data[i + k] ?? 0) - v) <= 8)
        run = isFloor && i % (4 * canvas.width) !== 0 ? run + 1 : 0
        most = Math.max(most, run)
      }
      return most
    })
    expect(await longest()).toBeLessThan(40)
    await w.type('eps', '0.1')
    await expect.poll(longest).toBeGreaterThan(100)
    await w.page.getByRole('button', { name: 'help: Noise' }).focus()
    await expect.poll(() => w.page.locator('#help-chart-noise').textContent()).toMatch(/minimum std .*g \(√eps\), 0\.32 in standardised units/)
  })
})

describe('the lens', () => {
  it('sizes rows by their pull, and says who pulls', async () => {
    const w = await standing() // the shares of the two losses differ: 24 and 29 %
    const plain = await settled(w)
    await open(w.page, /^dot size: equal/)
    await w.page.locator('#lens-panel').getByText('mean gradient', { exact: true }).click()
    await w.page.keyboard.press('Escape')
    const says = w.page.locator('.plot-body > gnll-lens')
    await expect.poll(() => says.textContent()).toMatch(/10.% of the training points cause \d+.% of the gradient on the mean/)
    await expect.poll(() => picture(w, '#fit-chart')).not.toBe(plain)
    const [gaussian, sized] = [await says.textContent(), await settled(w)]
    // With beta 1 a row pulls as it does with a constant variance.
    await w.page.locator('[data-control=loss] select').selectOption('beta_nll')
    await w.type('beta', '1')
    await expect.poll(() => says.textContent()).not.toBe(gaussian)
    await expect.poll(() => picture(w, '#fit-chart')).not.toBe(sized)
    await open(w.page, /^dot size: mean/)
    await w.page.locator('#lens-panel').getByText('variance gradient', { exact: true }).click()
    await expect.poll(() => says.textContent()).toMatch(/gradient on the variance/)
    await w.page.locator('.plot.fit .key').getByText('widens the band').waitFor()
  })
})

describe('rows', () => {
  it('are painted in one stroke, which one undo takes back', async () => {
    const w = await standing()
    const before = await w.rows()
    await w.page.locator('.tools').getByText('add points', { exact: true }).click()
    await stroke(w, [0.3, 0.25], [0.7, 0.3])
    await expect.poll(() => w.rows()).toBeGreaterThan(before + 8)
    await w.page.getByRole('button', { name: 'undo' }).click()
    await expect.poll(() => w.rows()).toBe(before)
    await w.page.getByRole('button', { name: 'redo' }).click()
    await expect.poll(() => w.rows()).toBeGreaterThan(before + 8)
  })

  it('are wiped away in one stroke', async () => {
    const w = await standing()
    const before = await w.rows()
    await w.page.locator('.tools').getByText('erase', { exact: true }).click()
    // Before the impact rows lie on one line.
    await stroke(w, [0.1, 0.44], [0.34, 0.44])
    await expect.poll(() => w.rows()).toBeLessThan(before - 8)
    await w.page.getByRole('button', { name: 'undo' }).click()
    await expect.poll(() => w.rows()).toBe(before)
  })

  it('are for training or for testing', async () => {
    const w = await standing()
    const [train, test] = [await w.rows(), await testRows(w)]
    await w.page.locator('.tools').getByText('add points', { exact: true }).click()
    const box = await w.page.locator('#fit-chart').boundingBox()
    if (!box) throw new Error('there is no fit')
    const click = async (x: number): Promise<void> => { await w.page.mouse.click(box.x + x * box.width, box.y + 0.2 * box.height) }
    await w.page.keyboard.down('Shift')
    await click(0.3)
    await w.page.keyboard.up('Shift')
    await expect.poll(() => testRows(w)).toBe(test + 1)
    await w.page.locator('.tools').getByText('test', { exact: true }).click()
    await click(0.4)
    await expect.poll(() => testRows(w)).toBe(test + 2)
    expect(await w.rows()).toBe(train)
    // Without a pointer, too.
    await w.page.getByRole('slider', { name: 'inspect the fit at x' }).focus()
    await w.page.keyboard.press('Shift+Enter')
    await expect.poll(() => w.rows()).toBe(train + 1)
  })
})

describe('lanes', () => {
  it('are compared in one fit or side by side, with what differs', async () => {
    const w = await standing()
    expect(await w.page.locator('.compare').count()).toBe(0)
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await w.page.locator('.compare').getByText('0 settings differ').waitFor()
    await w.type('eps', '0.01')
    await open(w.page, /1 setting differs/)
    const table = w.page.getByRole('table', { name: 'Settings that differ' })
    await expect.poll(() => table.locator('tbody tr').allTextContents()).toEqual(['eps1e-61e-2'])
    await w.page.keyboard.press('Escape')
    await w.page.locator('.compare').getByText('side by side').click()
    const [a, b] = ['.fit-room[data-lane="0"]', '.fit-room[data-lane="1"]'] as const
    await expect.poll(() => w.page.locator('.lane-fit canvas').count()).toBe(2)
    const [first, second] = [await settled(w, a), await settled(w, b)]
    expect(await w.page.locator('.lane-fit').nth(1).textContent()).toContain('eps 1e-2')
    // Reading one reads the other at the same x.
    const box = await w.page.locator(a).boundingBox()
    if (!box) throw new Error('there is no fit of the first lane')
    await w.page.mouse.move(box.x + 0.6 * box.width, box.y + 0.5 * box.height)
    await expect.poll(() => picture(w, a)).not.toBe(first)
    await expect.poll(() => picture(w, b)).not.toBe(second)
    expect(await w.violations()).toEqual([])
    await w.page.getByRole('button', { name: 'fit and noise as a table' }).click()
    expect((await tableHead(w)).filter((name) => /^model [AB], (mean|std) \(g\)$/.test(name))).toEqual(['model A, mean (g)', 'model A, std (g)', 'model B, mean (g)', 'model B, std (g)'])
    await w.page.getByRole('button', { name: 'fit and noise as a table' }).click()
    await w.page.locator('.compare').getByText('overlay').click()
    await expect.poll(() => w.page.locator('#fit-chart canvas').count()).toBe(1)
    await settled(w)
  })
})

describe('the first view', () => {
  it('trains at once, and nothing in it moves but the data', async () => {
    const w = await visit()
    await w.drawn()
    const boxes = (): Promise<unknown> => Promise.all(['#fit-chart', '#noise-chart', '.tools', '.caption'].map((s) => w.page.locator(s).boundingBox()))
    const before = await boxes()
    const step = await w.step()
    await expect.poll(() => w.step()).toBeGreaterThan(step + 100)
    expect(await boxes()).toEqual(before)
    expect(await w.page.locator('.caption').textContent()).toContain('Move eps')
    await w.type('eps', '1e-3')
    await expect.poll(() => w.page.locator('.caption').textContent()).not.toContain('Move eps')
  })
})

describe('everybody', () => {
  it('can choose bands and lenses', async () => {
    const w = await still({ members: 2 })
    for (const [name, colorScheme] of [[/^bands/, 'light'], [/^dot size/, 'dark']] as const) {
      await w.page.emulateMedia({ colorScheme })
      await open(w.page, name)
      expect(await w.violations()).toEqual([])
      await w.page.keyboard.press('Escape')
    }
  })
})
