import { describe, expect, it } from 'vitest'
import { Run, type Watched } from './harness'
import { stage } from './stage'

const { server, visit, still } = stage()

/** The notice of what went wrong, and its ways out. */
const notice = (w: Watched): ReturnType<Watched['page']['locator']> => w.page.locator('.wreck[data-on]')
const back = (w: Watched): ReturnType<Watched['page']['locator']> => notice(w).getByRole('button', { name: /^Go back to step/ })

interface Trouble { readonly kind: string; readonly since: number; readonly step: number; readonly text: string }
interface State { readonly step: number; readonly state: string; readonly trouble: readonly Trouble[] }
const stateOf = async (w: Watched): Promise<State> => (await Run.of(w.page).summary()) as unknown as State

/** The test NLL as the page says it of the newest frame. */
const nll = async (w: Watched): Promise<number> => Number((await w.where()).nll)

/** A page whose training went well for so many steps and then got a learning rate of 1, until the notice is there. */
async function wrecked(order = '', options: Parameters<typeof visit>[1] = {}): Promise<Watched> {
  const w = await visit(`${server.url}#speed=1000${order}`, options)
  await w.drawn()
  await w.past(700)
  await Run.of(w.page).command({ type: 'change', set: { lr: 1 } })
  await notice(w).waitFor()
  return w
}

