import { describe, expect, it } from 'vitest'
import { CalmDecades, CalmRange, extent, niceRange, quantile, stepsAhead, ticksWithin } from './scale'

describe('ranges', () => {
  it('end on ticks', () => {
    expect(niceRange(-171, 112, 7)).toEqual({ min: -200, max: 150, interval: 50 })
    expect(niceRange(0.11, 0.29, 4)).toEqual({ min: 0.1, max: 0.3, interval: 0.05 })
  })

  it('do not tremble', () => {
    const r = new CalmRange(5)
    const first = r.follow(0, 10)
    expect(r.follow(1, 9.5)).toBe(first)
    expect(r.follow(1, 11).max).toBeGreaterThanOrEqual(11)
    expect(r.follow(4, 5).max).toBeLessThan(10)
  })

  it('hold whole decades on a log axis', () => {
    const d = new CalmDecades()
    expect(d.follow(1.6, 57)).toEqual({ min: 1, max: 100 })
    expect(d.follow(0.5, 20)).toEqual({ min: 0.1, max: 100 })
  })

  it('keep ahead of the last step', () => {
    expect([0, 99, 101, 1400, 2600, 9999].map(stepsAhead)).toEqual([100, 100, 120, 1500, 3000, 10000])
  })

  it('leave out what is not finite', () => {
    expect(extent([NaN, 3, -Infinity, 1])).toEqual([1, 3])
    expect(extent([NaN])).toBeNull()
    expect(quantile([0, 1, 2, 3], 0.5)).toBe(1.5)
  })
})

describe('ticks', () => {
  it('are round where the range is not', () => {
    expect(ticksWithin(-1.1, 1.1, 5)).toEqual({ values: [-1, -0.5, 0, 0.5, 1], interval: 0.5 })
  })
})
