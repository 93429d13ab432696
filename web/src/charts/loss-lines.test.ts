import { describe, expect, it } from 'vitest'
import type { Change, Lane, Point } from '../generated/wire'
import { History } from '../state/history'
import { presentBranch } from './branch'
import { oddSteps, toLines, valuesOf, type LinesOf } from './loss-lines'

const lane = (n: number): Lane => ({ lane: n, name: 'AB'[n] ?? '', colour: n, controls: {}, params: 1, from: null, parameters: [] })
const lanes = [lane(0), lane(1)]
const point = (n: number, step: number, v: number | null): Point => [n, step, v, v, v, v]

function scene(last: number, value: (step: number) => number | null, change: Partial<LinesOf> = {}): LinesOf {
  const history = new History()
  history.add(0, Array.from({ length: last + 1 }, (_, step) => [point(0, step, value(step)), point(1, step, 1)]).flat())
  return {
    history, batches: new Map(), lanes, focus: 1, kind: 'loss', othersTrain: false, smoothing: 0, jumps: [],
    span: { from: 0, to: last }, pixels: 100, along: (step) => (step / last) * 100, ...change,
  }
}

const names = (o: LinesOf): string[] => toLines(o).map((l) => `${l.lane.name} ${l.part}${l.isUnder ? ' beneath' : ''}${l.smooth ? ' smooth' : ''}`)

describe('the lines of the loss', () => {
  it('have both losses of the lane in focus, last, and the test loss of others', () => {
    expect(names(scene(10, () => 1))).toEqual(['A test', 'B train', 'B test'])
    expect(names(scene(10, () => 1, { othersTrain: true }))).toEqual(['A train', 'A test', 'B train', 'B test'])
  })

  it('have the batches beneath, or alone, averaged only where every step is there', () => {
    const series = { steps: [1, 2], values: [2, 3] }
    const batch = (full: boolean): LinesOf['batches'] => new Map([[1, { series, of: 90, full }]])
    expect(names(scene(10, () => 1, { batches: batch(true), smoothing: 0.5 }))).toEqual(['B batch beneath', 'A test smooth', 'B train smooth', 'B test smooth'])
    expect(names(scene(10, () => 1, { kind: 'batch', batches: batch(true), smoothing: 0.5 }))).toContain('B batch smooth')
    expect(names(scene(10, () => 1, { kind: 'batch', batches: batch(false), smoothing: 0.5 }))).toContain('B batch')
    expect(toLines(scene(10, () => 1, { kind: 'batch', batches: batch(false) })).at(-1)?.drawn).toEqual({ points: [[1, 2], [2, 3]], shown: 2, of: 90 })
  })

  it('have a range worth seeing without the first fall and without a spike', () => {
    const o = scene(1000, (step) => (step < 20 ? 500 : step === 700 ? 900 : 1 + (step % 10) / 10))
    const values = valuesOf(toLines({ ...o, focus: 0, lanes: [lane(0)] }), o.span)
    expect(values?.high).toBeLessThan(3)
    expect([values?.least, values?.greatest]).toEqual([1, 900])
    expect(valuesOf(toLines(scene(10, () => null, { lanes: [lane(0)], focus: 0 })), o.span)).toBeNull()
  })

  it('are judged by the present branch, and by what is newest', () => {
    const wrecked = scene(1000, (step) => (step > 300 && step <= 700 ? 1e8 : 1 + (step % 10) / 100), { focus: 0, lanes: [lane(0)] })
    const branch = presentBranch([{ generation: 1, step: 700, revision: 2, from: { step: 300, revision: 0 } } as Change], 1)
    expect(valuesOf(toLines(wrecked), wrecked.span)?.high).toBe(1e8)
    expect(valuesOf(toLines(wrecked), wrecked.span, branch)).toMatchObject({ low: 1, greatest: 1.09, now: [1, 1.09] })
    // Where nothing of it is shown, what is shown has the say.
    expect(valuesOf(toLines({ ...wrecked, span: { from: 400, to: 600 } }), { from: 400, to: 600 }, branch)?.high).toBe(1e8)
  })

  it('know where a loss was not finite, drawn or not', () => {
    const o = scene(10, (step) => (step === 4 ? null : 1))
    const steps = (from: number, to: number): Array<[string, number[]]> => [...oddSteps({ ...o, odd: new Map([[1, [2, 8]]]) }, toLines(o), { from, to })].map(([l, at]) => [l.name, at])
    expect(steps(0, 10)).toEqual([['A', [4]], ['B', [2, 8]]])
    expect(steps(5, 10)).toEqual([['B', [8]]])
  })
})