describe('a training that is wrecked', () => {
  it('is told soon, gone back from, and the way back undone', async () => {
    const w = await wrecked()
    const { step, state, trouble: [told] } = await stateOf(w)
    expect(state).toBe('playing')
    // Said within some 450 steps; the rest is what it takes to ask.
    expect(step - (told?.since ?? 0)).toBeLessThan(3000)
    expect(told?.kind).toMatch(/^(loss|mean|variance|units)$/)
    const text = await notice(w).getByRole('alert').textContent() ?? ''
    expect(text).toBe(told?.text)
    expect(text).toMatch(/^Training has gone wrong since step [\d\u202f]+: .*\. The learning rate \(1\) is probably too high\.$/)
    expect(text).not.toMatch(/\d{5}|\.weight|\.bias/)
    expect(told?.step).toBeLessThanOrEqual(told?.since ?? 0)
    expect((await back(w).textContent())?.replaceAll('\u202f', '')).toBe(`Go back to step ${told?.step ?? NaN} with learning rate 0.003`)

    await back(w).click()
    await notice(w).waitFor({ state: 'detached' })
    await expect.poll(() => w.value('lr')).toBe('3e-3')
    await w.past((await w.step()) + 1000)
    expect(await nll(w)).toBeLessThan(5)
    expect(await notice(w).count()).toBe(0)
    expect((await stateOf(w)).trouble).toEqual([])

    // One undo takes back both, weights and rate; one more the rate of 1.
    await w.page.getByRole('button', { name: 'undo', exact: true }).click()
    await notice(w).waitFor()
    await expect.poll(() => w.value('lr')).toBe('1')
    await w.page.getByRole('button', { name: 'undo', exact: true }).click()
    await notice(w).waitFor({ state: 'detached' })
    await expect.poll(() => w.value('lr')).toBe('3e-3')
  })

  it('leaves axes that are those of a training that is well', async () => {
    const w = await still({}, 1000)
    const loss = w.page.locator('gnll-loss')
    const top = async (): Promise<number> => Number((await loss.getAttribute('data-axis'))?.replaceAll('−', '-').split(' to ')[1])
    await expect.poll(top).toBeLessThan(10)
    const before = await top()
    const run = Run.of(w.page)
    await run.command({ type: 'change', set: { lr: 1 } })
    await run.to(2500)
    await notice(w).waitFor()
    await expect.poll(top).toBeGreaterThan(10 * Math.max(1, before))
    await back(w).click()
    await notice(w).waitFor({ state: 'detached' })
    await expect.poll(top).toBeLessThan(2 * Math.max(1, before))
    await run.to(2700)
    await expect.poll(top).toBeLessThan(2 * Math.max(1, before))
  })

  it('widens the axes of fit and noise, which come back when it is undone', async () => {
    const w = await still({}, 1000)
    const axes = (): Promise<Array<readonly [number, number]>> => Promise.all(['#fit-chart', '#noise-chart'].map(async (chart) => {
      const [low = NaN, high = NaN] = ((await w.page.locator(chart).getAttribute('data-axis')) ?? '').replaceAll('−', '-').split(' to ').map(Number)
      return [low, high] as const
    }))
    const quiet = await axes()
    const height = async (): Promise<number> => (await axes()).map(([low, high]) => high - low)[0] ?? NaN
    const decades = async (): Promise<number> => (await axes()).map(([low, high]) => Math.log10(high / low))[1] ?? NaN
    const [high, few] = [await height(), await decades()]
    const run = Run.of(w.page)
    await run.command({ type: 'change', set: { lr: 1 } })
    await run.to(2500)
    await w.says(({ step }) => step === '2500')
    await expect.poll(height).toBeGreaterThan(1.2 * high)
    await expect.poll(decades).toBeGreaterThan(few)
    // The points keep their half of it, however far away the rest is.
    expect(await height()).toBeLessThan(2.5 * high)
    await run.command({ type: 'undo' })
    await expect.poll(axes).toEqual(quiet)
    await run.to(2700)
    await w.says(({ step }) => step === '2700')
    await expect.poll(axes).toEqual(quiet)
  })

  it('begins again with the rate of before', async () => {
    const w = await wrecked()
    const { generation } = await w.where()
    await notice(w).getByRole('button', { name: 'Restart with 0.003' }).click()
    await w.says((now) => now.generation !== generation)
    await expect.poll(() => w.value('lr')).toBe('3e-3')
    await notice(w).waitFor({ state: 'detached' })
    await w.past(1000)
    expect(await notice(w).count()).toBe(0)
    // One undo takes back all of it.
    await w.page.getByRole('button', { name: 'undo', exact: true }).click()
    await notice(w).waitFor()
    await expect.poll(() => w.value('lr')).toBe('1')
  })

  it('is offered the usual rate where there was no other', async () => {
    const w = await still({ lr: 1 })
    await Run.of(w.page).to(600)
    await notice(w).waitFor()
    expect(await back(w).textContent()).toBe('Go back to step 0 with learning rate 0.003')
    await back(w).click()
    await expect.poll(() => w.value('lr')).toBe('3e-3')
    await notice(w).waitFor({ state: 'detached' })
    expect((await stateOf(w)).state).toBe('paused')
  })

  it('is only restarted where the cause takes a restart', async () => {
    const w = await still({ activation: 'relu', hidden: [1, 1, 1, 1] })
    await Run.of(w.page).to(600)
    await notice(w).waitFor()
    expect(await notice(w).getByRole('button').allTextContents()).toEqual(['Restart with activation tanh', '✕'])
    await notice(w).getByRole('button', { name: 'Restart with activation tanh' }).click()
    await expect.poll(() => w.page.locator('[data-control=activation] select').inputValue()).toBe('tanh')
    await notice(w).waitFor({ state: 'detached' })
  })

  it('is undone where points did it', async () => {
    const w = await still({}, 700)
    await Run.of(w.page).command({ type: 'edit', add: [{ x: [30], y: 1e6 }] })
    await Run.of(w.page).to(1500)
    await notice(w).waitFor()
    expect(await notice(w).getByRole('alert').textContent()).toMatch(/The probable cause is the change of points at step 700\.$/)
    expect(await back(w).count()).toBe(0)
    await notice(w).getByRole('button', { name: 'Undo the change of points' }).click()
    await notice(w).waitFor({ state: 'detached' })
    await Run.of(w.page).to(2000)
    expect(await notice(w).count()).toBe(0)
  })

  it('is dismissed, and told again when something else goes wrong', async () => {
    const w = await wrecked()
    await notice(w).getByRole('button', { name: 'dismiss this notice' }).click()
    await notice(w).waitFor({ state: 'detached' })
    await w.past((await w.step()) + 1000)
    expect(await notice(w).count()).toBe(0)
    expect((await stateOf(w)).trouble.length).toBe(1)
    await w.page.getByRole('button', { name: 'undo', exact: true }).click()
    await w.past((await w.step()) + 700)
    await Run.of(w.page).command({ type: 'change', set: { lr: 1 } })
    await notice(w).waitFor()
  })

  it('goes away when it recovers by itself', async () => {
    const w = await wrecked()
    await Run.of(w.page).command({ type: 'undo' })
    await notice(w).waitFor({ state: 'detached' })
    expect(await w.page.getByRole('alert').filter({ hasText: 'gone wrong' }).count()).toBe(0)
  })

  it('names the model, where there are several', async () => {
    const w = await visit(`${server.url}#speed=1000`)
    await w.drawn()
    await w.page.getByRole('button', { name: '+ Compare' }).click()
    await w.says(({ lanes }) => lanes === '2')
    await w.past((await w.step()) + 300)
    await Run.of(w.page).command({ type: 'change', lane: 1, set: { lr: 1 } })
    await notice(w).waitFor()
    expect(await notice(w).getByRole('alert').textContent()).toMatch(/^Model B: training has gone wrong since step /)
    await back(w).click()
    await notice(w).waitFor({ state: 'detached' })
    await w.past((await w.step()) + 500)
    expect(await notice(w).count()).toBe(0)
  })

  it('is seen by who watches, without ways out', async () => {
    const w = await wrecked()
    const b = await visit(w.toWatch)
    await b.drawn()
    await notice(b).waitFor()
    expect(await notice(b).getByRole('alert').textContent()).toContain('gone wrong')
    expect(await notice(b).getByRole('button').allTextContents()).toEqual(['✕']) // to dismiss it
  })
})

