import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const OWN = {
  title: 'Of my own', summary: 'Two lanes.', watch: ['One.', 'Two.', 'Three.'], try: 'Something.',
  spots: [{ panel: 'timeline', label: 'when' }, { panel: 'anatomy', label: 'what of' }, { control: 'dataset', label: 'of what' }],
  set: { seed: 1, dataset: 'fan' },
}
const folder = mkdtempSync(join(tmpdir(), 'lessons-'))
writeFileSync(join(folder, 'mine.json'), JSON.stringify(OWN))

const { server, visit, serve, allow } = stage('--lessons', folder)

/** A curve may be asked of a lane that an undo or another lesson has just taken away. */
const LATE = /\/curve\?lane=|status of 422/

const card = (w: Watched): Promise<string> => w.page.locator('#lesson-title').textContent().then((t) => (t ?? '').replace(/\s+/g, ' ').trim())
const isOn = (w: Watched, title: string): Promise<void> => expect.poll(() => card(w)).toBe(`Lesson ${title}`)
const isOver = (w: Watched): Promise<void> => expect.poll(() => w.page.locator('.lesson, [data-spot], [data-spot-x]').count()).toBe(0)
const dataset = (w: Watched): Promise<string> => w.page.getByRole('combobox', { name: 'data set' }).inputValue()
const undo = (w: Watched): Promise<void> => w.page.getByRole('button', { name: 'undo', exact: true }).click()

/** The marks, as what is marked and what stands there. */
const spots = (w: Watched): Promise<string[]> =>
  w.page.locator('[data-spot]').evaluateAll((all) => (all as HTMLElement[]).map((e) => `${e.dataset['control'] ?? (e.localName.includes('-') ? e.localName : (e.classList.item(1) ?? ''))}: ${e.dataset['spot'] ?? ''}`).sort())

const phase = (w: Watched): Promise<string | null> => w.page.locator('.lesson').getAttribute('data-phase')
const shows = (w: Watched, wanted: string): Promise<void> => w.page.locator(`.lesson[data-phase=${wanted}]`).waitFor()

/** Skips what is asked before the run, which then trains. */
async function skip(w: Watched): Promise<void> {
  await shows(w, 'ask')
  const legend = w.page.locator('.lesson-question legend')
  while (await phase(w) === 'ask') {
    const asked = await legend.textContent()
    await w.page.getByRole('button', { name: 'Skip', exact: true }).click()
    await w.page.waitForFunction((before) => document.querySelector('.lesson[data-phase=ask] .lesson-question legend')?.textContent !== before, asked)
  }
}

/** Opens a lesson by its address, and lets it train. */
async function begun(url: string, options?: Parameters<typeof visit>[1]): Promise<Watched> {
  const w = await visit(url, options)
  await skip(w)
  await w.drawn()
  return w
}

/** How much has moved on the page between two moments: the sum of all that the browser calls layout shift. */
async function shifted(w: Watched, during: () => Promise<unknown>): Promise<number> {
  await w.page.evaluate(() => {
    const seen = { sum: 0 }
    const observer = new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.sum += (e as unknown as { value: number }).value })
    observer.observe({ type: 'layout-shift' })
    Object.assign(window, { seen, observer })
  })
  await during()
  return w.page.evaluate(async () => {
    const { seen, observer } = window as unknown as { seen: { sum: number }; observer: PerformanceObserver }
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame)
    for (const e of observer.takeRecords()) seen.sum += (e as unknown as { value: number }).value
    observer.disconnect()
    return seen.sum
  })
}

/** Which loss is shown. */
const lossTab = (w: Watched): Promise<string | null> => w.page.locator('gnll-loss wa-radio[aria-checked=true]').first().getAttribute('value')

async function choose(w: Watched, title: string): Promise<void> {
  await w.page.getByRole('button', { name: 'lessons', exact: true }).click()
  await w.page.locator('.lesson-list').getByRole('button', { name: title }).click()
}

