import { describe, expect, it } from 'vitest'
import { Run, type Watched } from './harness'
import { stage } from './stage'

const { server, visit, still, serve, allow } = stage()

const pressed = (w: Watched): Promise<string | null> => w.page.getByRole('button', { name: 'Follow the presenter' }).getAttribute('aria-pressed')
const focus = async (w: Watched): Promise<string | undefined> => (await w.lanes()).find((l) => l.endsWith('*'))
const looks = (w: Watched, name: string): Promise<void> => w.page.getByRole('button', { name: `model ${name}`, exact: true }).click()
const panel = (w: Watched): Promise<string> => w.page.getByRole('combobox', { name: 'what this panel shows' }).inputValue()
const lookedBack = (w: Watched): Promise<number | null> => w.page.evaluate(() => document.querySelector('gnll-app')?.store.rewind.at.value ?? null)

const TWO = { lanes: [{ name: 'A' }, { name: 'B', controls: { eps: 0.01 } }] }

async function open(a: Watched, toAll: boolean): Promise<void> {
  await Run.of(a.page).command({ type: 'open', open: toAll })
}

describe('who watches', () => {
  it('follows the presenter’s model, view and step, or looks freely', async () => {
    const a = await still(TWO, 60)
    const b = await visit(a.toWatch)
    await b.stands(60)
    expect([await pressed(b), await focus(b)]).toEqual(['true', 'A*'])
    await looks(a, 'B')
    await expect.poll(() => focus(b)).toBe('B*')
    await a.page.getByRole('combobox', { name: 'what this panel shows' }).selectOption('residual')
    await expect.poll(() => panel(b)).toBe('residual')
    await a.page.getByRole('combobox', { name: 'what this panel shows' }).selectOption('fit')
    await expect.poll(() => panel(b)).toBe('fit')
    // Whatever else is chosen of the view, too.
    await a.page.evaluate(() => {
      const { view } = document.querySelector('gnll-app')?.store ?? {}
      if (!view) throw new Error('there is no page')
      view.tab.value = 'metrics'
      view.bands.value = { unit: 'sigma', levels: [1, 2] }
      view.setLoss({ smoothing: 0.9, logSteps: true })
    })
    const seen = (w: Watched): Promise<unknown> => w.page.evaluate(() => {
      const { tab, bands, loss } = document.querySelector('gnll-app')?.store.view ?? {}
      return [tab?.value, bands?.value.levels.join(), loss?.value.smoothing, loss?.value.logSteps]
    })
    await expect.poll(() => seen(b)).toEqual(['metrics', '1,2', 0.9, true])
    await a.page.getByRole('slider', { name: 'look back' }).press('ArrowLeft')
    await a.page.getByRole('slider', { name: 'look back' }).press('ArrowLeft')
    const step = await lookedBack(a)
    expect(step).toBeLessThan(60)
    await expect.poll(() => lookedBack(b)).toBe(step)
    await b.says((where) => where.step === String(step))
    // Whoever comes later is there at once.
    const c = await visit(a.toWatch)
    await expect.poll(() => focus(c)).toBe('B*')
    await expect.poll(() => lookedBack(c)).toBe(step)
    await a.page.keyboard.press('Escape')
    await expect.poll(() => lookedBack(b)).toBe(null)

    // By hand one looks freely, until one follows again.
    await looks(b, 'A')
    await expect.poll(() => pressed(b)).toBe('false')
    await a.page.getByRole('combobox', { name: 'what this panel shows' }).selectOption('actual')
    await expect.poll(() => panel(c)).toBe('actual')
    expect([await focus(b), await panel(b)]).toEqual(['A*', 'fit'])
    await b.page.getByRole('button', { name: 'Follow the presenter' }).click()
    await expect.poll(async () => [await focus(b), await panel(b), await pressed(b)]).toEqual(['B*', 'actual', 'true'])
    // What is looked at is nobody's change, and in no address but one's own.
    expect((await a.page.evaluate(() => document.querySelector('gnll-app')?.store.changes.value.length))).toBe(0)
  })

  it('is not left in the past by a presenter who goes away', async () => {
    const a = await still(TWO, 60)
    const b = await visit(a.toWatch)
    await b.stands(60)
    await looks(a, 'B')
    await a.page.getByRole('slider', { name: 'look back' }).press('ArrowLeft')
    await expect.poll(() => lookedBack(b)).not.toBe(null)
    await a.page.close()
    await expect.poll(() => lookedBack(b)).toBe(null)
    expect([await focus(b), await pressed(b)]).toEqual(['B*', 'true'])
    await b.stands(60)
    // The presenter comes back, and is followed again.
    const again = await visit(Run.of(a.page).address)
    await again.stands(60)
    await looks(again, 'B')
    await looks(again, 'A')
    await expect.poll(() => focus(b)).toBe('A*')
  })

  it('goes on following when the run starts again, or another model comes', async () => {
    const a = await still(TWO, 40)
    const b = await visit(a.toWatch)
    await b.stands(40)
    await a.page.getByRole('button', { name: '+ Compare' }).click()
    await expect.poll(() => focus(b)).toBe('C*')
    await a.page.getByRole('slider', { name: 'look back' }).press('ArrowLeft')
    await expect.poll(() => lookedBack(b)).not.toBe(null)
    await a.page.getByRole('button', { name: 'Reset' }).click()
    await b.says(({ step }) => step === '0')
    await expect.poll(() => lookedBack(b)).toBe(null)
    expect(await pressed(b)).toBe('true')
  })

  it('takes a copy along: models, weights, settings and lesson, to control', async () => {
    const a = await visit(`${server.url}#lesson=what-eps-does`)
    await a.page.locator('.lesson[data-phase=ask]').waitFor()
    await Run.of(a.page).to(40)
    await a.stands(40)
    const lanes = await a.lanes()
    expect(lanes.length).toBeGreaterThan(1)
    const b = await visit(a.toWatch)
    await b.drawn()
    const original = Run.of(a.page)
    const { step } = await original.summary()
    await b.page.locator('gnll-viewer').getByRole('button', { name: 'Make my own copy' }).click()
    await b.page.waitForURL((url) => !url.pathname.endsWith(original.id))
    await b.page.getByText('Your own copy.').waitFor()
    const mine = Run.of(b.page)
    expect(mine.key).not.toBe('')
    await expect.poll(() => b.lanes()).toEqual(lanes)
    await b.page.locator('gnll-lesson .lesson').waitFor()
    const figures = (run: Run): Promise<unknown> => b.page.evaluate(async ({ id }) => {
      const read = async (path: string): Promise<Record<string, unknown>> => (await (await fetch(`../api/runs/${id}/${path}`)).json()) as Record<string, unknown>
      const { step: at, lesson, title, lanes: all, controls } = await read('state')
      const of = await Promise.all((all as Array<{ lane: number }>).map(({ lane }) => read(`predict?lane=${lane}&x=5&x=25`)))
      return { at, lesson, title, all, controls, of: of.map(({ mean, std }) => ({ mean, std })) }
    }, { id: run.id })
    expect(await figures(mine)).toEqual(await figures(original))
    expect((await mine.summary()).step).toBe(step)
    // It is controlled, and the other is not.
    await b.type('eps', '0.3')
    await expect.poll(() => b.value('eps')).toBe('0.3')
    await b.settled()
    await b.page.getByRole('button', { name: 'Play', exact: true }).click()
    await b.past(step + 5)
    expect((await original.summary()).step).toBe(step)
    expect(await a.value('eps')).not.toBe('0.3')
    await b.page.getByRole('link', { name: 'Back to the original' }).click()
    await b.page.getByText('View only. The owner controls this run.').waitFor()
  })

  it('has it on the controls’ sheet of a phone, too', async () => {
    const a = await still(TWO, 30)
    const b = await visit(a.toWatch, { viewport: { width: 390, height: 844 }, hasTouch: true })
    await b.stands(30)
    await b.page.getByRole('button', { name: 'Controls' }).tap()
    const sheet = b.page.locator('#controls')
    await sheet.getByText('View only.').waitFor()
    expect(await b.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    expect(await b.violations()).toEqual([])
    await sheet.getByRole('button', { name: 'Make my own copy' }).tap()
    await b.page.getByText('Your own copy.').waitFor()
    await expect.poll(async () => (await b.lanes()).length).toBe(2)
  })

  it('of private data gets none, and is told what instead', async () => {
    const text = ['x,y', ...Array.from({ length: 5200 }, (_, i) => `${i / 7},${Math.sin(i * i)}`)].join('\n')
    const a = await still({ data: { csv: { text, target: 'y' } }, eps: 0.25 }, 10)
    const b = await visit(a.toWatch)
    await b.stands(10)
    await b.page.locator('gnll-viewer').getByText('Its data are private, so it cannot be copied.').waitFor()
    expect(await b.page.getByRole('button', { name: 'Make my own copy' }).count()).toBe(0)
    await b.page.locator('gnll-viewer').getByRole('link', { name: 'Same settings on example data' }).click()
    await b.drawn()
    expect(await b.value('eps')).toBe('0.25')
  })
})

describe('who presents', () => {
  it('sees how many watch, and who changed what when others may, with an undo', async () => {
    const a = await still(TWO, 30)
    const b = await visit(a.toWatch)
    await b.stands(30)
    await a.page.getByRole('button', { name: '1 watching' }).waitFor()
    const c = await visit(a.toWatch)
    await c.stands(30)
    await a.page.getByRole('button', { name: '2 watching' }).waitFor()
    expect(await b.page.locator('.audience').count()).toBe(0)

    await open(a, true)
    await b.page.getByText('You can change settings now.').waitFor()
    await b.page.getByText('Open to everyone.').waitFor()
    await expect.poll(() => b.page.locator('[data-control=eps] .field input').isEnabled()).toBe(true)
    // Without a name it is a colour; an address is nowhere.
    await b.type('eps', '0.1')
    const notice = a.page.locator('.caption.by-others')
    await expect.poll(() => notice.textContent()).toMatch(/Someone \(\w+\) set eps of model A to 0\.1 \(before: 1e-6\)/)
    expect(await a.page.locator('body').innerText()).not.toContain('127.0.0.1')
    await notice.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => b.value('eps')).toBe('1e-6')
    await notice.waitFor({ state: 'detached' })

    // With a chosen name.
    await b.page.getByRole('button', { name: 'your name' }).click()
    const field = b.page.getByRole('textbox', { name: 'Your name' })
    for (const hostile of ['<img src=x onerror=alert(1)>', '\u202eevil', 'A\u0301\u0301\u0301\u0301\u0301']) {
      await field.fill(hostile)
      await b.page.getByRole('button', { name: 'Save' }).click()
      await b.page.locator('gnll-name-field .refused').first().waitFor()
      await field.fill('')
    }
    await field.fill('Ada 山田')
    await b.page.getByRole('button', { name: 'Save' }).click()
    await b.page.getByRole('button', { name: 'Saved' }).waitFor()
    expect(await b.violations()).toEqual([])
    await b.page.keyboard.press('Escape')
    const slider = b.page.locator('[data-control=eps] input[type=range]')
    for (let i = 0; i < 4; i++) await slider.press('ArrowRight')
    await b.settled()
    await expect.poll(() => notice.textContent()).toMatch(/Ada 山田 set eps of model A to /)
    const now = await b.value('eps')
    await expect.poll(() => notice.textContent()).toContain(`to ${now} (before: 1e-6)`)
    // So do the marks on the charts, for everyone but Ada.
    const marks = (w: Watched): Promise<string[]> => w.page.locator('.time-mark').evaluateAll((all) => all.map((m) => m.getAttribute('aria-label') ?? ''))
    for (const w of [a, c]) await expect.poll(() => marks(w)).toContain(`A: eps 1e-6 → ${now}, by Ada 山田, step 30`)
    await expect.poll(() => marks(b)).toContain(`A: eps 1e-6 → ${now}, step 30`)
    await a.page.getByRole('button', { name: 'by Ada 山田' }).focus()
    await a.page.keyboard.press('Enter')
    await a.page.locator('#time-mark .offer').getByText('by Ada 山田').waitFor()
    await a.page.keyboard.press('Escape')
    // A third one, who may change things, too, reads it once what was told before is dismissed.
    await c.page.locator('.caption').getByRole('button', { name: 'dismiss' }).click()
    await c.page.locator('.caption.by-others').getByText('Ada 山田').waitFor()
    await notice.getByRole('button', { name: 'Undo', exact: true }).click()
    await expect.poll(() => a.value('eps')).toBe('1e-6')
    await a.page.getByRole('button', { name: '2 watching' }).click()
    await a.page.locator('#audience').getByText('Ada 山田').waitFor()
    expect(await a.violations()).toEqual([])
    await a.page.keyboard.press('Escape')

    // A page that comes again still has the name.
    await b.page.reload()
    await b.stands(30)
    await b.page.getByText('Ada 山田').first().waitFor()
    // What it did before is still not somebody else's.
    expect((await marks(b)).filter((m) => m.includes('→')).length).toBeGreaterThan(1)
    expect((await marks(b)).filter((m) => /by (Ada|Someone)/.test(m) && !m.startsWith('undone'))).toEqual([])
    await open(a, false)
    await b.page.getByText('The controls are closed again.').waitFor()
    await expect.poll(() => b.page.locator('[data-control=eps] .field input').isEnabled()).toBe(false)
    await c.close()
    await a.page.getByRole('button', { name: '1 watching' }).waitFor()
  })
})

