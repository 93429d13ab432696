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
    expect(await w.page.locator('.lesson-body li').count()).toBe(4)
    await expect.poll(() => spots(w)).toEqual([
      'eps: ④', 'gnll-loss: ① it keeps jumping', 'gnll-metrics: ③ the NLL of each model', 'noise: ② minimum std, and what lies below it',
    ])
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
    const w = await visit(`${server.url}#lesson=one-noise-or-many`)
    await w.drawn()
    await isOn(w, 'One noise or many')
    await w.page.getByRole('button', { name: 'Reset' }).click()
    await expect.poll(() => w.page.getByRole('button', { name: 'undo', exact: true }).isEnabled()).toBe(true)
    await isOn(w, 'One noise or many')
    await w.page.getByRole('button', { name: 'Close', exact: true }).click()
    await isOver(w)
    await expect.poll(() => w.settings()).not.toContain('lesson')
    expect(await w.lanes()).toEqual(['one*', 'many'])
    await w.page.reload()
    await w.drawn()
    await expect.poll(() => w.lanes()).toEqual(['one*', 'many'])
    await isOver(w)
    await choose(w, 'Sum or mean')
    await isOn(w, 'Sum or mean')
    await w.page.getByRole('combobox', { name: 'data set' }).selectOption('sine')
    await isOver(w)
    expect(await w.lanes()).toEqual(['sum*', 'mean'])
    await undo(w)
    await isOn(w, 'Sum or mean')
  })

  it('is followed by the next, and begins again from its beginning', async () => {
    allow(LATE)
    const w = await visit(`${server.url}#lesson=what-eps-does`)
    await w.drawn()
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
    const w = await visit(`${server.url}#lesson=active-learning`)
    await w.drawn()
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
    for (const name of ['Again', 'Next lesson']) expect(await other.page.getByRole('button', { name }).isDisabled(), name).toBe(true)
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
    expect(await w.page.locator('gnll-loss wa-radio').filter({ hasText: 'NLL' }).getAttribute('aria-checked')).toBe('true')
  })

  it('that there is not is left out', async () => {
    const w = await visit(`${server.url}#lesson=nonsense&eps=0.01`)
    await w.drawn()
    await expect.poll(() => w.value('eps')).toBe('1e-2')
    await isOver(w)
  })

  it('of a teacher’s own stands after the others, and marks what it asks for', async () => {
    const w = await visit(`${server.url}#lesson=mine`)
    await w.drawn()
    await isOn(w, 'Of my own')
    expect(await dataset(w)).toBe('fan')
    await expect.poll(() => spots(w)).toEqual(['gnll-anatomy: ② what of', 'gnll-timeline: ① when', 'in-header-dataset: ③'])
    await w.page.getByRole('button', { name: 'Next lesson' }).click()
    await isOn(w, 'What eps does')
  })

  it('comes again after the server went away', async () => {
    allow(/ERR_CONNECTION_REFUSED|WebSocket/)
    const own = await serve()
    const w = await visit(`${own.url}#lesson=a-faulty-sensor`)
    await w.drawn()
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
    await w.drawn()
    await isOn(w, 'A faulty sensor')
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
      expect(await w.page.locator('.lesson-body').isVisible()).toBe(false)
      await w.page.getByRole('button', { name: 'Unfold' }).click()
      expect(await w.page.locator('.lesson-body').isVisible()).toBe(true)
    }
  })
})
