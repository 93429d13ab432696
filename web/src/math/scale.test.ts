import { describe, expect, it } from 'vitest'
import { CalmDecades, CalmRange, extent, Glide, niceRange, quantile, stepsAhead, ticksWithin } from './scale'

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

  it('narrow again when what widened a log axis is gone', () => {
    const d = new CalmDecades()
    d.follow(1e-3, 1e20)
    expect(d.follow(1, 100)).toEqual({ min: 1, max: 100 })
  })

  it('glide to another range, and are there in time', () => {
    const g = new Glide(100)
    g.aim({ min: 0, max: 1 }, 0, false)
    expect([g.at(0), g.moves(0)]).toEqual([{ min: 0, max: 1 }, false])
    g.aim({ min: 0, max: 1e8 }, 10, false)
    expect(g.at(10)).toEqual({ min: 0, max: 1 })
    const half = g.at(60).max
    expect(half).toBeGreaterThan(0.5e8)
    expect(half).toBeLessThan(1e8)
    // The same again does not restart it.
    g.aim({ min: 0, max: 1e8 }, 60, false)
    expect([g.at(60).max, g.moves(60), g.at(110).max, g.moves(110)]).toEqual([half, true, 1e8, false])
    g.aim({ min: 0, max: 2 }, 200, true)
    expect([g.at(200).max, g.moves(200)]).toEqual([2, false])
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