describe('a run that is gone', () => {
  it('offers another', async () => {
    allow(/404|WebSocket/)
    const a = await still({ eps: 0.25 }, 10)
    const b = await visit(a.toWatch)
    await b.stands(10)
    const run = Run.of(a.page)
    await a.page.goto('about:blank')
    const ended = await fetch(new URL(`api/runs/${run.id}`, server.url), { method: 'DELETE', headers: { 'Run-Key': run.key } })
    expect(ended.status).toBe(204)
    await b.page.getByText('This run is no longer available.').waitFor()
    await b.page.locator('.caption').getByRole('link', { name: 'Start a new run' }).click()
    await b.drawn()
    expect(await b.value('eps')).toBe('0.25')
    const c = await visit(new URL(`r/${run.id}`, server.url).href)
    await c.page.getByText('This run is no longer available.').waitFor()
    await c.page.getByRole('link', { name: 'Start a new run' }).waitFor()
  })
})

describe('a run that is full', () => {
  it('says what a viewer can do, and no flag; a copy is made from there, or a place becomes free', async () => {
    allow(/503|WebSocket/)
    const small = await serve('--max-peer-viewers', '1')
    const run = await Run.make(small.url, { paused: true, eps: 0.25 })
    const address = new URL(`r/${run.id}`, small.url).href
    const first = await visit(address)
    await first.says(({ link }) => link === 'live')
    const second = await visit(address)
    const caption = second.page.locator('.caption')
    await caption.getByText('This run is full').waitFor()
    expect(await caption.textContent()).toContain('Wait until one leaves, ask the presenter, or make your own copy.')
    expect(await second.page.locator('body').innerText()).not.toContain('--max')
    expect(await second.violations()).toEqual([])
    const third = await visit(address)
    await third.page.locator('.caption').getByText('This run is full').waitFor()
    await caption.getByRole('button', { name: 'Make my own copy' }).click()
    await second.page.getByText('Your own copy.').waitFor()
    await expect.poll(() => second.value('eps')).toBe('0.25')
    await first.close()
    await third.says(({ link }) => link === 'live' || link === 'events')
    await expect.poll(() => third.page.locator('.caption').textContent()).not.toContain('full')
  })
})
