import { describe, expect, it } from 'vitest'
import type { Series, XY } from '../state/history'
import { halfLife, partOf, smoothed } from './smooth'

const series = (points: readonly XY[]): Series => ({ steps: points.map(([s]) => s), values: points.map(([, v]) => v) })
const constant = (steps: readonly number[], v: number): Series => ({ steps, values: steps.map(() => v) })

describe('smoothing', () => {
  it('does nothing where it is off', () => {
    const points = constant([0, 1, 5], 3)
    expect(smoothed(points, 0, 1)).toEqual(points)
  })

  it('leaves a constant as it is from its first value on', () => {
    for (const v of smoothed(constant([0, 1, 7, 900], 3), 0.99, 1).values) expect(v).toBeCloseTo(3, 12)
  })

  it('is the usual average with its bias taken out where steps are even', () => {
    const values = [4, 1, 5, 2, 8]
    let m = 0
    const usual = values.map((v, i) => {
      m = 0.9 * m + 0.1 * v
      return m / (1 - 0.9 ** (i + 1))
    })
    smoothed({ steps: [0, 1, 2, 3, 4], values }, 0.9, 1).values.forEach((v, i) => { expect(v).toBeCloseTo(usual[i] ?? NaN, 12) })
  })

  it('weighs by steps: a value recorded more often counts no more', () => {
    // Five hundred steps of 0, then five hundred of 1, the first half recorded at each step.
    const often: XY[] = [...Array.from({ length: 500 }, (_, i): XY => [i + 1, 0]), ...Array.from({ length: 10 }, (_, i): XY => [550 + 50 * i, 1])]
    const seldom: XY[] = [...Array.from({ length: 10 }, (_, i): XY => [50 + 50 * i, 0]), ...Array.from({ length: 10 }, (_, i): XY => [550 + 50 * i, 1])]
    const last = (points: readonly XY[]): number => smoothed(series(points), 0.99, 1).values.at(-1) ?? NaN
    expect(last(often)).toBeCloseTo(last(seldom), 12)
  })

  it('has half of the weight behind it after the half-life', () => {
    const half = halfLife(0.9, 1)
    const points: XY[] = [[0, 0], ...Array.from({ length: 20_000 }, (_, i): XY => [i + 1, 0]), [20_000 + half, 1]]
    expect(smoothed(series(points), 0.9, 1).values.at(-1)).toBeCloseTo(0.5, 6)
  })

  it('leaves out what is not finite', () => {
    expect(smoothed({ steps: [0, 1, 2], values: [1, NaN, 1] }, 0.9, 1).values).toEqual([1, NaN, 1])
  })

  it('is TensorBoard’s where points are a part apart, from the first to the last and with what is not finite', () => {
    const values = [3, -1, NaN, 4, 1, Infinity, -5, 9, 2, 6]
    // As vz_line_chart2 and the time series dashboard have it.
    let [last, accumulated] = [0, 0]
    const theirs = values.map((v) => {
      if (!Number.isFinite(v)) return NaN
      last = last * 0.6 + 0.4 * v
      accumulated++
      return last / (1 - 0.6 ** accumulated)
    })
    const every = { steps: values.map((_, i) => 10 * i), values }
    const finite = values.map((v, i) => [10 * i, v] as XY).filter(([, v]) => Number.isFinite(v)).map(([, v], i) => [10 * i, v] as XY)
    const ours = smoothed(series(finite), 0.6, 10).values
    theirs.filter((v) => Number.isFinite(v)).forEach((v, i) => { expect(ours[i]).toBeCloseTo(v, 12) })
    smoothed(every, 0.6, 10).values.forEach((v, i) => { expect(Number.isNaN(v)).toBe(!Number.isFinite(values[i])) })
  })

  it('goes on, where the run went back, from what it was there', () => {
    const trained: XY[] = [[0, 1], [1, 2], [2, 3]]
    const left: XY[] = [[3, 1e8], [4, 1e9]]
    const after: XY[] = [[5, 2], [6, 1]]
    const straight = smoothed(series([...trained, ...after.map(([s, v]): XY => [s - 2, v])]), 0.6, 1).values
    const back = smoothed(series([...trained, ...left, ...after]), 0.6, 1, [{ step: 4, from: 2 }]).values
    expect(back.slice(5)).toEqual(straight.slice(3))
    // To before the first of it, and twice.
    expect(smoothed(series([[1, 5], [2, 7]]), 0.6, 1, [{ step: 1, from: 0 }]).values[1]).toBe(7)
    expect(smoothed(series([...trained, ...left, ...after]), 0.6, 1, [{ step: 3, from: 2 }, { step: 4, from: 2 }]).values.slice(5)).toEqual(back.slice(5))
  })

  it('has as many parts as there are points, or pixels', () => {
    const even = constant(Array.from({ length: 101 }, (_, i) => 10 * i), 1)
    expect(partOf(even, { from: 0, to: 1000 }, 500)).toBe(10)
    expect(partOf(even, { from: 0, to: 1000 }, 50)).toBe(20)
    expect(partOf(even, { from: 0, to: 5000 }, 1000)).toBe(10)
  })
})
