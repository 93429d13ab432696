import { describe, expect, it } from 'vitest'
import type { Control } from '../generated/wire'
import { badness, beginOf, lines, metricsOf, orderOf, settingsAt, shade, shadesOf, Sweep, type Grid } from './sweep'
import { proposed, sweepable, valuesOf } from './sweep-axis'

const control = (c: Partial<Control>): Control => ({
  name: 'decay', label: 'weight decay', help: '', unit: '', group: '', kind: 'number', default: 0.01, min: 1e-6, max: 1, zero: true, step: 0.1,
  log: true, live: true, run: false, options: [], auto: '', advanced: false, when: { control: '', values: [] }, ...c,
})

const option = (value: string): Control['options'][number] => ({ value, label: value, help: '' })

describe('the values of an axis', () => {
  const decay = control({})
  it('lie evenly on the control’s scale', () => {
    const a = proposed(decay, 0.01)
    expect(valuesOf(decay, a)).toEqual([1e-4, 1e-3, 0.01, 0.1, 1])
    expect(valuesOf(decay, { ...a, count: 3 })).toEqual([1e-4, 0.01, 1])
    const linear = control({ kind: 'number', log: false, zero: false, min: 0, max: 1, default: 0.5 })
    expect(valuesOf(linear, proposed(linear, 0.5))).toEqual([0, 0.25, 0.5, 0.75, 1])
  })

  it('are proposed around the number that auto comes to', () => {
    const auto = control({ default: 'auto', auto: '1 by the rows' })
    expect(valuesOf(auto, proposed(auto, 1 / 106, 1 / 106))).toEqual([1e-4, 1e-3, 0.01, 0.1, 1])
    expect(valuesOf(auto, proposed(auto, 0, 1 / 8000))).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 0.01])
    expect(valuesOf(auto, proposed(auto, NaN, NaN))).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 0.01])
  })

  it('have 0 before the others, where a log scale has it', () => {
    expect(valuesOf(decay, { ...proposed(decay, 0), from: 0, to: 1, count: 4 })).toEqual([0, 1e-6, 1e-3, 1])
  })

  it('are within the control’s range, whole where it is, and each there once', () => {
    expect(valuesOf(decay, { ...proposed(decay, 0.01), from: 5, to: 1e-9, count: 2 })).toEqual([1e-6, 1])
    const members = control({ kind: 'integer', log: false, zero: false, min: 1, max: 64, default: 1 })
    expect(valuesOf(members, { ...proposed(members, 1), from: 1, to: 3, count: 9 })).toEqual([1, 2, 3])
    expect(valuesOf(members, { ...proposed(members, 1), count: 1 })).toEqual([1])
  })

  it('are those of a choice that are taken, and off and on of a switch', () => {
    const loss = control({ kind: 'choice', options: ['a', 'b', 'c'].map(option) })
    expect(valuesOf(loss, { ...proposed(loss, 'a'), taken: ['c', 'a'] })).toEqual(['a', 'c'])
    const full = control({ kind: 'switch' })
    expect(valuesOf(full, proposed(full, true))).toEqual([false, true])
  })

  it('are of a lane’s controls and of the seed', () => {
    const list = [control({}), control({ name: 'hidden', kind: 'layers' }), control({ name: 'seed', run: true }), control({ name: 'speed', run: true })]
    expect(sweepable(list).map((c) => c.name)).toEqual(['decay', 'seed'])
  })
})

const grid: Grid = {
  base: { run: { dataset: 'sine', seed: 1 }, lane: { name: 'A', colour: 2, settings: { decay: 0.01, lr: 0.1 } }, data: undefined },
  x: { control: 'decay', values: [0, 1] }, y: { control: 'seed', values: [5, 6, 7] }, steps: 10,
}

