import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { server, visit, still } = stage()

/** What has the focus: its name, and the control that it is of. */
const focus = (page: Page): Promise<{ readonly name: string; readonly control: string }> => page.evaluate(() => {
  const e = document.activeElement
  if (!e || e === document.body) return { name: '', control: '' }
  const name = e.getAttribute('aria-label') ?? e.textContent.replace(/\s+/g, ' ').trim()
  return { name: name === '' ? e.localName : name, control: e.closest('[data-control]')?.getAttribute('data-control') ?? '' }
})

/** Everything at which the Tab key stops, once around the page. */
async function stops(w: Watched): Promise<Array<Awaited<ReturnType<typeof focus>>>> {
  const list = []
  for (;;) {
    await w.page.keyboard.press('Tab')
    const at = await focus(w.page)
    if (at.name === '') return list
    list.push(at)
    if (list.length > 400) throw new Error('the Tab key finds no end')
  }
}

describe('the keyboard', () => {
  it('stops once at each control, and at no question mark of one', async () => {
    const w = await still()
    const list = await stops(w)
    const shown = await w.page.locator('[data-control]:visible').evaluateAll((all) => all.map((e) => e.getAttribute('data-control')))
    expect(shown.length).toBeGreaterThan(6)
    console.log(`${list.length} stops of the Tab key, ${list.filter(({ control }) => control !== '').length} of them for ${shown.length} controls`)
    for (const name of shown) expect(list.filter(({ control }) => control === name), name ?? '').toHaveLength(1)
    expect(list.filter(({ name, control }) => control !== '' && name.startsWith('help'))).toEqual([])
    // The table of figures is one stop, too.
    const rows = await w.page.locator('.metrics tr gnll-help button').evaluateAll((all) => all.filter((b) => (b as HTMLElement).tabIndex === 0).length)
    expect(rows).toBe(1)
  })

  it('opens the help of a control with F1, and Escape goes back', async () => {
    const w = await still()
    const slider = w.page.getByRole('slider', { name: 'eps' })
    expect(await slider.getAttribute('aria-keyshortcuts')).toContain('F1')
    for (const key of ['F1', '?']) {
      await slider.focus()
      await w.page.keyboard.press(key)
      await w.page.locator('#help-eps:visible').waitFor()
      await w.page.keyboard.press('Tab')
      expect((await focus(w.page)).name).toContain('on eps')
      await w.page.keyboard.press('Escape')
      expect(await slider.evaluate((e) => e === document.activeElement)).toBe(true)
      await w.page.locator('#help-eps').waitFor({ state: 'hidden' })
    }
  })

  it('goes from row to row of the figures with the arrow keys', async () => {
    const w = await still()
    const help = w.page.locator('.metrics tr gnll-help button')
    await help.first().focus()
    await w.page.keyboard.press('ArrowDown')
    expect(await help.nth(1).evaluate((e) => e === document.activeElement)).toBe(true)
    await w.page.keyboard.press('ArrowUp')
    expect(await help.first().evaluate((e) => e === document.activeElement)).toBe(true)
  })

  it('types a value from the slider, and Delete is the default', async () => {
    const w = await still()
    const slider = w.page.getByRole('slider', { name: 'eps' })
    const isBack = (): Promise<boolean> => slider.evaluate((e) => e === document.activeElement)
    await slider.focus()
    await w.page.keyboard.type('2e-4')
    await w.page.keyboard.press('Enter')
    await expect.poll(() => w.value('eps')).toBe('2e-4')
    expect(await isBack()).toBe(true)
    await w.settled()
    await w.page.keyboard.press('Enter')
    await w.page.keyboard.type('3e-3')
    await w.page.keyboard.press('Escape')
    expect(await isBack()).toBe(true)
    expect(await w.value('eps')).toBe('2e-4')
    await w.page.keyboard.press('Delete')
    await expect.poll(() => w.value('eps')).toBe('1e-6')
  })

  it('keeps the focus in a lesson when its answer comes', async () => {
    const w = await visit(`${server.url}#lesson=full-or-not&speed=max`)
    const lesson = w.page.locator('.lesson')
    await lesson.getByRole('radio').first().focus()
    await w.page.keyboard.press('Space')
    await lesson.getByRole('button', { name: 'Answer and run' }).press('Enter')
    await w.page.locator('.lesson[data-phase=shown]').waitFor()
    const here = w.page.locator('.lesson-now')
    await expect.poll(() => here.evaluate((e) => e === document.activeElement)).toBe(true)
    await w.page.keyboard.press('Tab')
    expect((await focus(w.page)).name).toBe('Continue')
  })

  it('goes along the layers with the arrow keys', async () => {
    const w = await still({ hidden: [8, 8] })
    await w.page.getByRole('textbox', { name: 'layer 1, units' }).focus()
    await w.page.keyboard.press('End')
    await w.page.keyboard.press('ArrowRight')
    expect((await focus(w.page)).name).toBe('layer 2, units')
    await w.page.keyboard.press('End')
    await w.page.keyboard.press('ArrowRight')
    await w.page.keyboard.press('ArrowRight')
    expect((await focus(w.page)).name).toBe('add a layer')
    await w.page.keyboard.press('Enter')
    await expect.poll(() => w.page.locator('.layers input').count()).toBe(3)
  })

  it('has the fit as its first stop, when asked to skip to it', async () => {
    const w = await still()
    await w.page.keyboard.press('Tab')
    expect((await focus(w.page)).name).toBe('Skip to the fit')
    const link = w.page.getByRole('button', { name: 'Skip to the fit' })
    expect((await link.boundingBox())?.width).toBeGreaterThan(60)
    await w.page.keyboard.press('Enter')
    expect((await focus(w.page)).name).toBe('inspect the fit at x')
  })
})

