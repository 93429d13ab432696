import { describe, expect, it } from 'vitest'
import type { Series, XY } from '../state/history'
import { halfLife, smoothed } from './smooth'

const series = (points: readonly XY[]): Series => ({ steps: points.map(([s]) => s), values: points.map(([, v]) => v) })
const constant = (steps: readonly number[], v: number): Series => ({ steps, values: steps.map(() => v) })

describe('smoothing', () => {
  it('does nothing where it is off', () => {
    const points = constant([0, 1, 5], 3)
    expect(smoothed(points, 0, 1000)).toEqual(points)
  })

  it('leaves a constant as it is from its first value on', () => {
    for (const v of smoothed(constant([0, 1, 7, 900], 3), 0.99, 1000).values) expect(v).toBeCloseTo(3, 12)
  })

  it('is the usual average with its bias taken out where steps are even', () => {
    const values = [4, 1, 5, 2, 8]
    let m = 0
    const usual = values.map((v, i) => {
      m = 0.9 * m + 0.1 * v
      return m / (1 - 0.9 ** (i + 1))
    })
    smoothed({ steps: [0, 1, 2, 3, 4], values }, 0.9, 1000).values.forEach((v, i) => { expect(v).toBeCloseTo(usual[i] ?? NaN, 12) })
  })

  it('weighs by steps: a value recorded more often counts no more', () => {
    // Five hundred steps of 0, then five hundred of 1, the first half recorded at each step.
    const often: XY[] = [...Array.from({ length: 500 }, (_, i): XY => [i + 1, 0]), ...Array.from({ length: 10 }, (_, i): XY => [550 + 50 * i, 1])]
    const seldom: XY[] = [...Array.from({ length: 10 }, (_, i): XY => [50 + 50 * i, 0]), ...Array.from({ length: 10 }, (_, i): XY => [550 + 50 * i, 1])]
    const last = (points: readonly XY[]): number => smoothed(series(points), 0.99, 1000).values.at(-1) ?? NaN
    expect(last(often)).toBeCloseTo(last(seldom), 12)
  })

  it('has half of the weight behind it after the half-life', () => {
    const half = halfLife(0.9, 1000)
    const points: XY[] = [[0, 0], ...Array.from({ length: 20_000 }, (_, i): XY => [i + 1, 0]), [20_000 + half, 1]]
    expect(smoothed(series(points), 0.9, 1000).values.at(-1)).toBeCloseTo(0.5, 6)
  })

  it('leaves out what is not finite', () => {
    expect(smoothed({ steps: [0, 1, 2], values: [1, NaN, 1] }, 0.9, 1000).values).toEqual([1, NaN, 1])
  })
})
