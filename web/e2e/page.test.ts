import { describe, expect, it } from 'vitest'
import { keyAndId, type Watched } from './harness'
import { stage } from './stage'

const { server, visit, still, serve, allow } = stage()

/** The picture once nothing moves in it any more. */
const unmoved = async (w: Watched, chart: string): Promise<string> => {
  let last = ''
  await expect.poll(async () => {
    const [before, now] = [last, await picture(w, chart)]
    last = now
    return before === now
  }, { interval: 100 }).toBe(true)
  return last
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** Where the pixels of a chart are, as a string that differs when the picture does. */
const picture = (w: Watched, chart: string): Promise<string> =>
  w.page.evaluate((id) => document.querySelector<HTMLCanvasElement>(`#${id} canvas`)?.toDataURL() ?? '', chart)

describe('training', () => {
  it('moves the mean line', async () => {
    const w = await visit()
    await w.drawn()
    const [step, fit, loss] = [await w.step(), await picture(w, 'fit-chart'), await picture(w, 'loss-chart')]
    await w.past(step)
    await expect.poll(() => picture(w, 'fit-chart')).not.toBe(fit)
    await expect.poll(() => picture(w, 'loss-chart')).not.toBe(loss)
  })

  it('pauses, steps and resets', async () => {
    const w = await visit()
    await w.drawn()
    const at = await w.pause()
    await w.page.getByRole('button', { name: 'Step 1' }).click()
    await expect.poll(() => w.step()).toBe(at + 1)
    await w.page.getByRole('button', { name: 'how many steps' }).click()
    await w.page.getByRole('menuitem', { name: '100 steps', exact: true }).click()
    await expect.poll(() => w.step()).toBe(at + 101)
    await w.page.getByRole('button', { name: 'Reset' }).click()
    await expect.poll(() => w.step()).toBeLessThan(at)
  })

  it('restarts with another data set and other layers', async () => {
    const w = await visit()
    await w.drawn()
    const fit = await picture(w, 'fit-chart')
    await w.page.getByRole('combobox', { name: 'data set' }).selectOption('sine')
    await expect.poll(() => w.page.getByText('truth').count()).toBeGreaterThan(0)
    await expect.poll(() => picture(w, 'fit-chart')).not.toBe(fit)
    const before = await w.revision()
    await w.page.getByRole('button', { name: 'add a layer' }).click()
    await expect.poll(() => w.page.getByRole('textbox', { name: /layer \d/ }).count()).toBe(3)
    await expect.poll(() => w.revision()).toBeGreaterThan(before)
    await expect.poll(() => w.settings()).toBe('#hidden=64,64,64&dataset=sine')
  })

  it('plays and pauses with the space bar, but not in a field', async () => {
    const w = await visit()
    await w.drawn()
    await w.page.locator('body').press('Space')
    await w.page.getByRole('button', { name: 'Play', exact: true }).waitFor()
    await w.page.locator('[data-control=eps] .field input').press('Space')
    // What was asked for before has been done when this is.
    await w.type('eps', '1e-3')
    await w.settled()
    expect(await w.page.getByRole('button', { name: 'Play', exact: true }).count()).toBe(1)
    await w.page.locator('[data-control=eps] input[type=range]').press('Space')
    await w.page.getByRole('button', { name: 'Pause' }).waitFor()
  })
})

describe('losses, optimisers and heads', () => {
  it('change while training, and show what belongs to them', async () => {
    const w = await visit()
    await w.drawn()
    const choose = (control: string, value: string): Promise<string[]> => w.page.locator(`[data-control=${control}] select`).selectOption(value)
    const beta = w.page.locator('[data-control=beta]')
    expect(await beta.count()).toBe(0)
    const before = await w.step()
    await choose('loss', 'beta_nll')
    await beta.waitFor()
    await w.type('beta', '1')
    await w.page.getByText('Gaussian NLL of these predictions').waitFor()
    await w.page.locator('[data-control=optimizer]').getByText('sgd').click()
    await w.page.locator('[data-control=momentum]').waitFor()
    await w.page.getByText('More optimiser settings').click()
    await w.type('dropout', '10')
    await w.type('clip', '1')
    await w.page.getByText('2 changed').waitFor()
    await w.settled()
    await w.past(before)
    // What is in the address makes the same run elsewhere.
    await w.page.waitForURL(/#.*loss=beta_nll.*clip=1/)
  })

  it('restarts with another head', async () => {
    const w = await visit(`${server.url}#speed=1000`)
    await w.drawn()
    const { generation } = await w.where()
    await w.page.locator('[data-control=head] select').selectOption('natural')
    await w.says((where) => where.generation !== generation)
    await w.drawn()
  })

  it('trains an ensemble, and shows where its members differ', async () => {
    const w = await still({ dataset: 'gap', members: 3, activation: 'silu' }, 6000)
    await w.page.locator('.noise .key-epistemic').waitFor()
    await w.page.getByRole('button', { name: 'fit and noise as a table' }).click()
    const table = w.page.getByRole('table', { name: /the fit at step/ })
    /** How far the members differ between the islands, where there are no rows, over how far they do on them. */
    const ratio = async (): Promise<number> => {
      const rows = await table.locator('tbody tr').evaluateAll((list) => list.map((r) => [...r.querySelectorAll('th, td')].map((c) => Number(c.textContent.replace('−', '-')))))
      const differ = (there: (x: number) => boolean): number[] => rows.filter(([x]) => there(x ?? NaN)).map((r) => r[4] ?? NaN)
      return Math.max(...differ((x) => Math.abs(x) < 1.5)) / median(differ((x) => Math.abs(x) > 2 && Math.abs(x) < 4))
    }
    expect(await ratio()).toBeGreaterThan(2)
  })

  it('goes back to before a divergence', async () => {
    const w = await visit(`${server.url}#speed=max&eps=0&decay=0&variance_decay=0&activation=relu`)
    await w.drawn()
    await w.past(100)
    await w.type('batch', '1')
    await w.type('lr', '1')
    await w.says(({ state }) => state === 'diverged')
    const alert = w.page.getByRole('alert').filter({ hasText: 'blew up' })
    await alert.waitFor()
    expect(await alert.textContent()).toMatch(/at step [\d\u202f]+: .* The learning rate \(1\) is probably too high/)
    await w.page.getByRole('button', { name: /^Go back to step .* with learning rate 0\.003$/ }).click()
    await alert.waitFor({ state: 'detached' })
    await w.past(await w.step())
  })
})

describe('eps', () => {
  it.each(['training', 'paused'])('shows in a frame that has it while %s', async (state) => {
    const w = state === 'paused' ? await still() : await visit()
    await w.drawn()
    for (const key of ['ArrowRight', 'Shift+ArrowRight', 'Home']) {
      const before = await w.revision()
      await w.page.locator('[data-control=eps] input[type=range]').press(key)
      await w.says(({ revision }) => Number(revision) > before)
      await w.settled()
    }
    expect(await w.value('eps')).toBe('1e-6')
  })

  it('is seen by a second page, and its mark is drawn', async () => {
    const a = await visit()
    await a.drawn()
    const b = await visit(a.page.url())
    await b.drawn()
    const loss = await picture(b, 'loss-chart')
    await a.type('eps', '1e-3')
    await expect.poll(() => b.value('eps')).toBe('1e-3')
    await expect.poll(() => b.revision()).toBe(await a.revision())
    expect(await picture(b, 'loss-chart')).not.toBe(loss)
    await a.page.locator('[data-control=eps] input[type=range]').press('Home')
    await expect.poll(() => b.value('eps')).toBe('1e-6')
  })

  it('leaves what is being typed alone while others change things', async () => {
    const a = await visit()
    await a.drawn()
    const b = await visit(a.page.url())
    await b.drawn()
    const field = a.page.locator('[data-control=eps] .field input')
    await field.fill('2e-3')
    await b.type('eps', '1e-4')
    await b.type('lr', '1e-4')
    await expect.poll(() => a.value('lr')).toBe('1e-4')
    expect(await field.inputValue()).toBe('2e-3')
    await field.press('Enter')
    await expect.poll(() => b.value('eps')).toBe('2e-3')
  })

  it('tells why a value is refused, and takes it back', async () => {
    const w = await still()
    await w.type('eps', '-1')
    await w.page.locator('[data-control=eps] .refused').waitFor()
    await expect.poll(() => w.value('eps')).toBe('1e-6')
    await w.type('eps', 'tiny')
    await expect.poll(() => w.page.locator('[data-control=eps] .refused').textContent()).toContain('not a number')
    await w.type('eps', '')
    await expect.poll(() => w.page.locator('[data-control=eps] .refused').count()).toBe(0)
    expect(await w.value('eps')).toBe('1e-6')
  })

  it.each(['eps', 'decay'])('and the like go down to 0: %s', async (control) => {
    const w = await still()
    const slider = w.page.locator(`[data-control=${control}] input[type=range]`)
    const atLeftEnd = (): Promise<boolean> => slider.evaluate((s) => s instanceof HTMLInputElement && s.value === s.min)
    await w.type(control, '0')
    await expect.poll(atLeftEnd).toBe(true)
    await slider.press('ArrowRight')
    await expect.poll(() => w.value(control)).not.toBe('0')
    await slider.press('ArrowLeft')
    await expect.poll(() => w.value(control)).toBe('0')
    await slider.press('Home')
    await expect.poll(atLeftEnd).toBe(false)
    const box = await slider.boundingBox()
    if (!box) throw new Error('no slider')
    await w.page.mouse.click(box.x + 1, box.y + box.height / 2)
    await expect.poll(() => w.value(control)).toBe('0')
    expect(await w.page.locator('.refused').count()).toBe(0)
  })

  it('says at its mark what was changed', async () => {
    const w = await visit()
    await w.drawn()
    await w.type('eps', '1e-3')
    await w.settled()
    await w.pause()
    const before = await unmoved(w, 'loss-chart')
    const box = await w.page.locator('#loss-chart').boundingBox()
    if (!box) throw new Error('no chart')
    // The triangles stand above the plot.
    await w.page.mouse.move(box.x + box.width / 2, box.y + 52)
    await expect.poll(() => picture(w, 'loss-chart')).not.toBe(before)
    await w.page.mouse.move(box.x + box.width / 2, box.y + 4)
    await expect.poll(() => picture(w, 'loss-chart')).toBe(before)
    await w.page.getByRole('button', { name: 'loss as a table' }).click()
    await w.page.getByRole('cell', { name: 'eps 1e-6 → 1e-3' }).waitFor()
  })
})

describe('the address', () => {
  it('reproduces the settings', async () => {
    const a = await still()
    await a.type('eps', '2e-4')
    await a.page.locator('[data-control=full] wa-switch').click()
    await a.type('seed', '7')
    await expect.poll(() => a.settings()).toBe('#eps=0.0002&full=true&seed=7')
    const b = await visit(server.url + (await a.settings()))
    await b.drawn()
    expect([await b.value('eps'), await b.value('seed')]).toEqual(['2e-4', '7'])
    expect(new URL(b.page.url()).pathname).not.toBe(new URL(a.page.url()).pathname)
  })

  it('that cannot be is told, not fatal', async () => {
    allow(/4\d\d/)
    const w = await visit(`${server.url}#eps=-5`)
    await w.drawn()
    expect(await w.page.locator('.caption').textContent()).toContain('Default settings')
    expect(await w.value('eps')).toBe('1e-6')
    const b = await visit(`${server.url}#lr=fast`)
    await b.drawn()
    expect(await b.page.locator('.caption').textContent()).toContain('not "fast"')
  })

  it('of a run that nobody has begins it', async () => {
    const { key, id } = keyAndId()
    const w = await visit(`${server.url}r/${id}#eps=0.01&key=${key}`)
    await w.drawn()
    expect(await w.page.locator('.caption').textContent()).toContain('training started again')
    expect(await w.value('eps')).toBe('1e-2')
  })

  it.each(['A!b', 'x', 'n%20o', '%E0'])('without a run offers a new one: %s', async (id) => {
    allow(/400/)
    const w = await visit(`${server.url}r/${id}#eps=0.01`)
    await w.page.getByText('There is no run at this address').waitFor()
    await w.page.getByRole('link', { name: 'Start a new run' }).click()
    await w.drawn()
    expect(await w.value('eps')).toBe('1e-2')
  })

  it('without a run is asked for once', async () => {
    allow(/400/)
    const w = await visit(`${server.url}r/x`)
    await w.page.getByText('There is no run at this address').waitFor()
    const asked = w.faults.length
    // Twice as long as the page waits before it tries again for a run that may yet come.
    await w.page.waitForTimeout(3000)
    expect(w.faults.length).toBe(asked)
  })
})

describe('the connection', () => {
  it('comes back after the server went away', async () => {
    // The browser itself reports the refused connections.
    allow(/ERR_CONNECTION_REFUSED|WebSocket/)
    const own = await serve()
    const w = await visit(own.url)
    await w.drawn()
    const other = await visit(w.page.url())
    await other.drawn()
    await w.type('eps', '1e-2')
    await expect.poll(() => w.settings()).toBe('#eps=0.01')
    await own.stop()
    for (const page of [w, other]) {
      await page.says(({ link }) => link === 'waiting')
      await page.page.getByText(/reconnecting in \d+ s/).waitFor()
    }
    // It tried once more, in vain.
    const faults = w.faults.length
    await expect.poll(() => w.faults.length).toBeGreaterThan(faults)
    await own.start()
    await w.says(({ link }) => link === 'live')
    await expect.poll(() => w.page.locator('.caption').textContent()).toContain('training started again')
    await other.says(({ link }) => link === 'live')
    await expect.poll(() => other.page.locator('.caption').textContent()).toContain('training started again')
    expect(await w.value('eps')).toBe('1e-2')
    const step = await w.step()
    await expect.poll(() => w.step()).not.toBe(step)
  })
})

describe('everybody', () => {
  it.each([
    ['light', { width: 1440, height: 900 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)('can use it: %s, %o', async (colorScheme, viewport) => {
    const w = await still({}, 30, { colorScheme, viewport })
    expect(await w.violations()).toEqual([])
    if (viewport.width < 760) await w.page.getByRole('button', { name: 'Controls' }).click()
    for (const button of await w.page.getByRole('button', { name: 'as a table' }).all()) await button.click()
    expect(await w.violations()).toEqual([])
  })

  it('can walk it with the keyboard alone', async () => {
    const w = await still()
    const seen = new Set<string>()
    for (let i = 0; i < 140; i++) {
      await w.page.keyboard.press('Tab')
      seen.add(await w.page.evaluate(() => {
        const e = document.activeElement
        const name = e?.getAttribute('aria-label') ?? e?.textContent.trim() ?? ''
        return name === '' ? e?.closest('[data-control]')?.getAttribute('data-control') ?? e?.localName ?? '' : name
      }))
    }
    for (const name of ['Play', 'Reset', 'eps', 'learning rate', 'fit and noise as a table', 'inspect the fit at x', 'loss as a table']) {
      expect([...seen], name).toContain(name)
    }
    await w.page.getByRole('slider', { name: 'eps' }).focus()
    await w.page.keyboard.press('Shift+ArrowRight')
    await expect.poll(() => w.value('eps')).toBe('1e-5')
    await w.page.keyboard.press('ArrowRight')
    await expect.poll(() => w.value('eps')).toBe('1.3e-5')
    await w.page.keyboard.press('Home')
    await expect.poll(() => w.value('eps')).toBe('1e-6')
  })

  it('sees all of it at once at 1440 by 900', async () => {
    const w = await still({})
    expect(await w.page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(900)
  })

  it('keeps the chosen theme', async () => {
    const w = await still({}, 30, { colorScheme: 'light' })
    const background = (): Promise<string> => w.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await background()
    await w.page.getByRole('button', { name: 'Display: theme' }).click()
    await w.page.getByRole('radio', { name: 'dark' }).click()
    await expect.poll(background).not.toBe(light)
    const dark = await background()
    await w.page.reload()
    await w.drawn()
    expect(await background()).toBe(dark)
  })
})