describe('a cell', () => {
  it('has its own settings and the others’', () => {
    expect(settingsAt(grid, { x: 0, y: 2 })).toEqual({ run: { dataset: 'sine', seed: 7 }, lane: { name: 'A', colour: 2, settings: { decay: 0, lr: 0.1 } } })
    expect(beginOf(grid, { x: 1, y: 0 }, 'é'.repeat(100))).toEqual({
      type: 'begin', title: 'é'.repeat(80), set: { dataset: 'sine', seed: 5 }, lanes: [{ name: 'A', colour: 2, controls: { decay: 1, lr: 0.1 } }],
    })
  })

  it('uses own rows where the run does', () => {
    const data = { formula: { mean: 'x', std: '1', from: 0, to: 1, rows: 9 } }
    const own: Grid = { ...grid, base: { ...grid.base, run: { dataset: 'own', seed: 1 }, data } }
    expect(orderOf(own)).toEqual({ seed: 1, data, lanes: [{ name: 'A', colour: 2, controls: { decay: 0.01, lr: 0.1 } }], x: own.x, y: own.y, steps: 10 })
    expect(beginOf(own, { x: 0, y: 0 }, '').data).toBe(data)
    expect(orderOf(grid)).toHaveProperty('dataset', 'sine')
  })
})

describe('the colours of a map', () => {
  it('go from worst to best, whichever way that is, and leave out what is beyond all others', () => {
    const values = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 400]
    const shades = shadesOf([...values, NaN], 'nll')
    expect(shades).toEqual({ best: 4, worst: 13, isCut: true })
    if (!shades) return
    expect([4, 8.5, 13, 400].map((v) => shade(shades, 'nll', v))).toEqual([1, 0.5, 0, 0])
    expect(shadesOf([0.5, 0.9, 0.7], 'r2')).toMatchObject({ best: 0.9, worst: 0.7 })
    expect(badness('coverage', 0.9)).toBeCloseTo(0.05)
    expect(shadesOf([NaN], 'nll')).toBeNull()
    expect(shade({ best: 3, worst: 3, isCut: false }, 'nll', 3)).toBe(1)
  })

  it('can be of any score that is better one way', () => {
    expect(metricsOf([{ x: 0, y: 0, seconds: 1, failed: 'no' }, { x: 0, y: 1, seconds: 1, test: { nll: 1, sharpness: 2, nonsense: 3 }, train: { rmse: 1 } }]))
      .toEqual([{ part: 'test', name: 'nll' }, { part: 'train', name: 'rmse' }])
  })
})

/** An answer that comes in pieces. */
const stream = (...parts: string[]): ReadableStream<Uint8Array<ArrayBuffer>> => new ReadableStream({
  start(c) {
    for (const p of parts) c.enqueue(new TextEncoder().encode(p))
    c.close()
  },
})

describe('a stream', () => {
  it('is read by lines, wherever it is cut', async () => {
    const found: string[] = []
    for await (const line of lines(stream('{"a"', ':1}\n{"b":', '2}\n\n', '{"c":3}'))) found.push(line)
    expect(found).toEqual(['{"a":1}', '{"b":2}', '{"c":3}'])
  })
})

describe('a sweep', () => {
  const answer = (n: number): Response => new Response(stream('{}\n', ...Array.from({ length: n }, (_, i) => `{"x":${i % 2},"y":${Math.floor(i / 2)},"seconds":1,"test":{"nll":${i}}}\n`)))

  it('is done when all cells are there, and broken off when not', async () => {
    const whole = new Sweep({ sweep: () => Promise.resolve(answer(6)) })
    await whole.start(grid)
    expect([whole.state.value, whole.cells.value.length, whole.mistake.value]).toEqual(['done', 6, ''])
    const half = new Sweep({ sweep: () => Promise.resolve(answer(3)) })
    await half.start(grid)
    expect([half.state.value, half.cells.value.length]).toEqual(['stopped', 3])
    expect(half.mistake.value).toContain('closed before the end')
    const none = new Sweep({ sweep: () => Promise.reject(new Error('no')) })
    await none.start(grid)
    expect([none.state.value, none.mistake.value]).toEqual(['none', 'no'])
  })

  it('that is stopped has no mistake, and keeps its cells', async () => {
    const sweep: Sweep = new Sweep({ sweep: (_order, signal) => new Promise((_, no) => { signal.addEventListener('abort', () => { no(new Error('aborted')) }) }) })
    const trained = sweep.start(grid)
    sweep.stop()
    await trained
    expect([sweep.state.value, sweep.mistake.value]).toEqual(['stopped', ''])
  })
})
