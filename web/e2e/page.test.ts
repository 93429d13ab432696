import { describe, expect, it } from 'vitest'
import { keyAndId, type Watched } from './harness'
import { stage } from './stage'

const { server, visit, allow } = stage()

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** Where the pixels of a chart are, as a string that differs when the picture does. */
const picture = (w: Watched, chart: string): Promise<string> =>
  w.page.evaluate((id) => document.querySelector<HTMLCanvasElement>(`#${id} canvas`)?.toDataURL() ?? '', chart)

describe('training', () => {
  it('moves the mean line', async () => {
    const w = await visit()
    await w.drawn()
    const [step, fit, loss] = [await w.step(), await picture(w, 'fit-chart'), await picture(w, 'loss-chart')]
    await w.page.waitForTimeout(1500)
    expect(await w.step()).toBeGreaterThan(step)
    expect(await picture(w, 'fit-chart')).not.toBe(fit)
    expect(await picture(w, 'loss-chart')).not.toBe(loss)
  })

  it('pauses, steps and resets', async () => {
    const w = await visit()
    await w.drawn()
    await w.page.getByRole('button', { name: 'Pause' }).click()
    await w.page.getByRole('button', { name: 'Play' }).waitFor()
    await w.page.waitForTimeout(300)
    const at = await w.step()
    await w.page.waitForTimeout(300)
    expect(await w.step()).toBe(at)
    await w.page.getByRole('button', { name: 'Step 1' }).click()
    await expect.poll(() => w.step()).toBe(at + 1)
    await w.page.getByRole('button', { name: 'how many steps' }).click()
    await w.page.getByRole('menuitem', { name: '100 steps', exact: true }).click()
    await expect.poll(() => w.step()).toBe(at + 101)
    await w.page.getByRole('button', { name: 'Reset' }).click()
    await expect.poll(() => w.step()).toBeLessThan(at)
  })

  it('begins anew with another data set and other layers', async () => {
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
    await w.page.getByRole('button', { name: 'Play' }).waitFor()
    await w.page.locator('[data-control=eps] .field input').press('Space')
    await w.page.waitForTimeout(200)
    expect(await w.page.getByRole('button', { name: 'Play' }).count()).toBe(1)
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
    await w.page.getByText('NLL of the same predictions').waitFor()
    await w.page.locator('[data-control=optimizer]').getByText('sgd').click()
    await w.page.locator('[data-control=momentum]').waitFor()
    await w.page.getByText('more of the optimiser').click()
    await w.type('dropout', '10')
    await w.type('clip', '1')
    await w.page.getByText('2 set').waitFor()
    const revision = await w.revision()
    await w.page.waitForFunction((r) => Number(document.querySelector<HTMLElement>('gnll-fit')?.dataset['revision']) >= r, revision)
    expect(await w.step()).toBeGreaterThan(before)
    // What is in the address makes the same run elsewhere.
    await w.page.waitForURL(/#.*loss=beta_nll.*clip=1/)
  })

  it('begins anew with another head', async () => {
    const w = await visit(`${server.url}#speed=1000`)
    await w.drawn()
    await w.page.waitForTimeout(1500)
    const before = await w.step()
    await w.page.locator('[data-control=head] select').selectOption('natural')
    await w.page.waitForFunction((s) => Number(document.querySelector<HTMLElement>('gnll-fit')?.dataset['step']) < s, before)
    await w.drawn()
  })

  it('trains an ensemble, and shows where its members differ', async () => {
    const w = await visit(`${server.url}#dataset=gap&speed=max&members=3&activation=silu`)
    await w.drawn()
    await w.page.waitForFunction(() => Number(document.querySelector<HTMLElement>('gnll-fit')?.dataset['step']) > 3000)
    await w.page.locator('.noise .key-epistemic').waitFor()
    await w.page.getByRole('button', { name: 'fit and noise as a table' }).click()
    const table = w.page.getByRole('table', { name: /the fit at step/ })
    /** How far the members differ between the islands, where there are no rows, over how far they do on them. */
    const ratio = async (): Promise<number> => {
      const rows = await table.locator('tbody tr').evaluateAll((list) => list.map((r) => [...r.querySelectorAll('th, td')].map((c) => Number(c.textContent.replace('−', '-')))))
      const differ = (there: (x: number) => boolean): number[] => rows.filter(([x]) => there(x ?? NaN)).map((r) => r[4] ?? NaN)
      return Math.max(...differ((x) => Math.abs(x) < 1.5)) / median(differ((x) => Math.abs(x) > 2 && Math.abs(x) < 4))
    }
    await expect.poll(ratio, { timeout: 30_000 }).toBeGreaterThan(2)
  })

  it('goes back to before a divergence', async () => {
    const w = await visit(`${server.url}#speed=max&eps=0&decay=0&variance_decay=0&activation=relu`)
    await w.drawn()
    await w.page.waitForTimeout(500)
    await w.type('batch', '1')
    await w.type('lr', '1')
    const alert = w.page.getByRole('alert').filter({ hasText: 'Diverged' })
    await alert.waitFor()
    expect(await alert.textContent()).toMatch(/at step \d+.*probable cause/)
    await w.type('lr', '1e-3')
    await w.type('eps', '1e-6')
    await w.page.getByRole('button', { name: 'go back to before it' }).click()
    await w.page.getByRole('button', { name: 'Play' }).click()
    await alert.waitFor({ state: 'detached' })
    const step = await w.step()
    await w.page.waitForFunction((s) => Number(document.querySelector<HTMLElement>('gnll-fit')?.dataset['step']) > s, step)
  })
})

describe('eps', () => {
  /** Moves the slider and measures, in the page, until a frame with that revision is drawn. */
  const latencies = async (w: Watched): Promise<number[]> => {
    const times: number[] = []
    for (let i = 0; i < 15; i++) {
      await w.page.waitForTimeout(120)
      times.push(await w.page.evaluate((position) => new Promise<number>((shown) => {
        const fit = document.querySelector('gnll-fit')
        const slider = document.querySelector<HTMLInputElement>('[data-control=eps] input[type=range]')
        if (!fit || !slider) throw new Error('no slider')
        const begin = performance.now()
        const seen = new MutationObserver(() => {
          seen.disconnect()
          shown(performance.now() - begin)
        })
        seen.observe(fit, { attributeFilter: ['data-revision'] })
        slider.value = String(position)
        slider.dispatchEvent(new Event('input', { bubbles: true }))
      }), -6 + 0.3 * (i + 1)))
    }
    return times
  }

  it.each(['training', 'paused'])('shows within 100 ms while %s', async (state) => {
    const w = await visit()
    await w.drawn()
    if (state === 'paused') {
      await w.page.getByRole('button', { name: 'Pause' }).click()
      await w.page.getByRole('button', { name: 'Play' }).waitFor()
    }
    const times = await latencies(w)
    console.log(`eps to frame while ${state}, ms: median ${median(times).toFixed(1)} of ${times.map((t) => t.toFixed(1)).join(' ')}`)
    expect(median(times)).toBeLessThan(100)
    await expect.poll(() => w.page.locator('[data-control=eps][data-pending]').count()).toBe(0)
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
    const w = await visit()
    await w.drawn()
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
    const w = await visit()
    await w.drawn()
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
    await w.page.getByRole('button', { name: 'Pause' }).click()
    await w.page.getByRole('button', { name: 'Play' }).waitFor()
    await w.page.waitForTimeout(500)
    const before = await picture(w, 'loss-chart')
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
    const a = await visit()
    await a.drawn()
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
    expect(await w.page.locator('.caption').textContent()).toContain('defaults')
    expect(await w.value('eps')).toBe('1e-6')
    const b = await visit(`${server.url}#lr=fast`)
    await b.drawn()
    expect(await b.page.locator('.caption').textContent()).toContain('not "fast"')
  })

  it('of a run that nobody has begins it', async () => {
    const { key, id } = keyAndId()
    const w = await visit(`${server.url}r/${id}#eps=0.01&key=${key}`)
    await w.drawn()
    expect(await w.page.locator('.caption').textContent()).toContain('begun anew')
    expect(await w.value('eps')).toBe('1e-2')
  })

  it.each(['A!b', 'x', 'n%20o', '%E0'])('that names no run offers a new one: %s', async (id) => {
    allow(/400/)
    const w = await visit(`${server.url}r/${id}#eps=0.01`)
    await w.page.getByText('names no run').waitFor()
    const asked = w.faults.length
    await w.page.waitForTimeout(2000)
    expect(w.faults.length).toBe(asked)
    await w.page.getByRole('link', { name: 'Start a new run' }).click()
    await w.drawn()
    expect(await w.value('eps')).toBe('1e-2')
  })
})

describe('the connection', () => {
  it('comes back after the server went away', async () => {
    // The browser itself reports the refused connections.
    allow(/ERR_CONNECTION_REFUSED|WebSocket/)
    const w = await visit()
    await w.drawn()
    const other = await visit(w.page.url())
    await other.drawn()
    await w.type('eps', '1e-2')
    await expect.poll(() => w.settings()).toBe('#eps=0.01')
    await server.stop()
    await w.page.getByText(/reconnecting in \d+ s/).waitFor()
    await w.page.waitForTimeout(1500)
    await server.start()
    await w.page.locator('gnll-status .live').waitFor({ timeout: 20_000 })
    await expect.poll(() => w.page.locator('.caption').textContent()).toContain('begun anew')
    await other.page.locator('gnll-status .live').waitFor({ timeout: 20_000 })
    await expect.poll(() => other.page.locator('.caption').textContent()).toContain('begun anew')
    expect(await w.value('eps')).toBe('1e-2')
    const step = await w.step()
    await expect.poll(() => w.step()).not.toBe(step)
  })
})

describe('everybody', () => {
  it.each([
    ['light', { width: 1440, height: 900 }],
    ['dark', { width: 1440, height: 900 }],
    ['light', { width: 390, height: 844 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)('can use it: %s, %o', async (colorScheme, viewport) => {
    const w = await visit(server.url, { colorScheme, viewport })
    await w.drawn()
    expect(await w.violations()).toEqual([])
    if (viewport.width < 760) await w.page.getByRole('button', { name: 'Controls' }).click()
    for (const button of await w.page.getByRole('button', { name: 'as a table' }).all()) await button.click()
    expect(await w.violations()).toEqual([])
  })

  it('can walk it with the keyboard alone', async () => {
    const w = await visit()
    await w.drawn()
    const seen = new Set<string>()
    for (let i = 0; i < 140; i++) {
      await w.page.keyboard.press('Tab')
      seen.add(await w.page.evaluate(() => {
        const e = document.activeElement
        const name = e?.getAttribute('aria-label') ?? e?.textContent.trim() ?? ''
        return name === '' ? e?.closest('[data-control]')?.getAttribute('data-control') ?? e?.localName ?? '' : name
      }))
    }
    for (const name of ['Pause', 'Reset', 'eps', 'learning rate', 'fit and noise as a table', 'read the fit at x', 'loss as a table']) {
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

  it.each([1440, 1024, 390, 360])('sees no sideways scrolling at %i', async (width) => {
    const w = await visit(server.url, { viewport: { width, height: 900 } })
    await w.drawn()
    const size = await w.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight])
    expect(size[0]).toBeLessThanOrEqual(width)
    if (width === 1440) expect(size[1]).toBeLessThanOrEqual(900)
  })

  it('keeps the chosen theme', async () => {
    const w = await visit(server.url, { colorScheme: 'light' })
    await w.drawn()
    const background = (): Promise<string> => w.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await background()
    await w.page.getByRole('button', { name: 'look: theme' }).click()
    await w.page.getByRole('radio', { name: 'dark' }).click()
    await expect.poll(background).not.toBe(light)
    const dark = await background()
    await w.page.reload()
    await w.drawn()
    expect(await background()).toBe(dark)
  })
})

describe('drawing', () => {
  it('takes little of the main thread', async () => {
    const w = await visit(`${server.url}#speed=max`)
    await w.drawn()
    const times = await w.page.evaluate(() => new Promise<Record<string, number[]>>((done) => {
      const taken: Record<string, number[]> = {}
      new PerformanceObserver((list) => {
        for (const e of list.getEntries()) (taken[e.name] ??= []).push(e.duration)
      }).observe({ type: 'measure' })
      setTimeout(() => { done(taken) }, 5000)
    }))
    for (const [name, ms] of Object.entries(times)) {
      console.log(`${name}: median ${median(ms).toFixed(2)} ms, ${(ms.length / 5).toFixed(1)} a second`)
    }
    // By medians: a mean would count the times at which another process ran.
    const total = Object.values(times).reduce((sum, ms) => sum + median(ms) * ms.length, 0)
    const perFrame = total / (times['draw fit']?.length ?? 0)
    console.log(`all charts: ${perFrame.toFixed(2)} ms a frame, by medians`)
    expect(Object.keys(times).sort()).toEqual(['draw fit', 'draw loss', 'draw noise'])
    // Twice what it takes on two busy cores: this is to notice a mistake, not a slow day.
    expect(perFrame).toBeLessThan(25)
  })
})
