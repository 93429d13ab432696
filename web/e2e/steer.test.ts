import { describe, expect, it } from 'vitest'
import { keyAndId, type Watched } from './harness'
import { stage } from './stage'

const { server, visit, still, serve, allow } = stage()

const chosen = (w: Watched, control: string): Promise<string> => w.page.locator(`[data-control=${control}] select`).inputValue()

describe('who has not the key', () => {
  it('watches, and is told so', async () => {
    const a = await visit()
    await a.drawn()
    expect(a.page.url()).toMatch(/#.*key=/)
    const b = await visit(a.toWatch)
    await b.drawn()
    await b.page.getByText('View only. The owner controls this run.').waitFor()
    for (const name of ['Pause', 'Reset', 'undo']) expect(await b.page.getByRole('button', { name, exact: true }).isDisabled(), name).toBe(true)
    expect(await b.page.locator('[data-control=eps] input[type=range]').isDisabled()).toBe(true)
    expect(await b.page.locator('[data-control=eps] .field input').isDisabled()).toBe(true)
    expect(await b.page.getByRole('combobox', { name: 'data set' }).isDisabled()).toBe(true)
    expect(await b.page.getByRole('button', { name: '+ Compare' }).count()).toBe(0)
    await a.type('eps', '1e-3')
    await expect.poll(() => b.value('eps')).toBe('1e-3')
    await expect.poll(() => b.settings()).toBe('#eps=0.001')
    expect(b.page.url()).not.toContain('key=')
    await b.page.locator('body').press('Space')
    // Whatever the key had asked for would be done before this is.
    const step = await b.step()
    await a.type('eps', '1e-2')
    await expect.poll(() => b.value('eps')).toBe('1e-2')
    await b.past(step + 50)
    expect((await a.where()).state).toBe('playing')
  })

  it('steers a run that is open to all, as long as it is', async () => {
    const a = await visit()
    await a.drawn()
    const b = await visit(a.toWatch)
    await b.drawn()
    await a.page.getByRole('button', { name: 'share this run' }).click()
    await a.page.locator('#share .local-links').evaluate((e) => { (e as HTMLDetailsElement).open = true })
    expect(await a.page.getByRole('textbox', { name: 'Can edit' }).inputValue()).toContain('key=')
    expect(await a.page.getByRole('textbox', { name: 'View only' }).inputValue()).toBe(a.toWatch)
    const all = a.page.locator('wa-switch', { hasText: 'Let everyone who watches' })
    await all.click()
    await expect.poll(() => b.page.locator('[data-control=eps] .field input').isEnabled()).toBe(true)
    await b.type('eps', '1e-2')
    await expect.poll(() => a.value('eps')).toBe('1e-2')
    await all.click()
    await expect.poll(() => b.page.locator('[data-control=eps] .field input').isEnabled()).toBe(false)
  })

  it('waits for a run that nobody has, and makes none', async () => {
    allow(/404/)
    const { id, key } = keyAndId()
    const w = await visit(`${server.url}r/${id}`)
    await w.page.getByText('no longer available').waitFor()
    const maker = await visit(`${server.url}r/${id}#key=${key}`)
    await maker.drawn()
    await w.drawn()
    await w.page.getByText('View only. The owner').waitFor()
  })
})

describe('lanes', () => {
  it('train side by side, each with controls of its own', async () => {
    const w = await visit()
    await w.drawn()
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await expect.poll(() => w.lanes()).toEqual(['A', 'B*'])
    await w.says(({ lanes }) => lanes === '2')
    // Above every variance: with one that clamps none the lanes would stay the same.
    await w.type('eps', '1')
    await expect.poll(() => w.value('eps')).toBe('1')
    await w.page.getByRole('button', { name: 'model A', exact: true }).click()
    await expect.poll(() => w.value('eps')).toBe('1e-6')
    // What is the run's is everybody's.
    await w.type('noise', '20')
    await w.page.getByRole('button', { name: 'model B', exact: true }).click()
    expect(await w.value('noise')).toBe('20')
    expect(await w.value('eps')).toBe('1')
    expect(await w.page.locator('.metrics thead th').count()).toBe(2)
    await expect.poll(() => w.page.locator('.metrics tbody .best').count()).toBeGreaterThan(0)
    // A copy has its origin's past.
    await w.page.getByRole('button', { name: 'loss as a table' }).click()
    await expect.poll(() => w.page.getByRole('cell', { name: /B: eps 1e-6 → 1/ }).count()).toBe(1)
    const first = w.page.locator('.chart-table tbody tr').first()
    expect(await first.locator('th').textContent()).toBe('0')
    expect(await first.locator('td').nth(1).textContent()).toBe(await first.locator('td').nth(2).textContent())
  })

  it('are named, coloured and removed, with the keyboard too', async () => {
    const w = await visit()
    await w.drawn()
    const other = await visit(w.toWatch)
    await other.drawn()
    await w.page.getByRole('button', { name: '+ Compare' }).press('Enter')
    await expect.poll(() => w.lanes()).toEqual(['A', 'B*'])
    await w.page.getByRole('button', { name: 'model B: name, colour, copy, remove' }).press('Enter')
    const panel = w.page.locator('.popup:popover-open')
    const name = panel.getByRole('textbox', { name: 'name' })
    await expect.poll(() => name.evaluate((e) => e === document.activeElement)).toBe(true)
    await name.fill('calm')
    await name.press('Enter')
    await expect.poll(() => other.lanes()).toEqual(['A', 'calm*']) // it follows who presents
    await w.page.getByRole('button', { name: 'model calm: name' }).click()
    await panel.getByRole('button', { name: 'colour 4', exact: true }).click()
    await expect.poll(() => other.page.locator('.lane').last().getAttribute('style')).toContain('--lane-3')
    await panel.getByRole('button', { name: 'Remove' }).click()
    await expect.poll(() => other.lanes()).toEqual(['A*'])
    await expect.poll(() => w.lanes()).toEqual(['A*'])
  })

  it('come again after the server went away', async () => {
    allow(/ERR_CONNECTION_REFUSED|WebSocket/)
    const own = await serve()
    const w = await visit(own.url)
    await w.drawn()
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await expect.poll(() => w.lanes()).toEqual(['A', 'B*'])
    await w.page.locator('[data-control=loss] select').selectOption('beta_nll')
    await w.settled()
    await own.stop()
    await w.page.getByText(/reconnecting in \d+ s/).waitFor()
    await own.start()
    await expect.poll(() => w.page.locator('.caption').textContent()).toContain('training started again')
    expect(await w.lanes()).toEqual(['A', 'B*'])
    expect(await chosen(w, 'loss')).toBe('beta_nll')
    await w.page.getByRole('button', { name: 'model A', exact: true }).click()
    await expect.poll(() => chosen(w, 'loss')).toBe('gaussian_nll')
  })
})

describe('what opens over the page', () => {
  it.each([
    ['light', { width: 1440, height: 900 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)('can be used by everybody: %s, %o', async (colorScheme, viewport) => {
    const w = await still({}, 30, { colorScheme, viewport })
    for (const lanes of [2, 3, 4, 5, 6]) {
      await w.page.getByRole('button', { name: '+ Compare' }).click()
      await expect.poll(async () => (await w.lanes()).length).toBe(lanes)
    }
    expect(await w.page.getByRole('button', { name: '+ Compare' }).isDisabled()).toBe(true)
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
    await w.page.getByRole('button', { name: 'model F: name, colour, copy, remove' }).click()
    expect(await w.violations()).toEqual([])
    await w.page.keyboard.press('Escape')
    await w.page.getByRole('button', { name: 'share this run' }).click()
    expect(await w.violations()).toEqual([])
    await w.page.keyboard.press('Escape')
    await w.page.getByRole('button', { name: '+ Your data' }).click()
    expect(await w.violations()).toEqual([])
    await w.page.locator('dialog').getByText('Table', { exact: true }).click()
    await w.page.getByRole('textbox', { name: 'Paste a table' }).waitFor()
    expect(await w.violations()).toEqual([])
    await w.page.keyboard.press('Escape')
    const watcher = await visit(w.toWatch, { colorScheme, viewport })
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
    // Within the page: on a busy machine two keys could come a second apart, which are two movements.
    await slider.evaluate(async (e) => {
      if (!(e instanceof HTMLInputElement)) throw new Error('no slider')
      for (const position of [-5.9, -5.8, -5.7, -5.6, -5.5]) {
        e.value = String(position)
        e.dispatchEvent(new Event('input', { bubbles: true }))
        await new Promise(requestAnimationFrame)
      }
    })
    await expect.poll(() => w.value('eps')).toBe('3.2e-6')
    await w.settled()
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

  it('brings back what a reset, other layers or another data set did away with', async () => {
    const w = await visit()
    await w.drawn()
    const undo = w.page.getByRole('button', { name: 'undo', exact: true })
    const redo = w.page.getByRole('button', { name: 'redo', exact: true })
    const other = await visit(w.toWatch)
    await other.drawn()
    await w.type('eps', '1e-3')
    await w.settled()
    const at = await w.pause()
    await w.page.getByRole('button', { name: 'Reset' }).click()
    await expect.poll(() => w.step()).toBe(0)
    const layers = w.page.getByRole('textbox', { name: /layer \d/ })
    await w.page.getByRole('button', { name: 'add a layer' }).click()
    await expect.poll(() => layers.count()).toBe(3)
    await w.page.getByRole('combobox', { name: 'data set' }).selectOption('sine')
    await expect.poll(() => w.settings()).toContain('dataset=sine')
    await w.settled()
    await undo.click()
    await expect.poll(() => w.settings()).not.toContain('dataset')
    await undo.click()
    await expect.poll(() => layers.count()).toBe(2)
    await undo.click()
    await expect.poll(() => w.step()).toBe(at)
    await undo.click()
    await expect.poll(() => w.value('eps')).toBe('1e-6')
    for (let i = 0; i < 4; i++) {
      const revision = await w.revision()
      await redo.click()
      await expect.poll(() => w.revision()).toBeGreaterThan(revision)
    }
    await expect.poll(() => redo.isDisabled()).toBe(true)
    await expect.poll(() => w.settings()).toBe('#eps=0.001&hidden=64,64,64&dataset=sine')
    await expect.poll(() => other.settings()).toBe('#eps=0.001&hidden=64,64,64&dataset=sine')
    // What is changed now, nothing that was undone comes after.
    await undo.click()
    await expect.poll(() => redo.isDisabled()).toBe(false)
    await w.type('eps', '1e-2')
    await expect.poll(() => redo.isDisabled()).toBe(true)
  })

  it('is offered at the mark of a change', async () => {
    const w = await still({}, 1000)
    await w.type('eps', '1e-3')
    await w.settled()
    const chart = w.page.locator('#loss-chart')
    const box = await chart.boundingBox()
    if (!box) throw new Error('no chart')
    // The mark stands at the last step, somewhere in the right half.
    for (let x = box.width - 26; x > 60 && (await w.page.locator('.offer').count()) === 0; x -= 5) {
      await w.page.mouse.click(box.x + x, box.y + 52)
    }
    expect(await w.page.locator('.offer').textContent()).toContain('eps 1e-6 → 1e-3')
    await w.page.getByRole('button', { name: 'undo this and later changes' }).click()
    await expect.poll(() => w.value('eps')).toBe('1e-6')
  })
})

describe('rows', () => {
  it('are added, moved and erased on the fit', async () => {
    const w = await still()
    const before = await w.rows()
    const box = await w.page.locator('#fit-chart').boundingBox()
    if (!box) throw new Error('no chart')
    const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height]
    const tool = (name: string): Promise<void> => w.page.locator('.tools').getByText(name).click()
    await tool('add')
    await w.page.mouse.click(...at(0.2, 0.15))
    await expect.poll(() => w.rows()).toBe(before + 1)
    const revision = await w.revision()
    await w.page.mouse.move(...at(0.2, 0.15))
    await w.page.mouse.down()
    await w.page.mouse.move(...at(0.25, 0.2), { steps: 4 })
    await w.page.mouse.move(...at(0.3, 0.2), { steps: 4 })
    await w.page.mouse.up()
    await expect.poll(() => w.revision()).toBeGreaterThan(revision)
    expect(await w.rows()).toBe(before + 1)
    await tool('erase')
    // Where it was there is nothing any more, where it is now there is.
    await w.page.mouse.click(...at(0.2, 0.15))
    await w.page.mouse.click(...at(0.3, 0.2))
    await expect.poll(() => w.rows()).toBe(before)
    // Nor was a second one erased: that would be done before a later command is.
    await w.type('eps', '1e-3')
    await w.settled()
    expect(await w.rows()).toBe(before)
    // Without a pointer.
    await w.page.getByRole('slider', { name: 'inspect the fit at x' }).press('ArrowRight')
    await w.page.getByRole('slider', { name: 'inspect the fit at x' }).press('Enter')
    await expect.poll(() => w.page.locator('.metrics .aside').textContent()).toMatch(new RegExp(`^${before - 1} training|, 26 test`))
  })

  it('come from an own formula, whose mistakes are told at its field', async () => {
    const w = await visit()
    await w.drawn()
    await w.page.getByRole('button', { name: '+ Your data' }).click()
    await w.page.locator('dialog').getByText('Formula', { exact: true }).click()
    await w.page.getByRole('textbox', { name: 'standard deviation' }).fill('0.1 - x')
    await w.page.getByRole('button', { name: 'Train on this data' }).click()
    await expect.poll(() => w.page.locator('#own-std-why').textContent()).toContain('below 0')
    await w.page.getByRole('textbox', { name: 'standard deviation' }).fill('0.1 + 0.05 * abs(x)')
    await w.page.getByRole('textbox', { name: 'rows' }).fill('150')
    await w.page.getByRole('button', { name: 'Train on this data' }).click()
    await expect.poll(() => w.rows()).toBe(120)
    await w.page.locator('.fit').getByText('truth').waitFor()
    expect(await w.page.getByRole('combobox', { name: 'data set' }).inputValue()).toBe('own')
    await w.page.getByRole('button', { name: 'add informative point' }).click()
    await expect.poll(() => w.rows()).toBe(121)
    // The address has the formula, for whoever wants the same rows.
    await expect.poll(() => w.settings()).toContain('#data=formula~sin(x)~')
  })
})

describe('the transport', () => {
  it('trains a generation, and until a step', async () => {
    const at = 200
    const w = await still({ batch: 10 }, at)
    await w.page.getByRole('button', { name: 'how many steps' }).click()
    await w.page.getByRole('menuitem', { name: '1 epoch' }).click()
    await expect.poll(() => w.step()).toBe(at + Math.ceil((await w.rows()) / 10))
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