describe('what is said aloud', () => {
  it('tells of pausing and of going on, with the step', async () => {
    const w = await visit()
    await w.drawn()
    const said = w.page.locator('gnll-announce [role=status]')
    expect(await said.textContent()).toBe('')
    const step = await w.pause()
    await expect.poll(() => said.textContent()).toMatch(/^Paused at step [\d\s]+\.$/)
    expect(Number((await said.textContent())?.replace(/\D/g, ''))).toBeLessThanOrEqual(step)
    expect(await w.page.locator('gnll-status .link-word').textContent()).toBe('paused')
    await w.page.getByRole('button', { name: 'Play', exact: true }).click()
    await expect.poll(() => said.textContent()).toMatch(/^Training at step/)
    await expect.poll(() => w.page.locator('gnll-status .link-word').textContent()).toBe('live')
  })

  it('tells of a divergence', async () => {
    const w = await visit(`${server.url}#speed=max&eps=0&decay=0&variance_decay=0&activation=relu`)
    await w.past(100)
    await w.type('batch', '1')
    await w.type('lr', '1')
    await expect.poll(() => w.page.locator('gnll-announce [role=status]').textContent()).toMatch(/diverged/)
    await expect.poll(() => w.page.locator('gnll-status .link-word').textContent()).toBe('diverged')
  })

  it.each([
    ['mcycle', '', /^inspect the fit/], ['bowl', '', /^inspect the maps/], ['mcycle', 'actual', /^inspect the points/], ['mcycle', '', /^inspect the loss/],
  ] as const)('has no empty part and no double comma: %s %s %o', async (dataset, view, name) => {
    const w = await still({ dataset })
    if (view !== '') await w.page.getByRole('combobox', { name: 'what this panel shows' }).selectOption(view)
    const reader = w.page.getByRole('slider', { name }).first()
    await reader.waitFor({ state: 'attached' })
    const words = async (): Promise<string> => (await reader.getAttribute('aria-valuetext')) ?? ''
    expect(await words()).toMatch(/not inspecting$/)
    await reader.focus()
    await w.page.keyboard.press('ArrowRight')
    await expect.poll(words).not.toMatch(/not inspecting/)
    for (let i = 0; i < 12; i++) {
      expect(await words()).not.toMatch(/,\s*,|,$|NaN|undefined|nothing/)
      await w.page.keyboard.press('ArrowRight')
    }
  })
})