describe('a lesson', () => {
  it('is one click: data, lanes, controls, three sentences, and marks where to look', async () => {
    allow(LATE)
    const w = await visit()
    await w.drawn()
    await w.type('eps', '1e-2')
    await w.settled()
    await w.page.getByRole('button', { name: 'lessons', exact: true }).click()
    await expect.poll(() => w.page.locator('.lesson-list li').count()).toBeGreaterThan(11)
    await w.page.keyboard.press('Escape')
    await choose(w, 'What eps does')
    await isOn(w, 'What eps does')
    await expect.poll(() => w.lanes()).toEqual(['too small', 'right*', 'too large'])
    expect(await w.value('eps')).toBe('1e-3')
    // Nothing tells the answer before somebody has answered.
    await shows(w, 'ask')
    expect(await w.page.locator('[data-spot], .lesson-body').count()).toBe(0)
    await skip(w)
    // Nor while it trains: only where to look is said. The sentences come when they are true.
    await expect.poll(() => w.page.locator('.lesson-places li').allTextContents().then((all) => all.map((t) => t.replace(/\s+/g, ' ').trim())))
      .toEqual(['① Loss', '② Noise at x = −1.5, model “right”', '③ Metrics'])
    expect(await w.page.locator('.lesson-try').count()).toBe(0)
    await expect.poll(() => spots(w)).toEqual(['eps: ④', 'gnll-loss: ①', 'gnll-metrics: ③', 'noise: ②'])
    await shows(w, 'shown')
    expect(await w.page.locator('.lesson-body li').count()).toBe(5)
    expect(await w.page.locator('.noise [data-spot-x]').getAttribute('data-spot-x')).toBe('②')
    await expect.poll(() => w.settings()).toMatch(/^#lesson=what-eps-does(&|$)/)
    // It was one change, and one undo takes it back.
    await undo(w)
    await isOver(w)
    await expect.poll(() => w.lanes()).toEqual(['A*'])
    expect(await w.value('eps')).toBe('1e-2')
    await expect.poll(() => w.settings()).not.toContain('lesson')
    await w.page.getByRole('button', { name: 'redo', exact: true }).click()
    await isOn(w, 'What eps does')
  })

  it('ends when it is closed, and when other data are chosen; a reset does not end it', async () => {
    const w = await begun(`${server.url}#lesson=one-noise-or-many`)
    await isOn(w, 'One noise or many')
    await w.page.getByRole('button', { name: 'Reset', exact: true }).click()
    await expect.poll(() => w.page.getByRole('button', { name: 'undo', exact: true }).isEnabled()).toBe(true)
    await isOn(w, 'One noise or many')
    await w.page.getByRole('button', { name: 'Close', exact: true }).click()
    await isOver(w)
    await expect.poll(() => w.settings()).not.toContain('lesson')
    expect(await w.lanes()).toEqual(['one', 'many*'])
    await w.page.reload()
    await w.drawn()
    await expect.poll(() => w.lanes()).toEqual(['one*', 'many'])
    await isOver(w)
    await choose(w, 'Sum or mean')
    await isOn(w, 'Sum or mean')
    await skip(w)
    await w.page.getByRole('combobox', { name: 'data set' }).selectOption('sine')
    await isOver(w)
    expect(await w.lanes()).toEqual(['sum*', 'mean'])
    await undo(w)
    await isOn(w, 'Sum or mean')
  })

  it('is followed by the next, and begins again from its beginning', async () => {
    allow(LATE)
    const w = await begun(`${server.url}#lesson=what-eps-does`)
    await isOn(w, 'What eps does')
    await w.page.getByRole('button', { name: 'Next lesson' }).click()
    await isOn(w, 'full or not')
    await w.page.locator('[data-control=full] wa-switch').click()
    await expect.poll(() => w.page.locator('[data-control=full] wa-switch').evaluate((s) => (s as unknown as { checked: boolean }).checked)).toBe(true)
    await w.page.getByRole('button', { name: 'Again' }).click()
    await expect.poll(() => w.page.locator('[data-control=full] wa-switch').evaluate((s) => (s as unknown as { checked: boolean }).checked)).toBe(false)
    await isOn(w, 'full or not')
  })

  it('opens what is folded away, so that its mark is seen', async () => {
    const w = await begun(`${server.url}#lesson=active-learning`)
    const control = w.page.locator('[data-control=acquire_by]')
    await expect.poll(() => control.getAttribute('data-spot')).toBe('④')
    await expect.poll(async () => {
      const [at, room] = [await control.boundingBox(), await w.page.locator('.controls').boundingBox()]
      return at !== null && room !== null && at.y >= room.y && at.y + at.height <= room.y + room.height
    }).toBe(true)
    expect(await w.page.locator('.fit [data-spot-x]').getAttribute('data-spot-other-x')).toBe('③')
  })

  it('is seen by whoever watches, told among the changes, and steered by nobody else', async () => {
    const w = await visit()
    await w.drawn()
    const other = await visit(w.toWatch)
    await other.drawn()
    await choose(w, 'Outliers')
    await isOn(other, 'Outliers')
    await expect.poll(() => other.lanes()).toEqual(['Student’s t*', 'Gaussian'])
    await other.page.getByRole('button', { name: 'loss as a table' }).click()
    // It answers for itself, and has no button that it cannot use.
    await shows(other, 'ask')
    for (const name of ['Again', 'Next lesson', 'Continue', 'Answer and run']) expect(await other.page.getByRole('button', { name, exact: true }).count(), name).toBe(0)
    await other.page.getByRole('radio', { name: 'Gaussian' }).check()
    await other.page.getByRole('button', { name: 'Answer' }).click()
    await shows(other, 'run')
    expect(await other.page.locator('.lesson-places li').count()).toBe(3)
    expect(await other.page.locator('.lesson-try, .lesson-now button').count()).toBe(0)
    expect(await other.page.locator('.lesson-now').textContent()).toContain('Your prediction: Gaussian.')
    expect(await phase(w)).toBe('ask')
    await skip(w)
    await shows(other, 'shown')
    expect(await other.page.locator('.lesson-reveal').textContent()).toContain('Right')
    expect(await other.page.locator('.lesson-now button').count()).toBe(0)
    await other.page.getByRole('button', { name: 'Close', exact: true }).click()
    await isOver(other)
    await isOn(w, 'Outliers')
    await other.page.getByRole('button', { name: 'lessons', exact: true }).click()
    expect(await other.page.locator('.lesson-list button').first().isDisabled()).toBe(true)
    // The server has it under its title.
    const id = new URL(w.page.url()).pathname.split('/').at(-1) ?? ''
    const state = (await (await fetch(`${server.url}api/runs/${id}/state`)).json()) as { title: string; changes: Array<{ text: string }> }
    expect([state.title, state.changes[0]?.text]).toEqual(['lesson: Outliers', 'lesson: Outliers'])
  })

  it('can be asked for in the address of a page that is open', async () => {
    const w = await visit()
    await w.drawn()
    await w.page.evaluate(() => { location.hash = 'lesson=variance-collapse&' + location.hash.replace(/^#/, '') })
    await isOn(w, 'Variance collapse')
    await expect.poll(() => w.value('train_share')).toBe('20')
    expect(await lossTab(w)).toBe('nll')
  })

  it('takes its views with it when it goes, and the reader’s own come back', async () => {
    const w = await visit(`${server.url}#view=loss:batch`)
    await w.drawn()
    expect(await lossTab(w)).toBe('batch')
    await choose(w, 'Variance collapse')
    await isOn(w, 'Variance collapse')
    await expect.poll(() => lossTab(w)).toBe('nll')
    await choose(w, 'Uncertainty where')
    await isOn(w, 'Uncertainty where there is no data')
    await expect.poll(() => w.page.locator('.lane-fit').count()).toBe(2)
    await expect.poll(() => lossTab(w)).toBe('batch')
    await w.page.getByRole('button', { name: 'Close', exact: true }).click()
    await isOver(w)
    await expect.poll(() => w.page.locator('.lane-fit').count()).toBe(0)
    expect(await lossTab(w)).toBe('batch')
    await expect.poll(() => w.settings()).toMatch(/view=loss:batch/)
  })

  it('that there is not is said to be missing, with the way to the list; the page goes on', async () => {
    const w = await visit(`${server.url}#lesson=nonsense&eps=0.01`)
    await w.drawn()
    await expect.poll(() => w.value('eps')).toBe('1e-2')
    await isOver(w)
    expect(await w.page.locator('.caption').textContent()).toContain('no lesson “nonsense”')
    await w.page.getByRole('button', { name: 'Show the list of lessons' }).click()
    await w.page.locator('.lesson-list').getByRole('button', { name: 'full or not' }).click()
    await isOn(w, 'full or not')
    await expect.poll(() => w.page.locator('.caption').textContent()).not.toContain('nonsense')
    await w.page.evaluate(() => { location.hash = 'lesson=no-such' })
    await w.page.getByText('no lesson “no-such”').waitFor()
    await isOn(w, 'full or not')
  })

  it('asks, runs until there is something to see, shows the answer, and asks again; all by keys', async () => {
    const w = await visit(`${server.url}#lesson=full-or-not`)
    await shows(w, 'ask')
    await w.says(({ step, state }) => step === '0' && state === 'paused')
    const group = w.page.getByRole('group', { name: 'How will their training losses differ?' })
    expect(await group.getByRole('radio').count()).toBe(3)
    await group.getByRole('radio', { name: 'Not at all' }).press('Space')
    await w.page.keyboard.press('ArrowDown')
    await w.page.getByRole('button', { name: 'Answer and run' }).press('Enter')
    await shows(w, 'shown')
    await w.says(({ step, state }) => step === '400' && state === 'paused')
    expect(await w.page.locator('.lesson-now').textContent()).toContain('Here it is. Continue?')
    expect(await w.page.locator('.lesson [role=status]').textContent()).toContain('step 400 is reached')
    const reveal = w.page.locator('.lesson-reveal[data-question=before-0]')
    expect(await reveal.getAttribute('data-verdict')).toBe('right')
    expect(await reveal.textContent()).toContain('0.919')
    await w.page.getByRole('group', { name: 'Which model predicts better?' }).getByRole('radio', { name: 'full' }).press('Space')
    await w.page.getByRole('button', { name: 'Answer', exact: true }).press('Enter')
    const after = w.page.locator('.lesson-reveal[data-question=after-0]')
    expect(await after.getAttribute('data-verdict')).toBe('wrong')
    expect(await after.textContent()).toContain('Neither')
    expect(await w.violations()).toEqual([])
    // What was answered stays in this browser.
    await w.page.reload()
    await shows(w, 'shown')
    expect(await reveal.getAttribute('data-verdict')).toBe('right')
    expect(await after.getAttribute('data-verdict')).toBe('wrong')
    await w.page.getByRole('button', { name: 'Continue', exact: true }).press('Enter')
    await w.past(400)
    await expect.poll(() => w.page.getByRole('button', { name: 'Continue', exact: true }).count()).toBe(0)
    await w.page.getByRole('button', { name: 'Again' }).click()
    await shows(w, 'ask')
    await w.says(({ step, state }) => step === '0' && state === 'paused')
  })

  it('stops where there is something to see also for who presses Play', async () => {
    const w = await visit(`${server.url}#lesson=full-or-not`)
    await shows(w, 'ask')
    await w.page.getByRole('button', { name: 'Play', exact: true }).click()
    await shows(w, 'shown')
    await w.says(({ step, state }) => step === '400' && state === 'paused')
    expect(await w.page.locator('.lesson-reveal').getAttribute('data-verdict')).toBe('none')
  })

  it('has a band drawn on the fit, by a pointer or by keys, which stays beside what came', async () => {
    const w = await visit(`${server.url}#lesson=one-noise-or-many`)
    await shows(w, 'ask')
    const edge = (name: string): Promise<number> => w.page.getByRole('slider', { name }).inputValue().then(Number)
    const over = await w.page.locator('#fit-chart').boundingBox()
    if (!over) throw new Error('there is no fit')
    await expect.poll(() => w.page.getByRole('slider', { name: 'upper edge' }).count()).toBe(1)
    const before = await edge('upper edge')
    const y = over.y + over.height * 0.2
    await w.page.mouse.move(over.x + over.width * 0.3, y)
    await w.page.mouse.down()
    await w.page.mouse.move(over.x + over.width * 0.8, y, { steps: 5 })
    await w.page.mouse.up()
    await expect.poll(() => edge('upper edge')).not.toBe(before)
    const drawn = await edge('upper edge')
    expect(await edge('lower edge')).toBeLessThan(drawn)
    await w.page.getByRole('slider', { name: 'upper edge' }).press('ArrowDown')
    await expect.poll(() => edge('upper edge')).toBeLessThan(drawn)
    await w.page.getByRole('button', { name: 'Start over' }).click()
    await w.page.getByRole('slider', { name: 'upper edge' }).press('ArrowUp')
    await expect.poll(() => edge('upper edge')).toBeGreaterThan(before)
    await w.page.getByRole('button', { name: 'Answer and run' }).click()
    await shows(w, 'shown')
    expect(await w.page.locator('.lesson-reveal').textContent()).toMatch(/have \d+ % of their area in common/)
    await w.page.reload()
    await shows(w, 'shown')
    await expect.poll(() => w.page.locator('.lesson-reveal').textContent()).toMatch(/have \d+ % of their area in common/)
    expect(await w.page.evaluate(() => document.querySelector('gnll-app')?.store.course.sketch.value?.active)).toBe(false)
  })

  it('has a button that does what it proposes, as one change that one undo takes back', async () => {
    allow(LATE)
    const w = await begun(`${server.url}#lesson=outliers`)
    await shows(w, 'shown')
    await w.page.getByRole('button', { name: 'Set degrees of freedom to 100 in “Student’s t”' }).click()
    await expect.poll(() => w.value('df')).toBe('100')
    // It is said to be done, with what is to be seen now in place of what was true before.
    await shows(w, 'tried')
    expect(await w.page.locator('.lesson-done').textContent()).toContain('degrees of freedom is 100 in “Student’s t”')
    expect(await w.page.locator('.lesson-try, .lesson-question, .lesson-reveal').count()).toBe(0)
    await w.page.getByRole('button', { name: 'Back', exact: true }).click()
    await expect.poll(() => w.value('df')).toBe('4')
    await shows(w, 'shown')
    await w.page.goto(`${server.url}#lesson=sum-or-mean`)
    await w.page.reload()
    await skip(w)
    await shows(w, 'shown')
    const optimisers = (): Promise<unknown[]> => w.page.evaluate(() => {
      const store = document.querySelector('gnll-app')?.store
      return (store?.lanes.value ?? []).map(({ lane }) => store?.values.of(lane)['optimizer'])
    })
    expect(await optimisers()).toEqual(['sgd', 'sgd'])
    await w.page.locator('.lesson-try').click()
    await expect.poll(optimisers).toEqual(['adam', 'adam'])
    await shows(w, 'tried')
    await undo(w)
    await expect.poll(optimisers).toEqual(['sgd', 'sgd'])
    await shows(w, 'shown')
  })

  it.each([[1440, 900], [1280, 720], [390, 844]])('moves nothing when it starts, and when its card changes: %i x %i', async (width, height) => {
    const w = await visit(server.url, { viewport: { width, height } })
    await w.drawn()
    await w.page.getByRole('button', { name: 'lessons', exact: true }).click()
    await w.page.locator('.lesson-list').getByRole('button', { name: 'full or not' }).waitFor()
    const start = await shifted(w, async () => {
      await w.page.locator('.lesson-list').getByRole('button', { name: 'full or not' }).click()
      await shows(w, 'ask')
      await w.says(({ step }) => step === '0')
    })
    const change = await shifted(w, async () => {
      await skip(w)
      await shows(w, 'shown')
    })
    console.info(`layout shift at ${width} x ${height}: ${start.toFixed(3)} when a lesson starts, ${change.toFixed(3)} until its answer is shown`)
    expect(start).toBeLessThan(0.05)
    expect(change).toBeLessThan(0.05)
  })

  it('of a teacher’s own stands after the others, and marks what it asks for', async () => {
    const w = await visit(`${server.url}#lesson=mine`)
    await w.drawn()
    await isOn(w, 'Of my own')
    expect(await dataset(w)).toBe('fan')
    await expect.poll(() => spots(w)).toEqual(['gnll-anatomy: ②', 'gnll-timeline: ①', 'in-header-dataset: ③'])
    await w.page.getByRole('button', { name: 'Next lesson' }).click()
    await isOn(w, 'What eps does')
  })

  it('comes again after the server went away', async () => {
    allow(/ERR_CONNECTION_REFUSED|WebSocket/)
    const own = await serve()
    const w = await begun(`${own.url}#lesson=a-faulty-sensor`)
    await isOn(w, 'A faulty sensor')
    await own.stop()
    await w.page.getByText(/reconnecting in \d+ s/).waitFor()
    await own.start()
    await expect.poll(() => w.page.locator('.caption').textContent()).toContain('training started again')
    await isOn(w, 'A faulty sensor')
    await expect.poll(() => w.lanes()).toEqual(['NLL*', 'squared error'])
  })

  it.each([
    ['light', { width: 1440, height: 900 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)('can be used by everybody: %s, %o', async (colorScheme, viewport) => {
    const w = await visit(`${server.url}#lesson=a-faulty-sensor`, { colorScheme, viewport })
    await shows(w, 'ask')
    await isOn(w, 'A faulty sensor')
    expect(await w.violations()).toEqual([])
    await skip(w)
    await w.drawn()
    expect(await w.violations()).toEqual([])
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
    // A number brings its spot into sight.
    await w.page.getByRole('button', { name: '1, at noise' }).press('Enter')
    await expect.poll(() => w.page.locator('.plot.noise').evaluate((e) => {
      const { top, bottom } = e.getBoundingClientRect()
      return top < innerHeight && bottom > 0
    })).toBe(true)
    await w.page.getByRole('button', { name: 'lessons', exact: true }).press('Enter')
    await expect.poll(() => w.page.locator('.lesson-list li').count()).toBeGreaterThan(11)
    expect(await w.violations()).toEqual([])
    await w.page.keyboard.press('Escape')
    if (viewport.width < 760) {
      await w.page.getByRole('button', { name: 'Fold' }).click()
      expect(await w.page.locator('.lesson-room').isVisible()).toBe(false)
      await w.page.getByRole('button', { name: 'Unfold' }).click()
      expect(await w.page.locator('.lesson-room').isVisible()).toBe(true)
    }
  })
})
