import { describe, expect, it } from 'vitest'
import type { Series, XY } from '../state/history'
import { decimate, nearest } from './buckets'

const series = (points: readonly XY[]): Series => ({ steps: points.map(([s]) => s), values: points.map(([, v]) => v) })
const wave = series(Array.from({ length: 10_000 }, (_, i): XY => [i, i === 5003 ? 99 : i === 7007 ? NaN : Math.sin(i / 500)]))
const linear = (to: number, pixels: number) => (step: number): number => (step / to) * pixels

describe('decimate', () => {
  it('keeps every point where there is room', () => {
    const points: XY[] = [[0, 3], [1, NaN], [2, 1]]
    expect(decimate(series(points), 0, 2, 100, linear(2, 100))).toEqual({ points, shown: 3, of: 3 })
  })

  it('keeps spikes and gaps where there is not', () => {
    const { points, shown, of } = decimate(wave, 0, 10_000, 100, linear(10_000, 100))
    expect([shown, of]).toEqual([points.length, 10_000])
    expect(points.length).toBeLessThanOrEqual(300)
    expect(points).toContainEqual([5003, 99])
    expect(points).toContainEqual([7007, NaN])
    expect(points.map(([step]) => step)).toEqual(points.map(([step]) => step).toSorted((a, b) => a - b))
  })

  it('counts a range only, whose lines go on beyond it', () => {
    const { points, shown, of } = decimate(wave, 100, 103, 100, (s) => s)
    expect(points.map(([step]) => step)).toEqual([99, 100, 101, 102, 103, 104])
    expect([shown, of]).toEqual([4, 4])
    expect(decimate(wave, 20_000, 30_000, 100, (s) => s)).toEqual({ points: [[9999, wave.values[9999]]], shown: 0, of: 0 })
  })

  it('survives a curve without one finite value', () => {
    const odd = series(Array.from({ length: 1000 }, (_, i): XY => [i, NaN]))
    const { points } = decimate(odd, 0, 1000, 10, linear(1000, 10))
    expect(points.length).toBe(10)
    expect(points.every(([, v]) => Number.isNaN(v))).toBe(true)
  })

  it('finds what is nearest', () => {
    expect([-5, 4, 6, 20, 21, 99].map((s) => nearest([0, 10, 30], s))).toEqual([0, 0, 1, 2, 2, 2])
    expect(nearest([], 3)).toBe(-1)
  })
})