describe('somebody who wants nothing to move', () => {
  it('finds a paused run and a large button that plays it', async () => {
    const w = await visit(undefined, { reducedMotion: 'reduce' })
    await w.says(({ state, step }) => state === 'paused' && step === '0')
    const play = w.page.getByRole('button', { name: 'Play the training' })
    const box = await play.boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(48)
    expect(await play.evaluate((b) => b.scrollWidth <= b.clientWidth)).toBe(true)
    expect(await w.violations()).toEqual([])
    await play.click()
    await w.past(10)
    await play.waitFor({ state: 'detached' })
    await w.pause()
    expect(await play.count()).toBe(0)
  })

  it('sees an axis jump to where it is to be', async () => {
    const w = await still({}, 30, { reducedMotion: 'reduce' })
    /** Notes what the fit's upright axis looks like, in each picture in which that is another. */
    await w.page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('#fit-chart canvas')
      if (!canvas) throw new Error('there is no fit')
      const strip = document.createElement('canvas')
      ;[strip.width, strip.height] = [Math.floor((50 * canvas.width) / canvas.clientWidth), canvas.height]
      const looks: string[] = []
      Object.assign(window, { looks })
      const look = (): void => {
        const c = strip.getContext('2d')
        c?.clearRect(0, 0, strip.width, strip.height)
        c?.drawImage(canvas, 0, 0)
        const now = strip.toDataURL()
        if (looks.at(-1) !== now) looks.push(now)
        requestAnimationFrame(look)
      }
      look()
    })
    const looks = (): Promise<number> => w.page.evaluate(() => (window as unknown as { looks: string[] }).looks.length)
    expect(await looks()).toBe(1)
    await w.type('eps', '10')
    await w.settled()
    await expect.poll(looks).toBe(2)
    await w.page.evaluate(async () => { for (let i = 0; i < 30; i++) await new Promise(requestAnimationFrame) })
    expect(await looks()).toBe(2)
  })
})

describe('forced colours', () => {
  it.each(['light', 'dark'] as const)('draw tracks, handles, bars and what is chosen: %s', async (colorScheme) => {
    const w = await still({ dataset: 'airquality' }, 30, { forcedColors: 'active', colorScheme })
    expect(await w.violations()).toEqual([])
    /** How a piece is painted, and what is behind it. */
    const drawn = await w.page.evaluate(() => {
      const colour = (e: Element | null, pseudo: string | null, property: string): string => (e ? getComputedStyle(e, pseudo).getPropertyValue(property) : 'nothing')
      const canvas = getComputedStyle(document.body).backgroundColor
      const at = (selector: string): Element | null => document.querySelector(selector)
      return {
        canvas,
        bar: colour(at('.bar-part.variance'), null, 'background-color'),
        axis: colour(at('.bar-zero'), null, 'background-color'),
        pillar: colour(at('.handle-bars rect'), null, 'fill'),
        needle: colour(at('.handle'), '::after', 'background-color'),
        chosen: colour(at('.segments wa-radio:state(checked)'), null, 'background-color'),
        dot: colour(at('.link .dot'), null, 'background-color'),
        tick: colour(at('.slider'), '::before', 'background-color'),
      }
    })
    const { canvas, ...pieces } = drawn
    for (const [name, painted] of Object.entries(pieces)) expect([canvas, 'rgba(0, 0, 0, 0)', 'nothing'], name).not.toContain(painted)
    // The picture of a slider's track has more than one colour: what is filled, what is not, and the handle.
    const slider = w.page.getByRole('slider', { name: 'eps' })
    const colours = await w.page.evaluate(async (png) => {
      const picture = new Image()
      picture.src = `data:image/png;base64,${png}`
      await picture.decode()
      const c = new OffscreenCanvas(picture.width, picture.height).getContext('2d')
      c?.drawImage(picture, 0, 0)
      const row = c?.getImageData(0, Math.floor(picture.height / 2), picture.width, 1).data ?? new Uint8ClampedArray()
      const at = (share: number): string => [...row.slice(4 * Math.floor(share * (picture.width - 1)), 4 * Math.floor(share * (picture.width - 1)) + 3)].join()
      return [at(0.1), at(0.9)]
    }, (await slider.screenshot()).toString('base64'))
    expect(colours[0]).not.toBe(colours[1])
  })
})