describe('a training that is not finite', () => {
  it('is told in four digits at most, and goes on playing from before', async () => {
    const w = await visit(`${server.url}#speed=1000&optimizer=sgd`)
    await w.drawn()
    await w.past(300)
    await Run.of(w.page).command({ type: 'change', set: { lr: 1 } })
    await w.says(({ state }) => state === 'diverged')
    const text = await notice(w).getByRole('alert').textContent() ?? ''
    expect(text).toMatch(/^Training blew up at step [\d\u202f]+: .*\. The learning rate \(1\) is probably too high\.$/)
    expect(text).not.toMatch(/\d{5}|\.weight|\.bias/)
    await back(w).click()
    await w.says(({ state }) => state === 'playing')
    await w.past((await w.step()) + 300)
    expect(await notice(w).count()).toBe(0)
  })
})

describe('the notice', () => {
  it.each([
    { size: '1280x720', width: 1280, height: 720, models: 1 },
    { size: '1440x900', width: 1440, height: 900, models: 6 },
    { size: '820x1180', width: 820, height: 1180, models: 2 },
    { size: '390x844', width: 390, height: 844, models: 1 },
  ])('moves nothing and covers no curve at $size with $models', async ({ width, height, models }) => {
    const lanes = Array.from({ length: models }, (_, i) => ({ controls: i === 0 ? { lr: 1 } : {} }))
    const w = await still({ lanes }, 100, { viewport: { width, height }, ...(width < 500 ? { hasTouch: true } : {}) })
    const boxes = (): Promise<string> => w.page.evaluate(() => [...document.querySelectorAll('.top, .under, gnll-lanes, .panel, gnll-timeline, gnll-transport, gnll-fit canvas')].map((e) => {
      const { x, y, width, height } = e.getBoundingClientRect()
      return `${e.localName}.${e.className} ${x} ${y} ${width} ${height}`
    }).join('\n'))
    await Run.of(w.page).to(700)
    await notice(w).waitFor()
    await w.stands(700)
    // The run stands still: what moves when the notice goes and comes is moved by it.
    const shown = await boxes()
    const shift = await w.page.evaluate(async () => {
      const { run } = (document.querySelector('gnll-app') as unknown as { store: { run: { value: object } } }).store
      const frames = async (): Promise<void> => { for (let i = 0; i < 4; i++) await new Promise((done) => { requestAnimationFrame(done) }) }
      let sum = 0
      const add = (list: readonly PerformanceEntry[]): void => { for (const e of list) sum += (e as unknown as { value: number }).value }
      const now = run.value
      const observer = new PerformanceObserver((list) => { add(list.getEntries()) })
      observer.observe({ type: 'layout-shift' })
      run.value = { ...now, trouble: [] }
      await frames()
      if (document.querySelector('.wreck[data-on]')) throw new Error('the notice is still there')
      run.value = now
      await frames()
      add(observer.takeRecords())
      return sum
    })
    expect(shift).toBe(0)
    expect(await boxes()).toBe(shown)
    const of = async (selector: string): Promise<DOMRect> => w.page.locator(selector).first().evaluate((e) => e.getBoundingClientRect())
    const [box, plot, bar] = [await of('.wreck'), await of('gnll-fit canvas'), await of('gnll-transport')]
    expect(box.bottom <= plot.top || box.top >= plot.bottom, `${JSON.stringify(box)} covers ${JSON.stringify(plot)}`).toBe(true)
    expect(box.bottom <= bar.top || box.top >= bar.bottom, `${JSON.stringify(box)} covers ${JSON.stringify(bar)}`).toBe(true)
    if (models === 1 && width >= 1280) expect(box.bottom).toBeLessThanOrEqual((await of('.panel')).top)
    expect(box.right).toBeLessThanOrEqual(width)
    for (const b of await notice(w).getByRole('button').all()) expect(await b.evaluate((e) => e.getBoundingClientRect().right), await b.textContent() ?? '').toBeLessThanOrEqual(box.right)
    for (const b of await notice(w).getByRole('button').all()) expect(await b.evaluate((e) => e.scrollWidth <= e.clientWidth + 1), await b.textContent() ?? '').toBe(true)
    expect(await w.violations()).toEqual([])
  })

  it('is said once', async () => {
    const w = await visit(`${server.url}#speed=1000`)
    await w.drawn()
    await w.page.evaluate(() => {
      const page = window as unknown as { said: string[] }
      page.said = []
      new MutationObserver((records) => {
        for (const r of records) {
          const of = r.target instanceof Element ? r.target : r.target.parentElement
          if (of?.closest('.wreck [role=alert]')) page.said.push(of.textContent)
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true })
    })
    await w.past(500)
    await Run.of(w.page).command({ type: 'change', set: { lr: 1 } })
    await notice(w).waitFor()
    await w.past((await w.step()) + 2000)
    const said = await w.page.evaluate(() => (window as unknown as { said: string[] }).said)
    expect(said.filter((s) => s !== '').length).toBeGreaterThan(0)
    expect(new Set(said.filter((s) => s !== '')).size).toBe(1)
  })
})