describe('a control that restarts', () => {
  it('names the models that it restarts', async () => {
    const w = await still()
    const sign = w.page.locator('[data-control=activation] .tag')
    expect(await sign.getAttribute('aria-label')).toBe('restarts training')
    await w.page.evaluate(() => { void document.querySelector('gnll-app')?.store.copyLane(0) })
    await expect.poll(() => sign.getAttribute('aria-label')).toBe('restarts both models: A, B')
  })
})

describe('the console', () => {
  it('has no answer of an error while models come and go', async () => {
    const w = await visit(`${server.url}#speed=max`)
    await w.drawn()
    for (let i = 0; i < 12; i++) {
      await w.page.evaluate(async (round) => {
        const store = document.querySelector('gnll-app')?.store
        if (!store) return
        store.view.setLoss({ kind: round % 2 === 0 ? 'batch' : 'loss' })
        await store.copyLane(store.view.focus.value)
        if (round % 3 === 0) store.set('seed', round + 2)
        else if (round % 3 === 1) await store.past.undo()
        else for (const { lane } of store.lanes.value.slice(1)) store.order({ type: 'lane_remove', lane })
      }, i)
      await w.settled()
    }
    expect(w.faults).toEqual([])
  })
})

describe('nothing is cut off', () => {
  it.each([360, 390, 768, 1024, 1280, 1440, 1920])('of what controls and lists say, at %i', async (width) => {
    const w = await still({ members: 3 }, 30, { viewport: { width, height: width < 800 ? 844 : 900 } })
    if (width < 760) await w.page.getByRole('button', { name: 'Controls' }).click()
    /** Whose chosen text is wider than its box. */
    const cut = await w.page.evaluate(() => {
      const canvas = new OffscreenCanvas(1, 1).getContext('2d')
      return [...document.querySelectorAll<HTMLSelectElement | HTMLInputElement>('.controls select, .in-header select, .controls .field input')].filter((e) => e.offsetParent !== null).flatMap((e) => {
        const style = getComputedStyle(e)
        if (!canvas) return ['no canvas']
        canvas.font = style.font
        const text = e instanceof HTMLSelectElement ? (e.selectedOptions[0]?.label ?? '') : e.value
        const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
        return canvas.measureText(text).width > room + 1 ? [`${text} in ${room} px`] : []
      })
    })
    expect(cut).toEqual([])
    const beyond = await w.page.evaluate(() => [...document.querySelectorAll('.controls .control-head > *')].filter((e) => {
      const [box, rail] = [e.getBoundingClientRect(), e.closest('.controls')?.getBoundingClientRect()]
      return box.width > 0 && rail !== undefined && box.right > rail.right + 1
    }).map((e) => e.outerHTML.slice(0, 80)))
    expect(beyond).toEqual([])
  })

  it('of six models, whose figures stand apart and whose buttons say what they do', async () => {
    const w = await still({}, 30, { viewport: { width: 1280, height: 720 } })
    for (let i = 0; i < 5; i++) await w.page.evaluate(async () => { await document.querySelector('gnll-app')?.store.copyLane(0) })
    expect(await w.lanes()).toHaveLength(6)
    await w.page.getByRole('tab', { name: 'Metrics' }).click()
    await w.page.locator('.by-lane[data-many] .figure').first().waitFor()
    const gaps = await w.page.locator('.by-lane tbody tr').evaluateAll((rows) => rows.flatMap((row) => {
      const ends = [...row.querySelectorAll('.figure')].map((e) => {
        const words = document.createRange()
        words.selectNode([...e.childNodes].find((n) => n instanceof Text && n.data.trim() !== '') ?? e)
        return words.getBoundingClientRect()
      })
      return ends.slice(1).map((end, i) => end.left - (ends[i]?.right ?? NaN))
    }))
    expect(gaps.length).toBeGreaterThan(30)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(6)
    expect(await w.page.locator('.sweep-button').innerText()).toMatch(/^Try a grid/)
  })
})
