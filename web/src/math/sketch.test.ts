import { describe, expect, it } from 'vitest'
import { drawn, edgeAt, edgeValue, isBand, levelBand, overlap } from './sketch'

const level = levelBand(0, 16, [-1, 1])

describe('a band that is drawn', () => {
  it('begins level about the points', () => {
    expect(level.x).toHaveLength(17)
    expect([level.low[3], level.high[3]]).toEqual([-1.5, 1.5])
    expect(edgeValue(level, 'high', 2.25)).toBe(1.5)
  })

  it('has its nearer edge moved along the way of the pointer', () => {
    expect([edgeAt(level, 3, 0.2), edgeAt(level, 3, -0.2)]).toEqual(['high', 'low'])
    const band = drawn(level, 'high', [8, 4], [4, 2])
    expect(band.high.slice(3, 10)).toEqual([1.5, 2, 2.5, 3, 3.5, 4, 1.5])
    expect(band.low).toEqual(level.low)
    expect(edgeValue(band, 'high', 5.5)).toBe(2.75)
  })

  it('never has edges that cross', () => {
    const band = drawn(level, 'low', [4, 3], [6, 3])
    expect([band.low[5], band.high[5], band.high[8]]).toEqual([3, 3, 1.5])
  })

  it('is compared by the area that two bands have in common', () => {
    const x = [0, 4, 8, 12, 16]
    expect(overlap(level, x, x.map(() => -1.5), x.map(() => 1.5))).toBe(1)
    expect(overlap(level, x, x.map(() => 0), x.map(() => 3))).toBeCloseTo(1.5 / 4.5)
    expect(overlap(level, x, x.map(() => 5), x.map(() => 6))).toBe(0)
    expect(overlap(level, x, x.map(() => NaN), x.map(() => 1))).toBeNaN()
  })

  it('is known again when it was kept', () => {
    expect(isBand(JSON.parse(JSON.stringify(level)))).toBe(true)
    for (const other of [null, 3, {}, { x: [0, 1], low: [0, 1], high: [1] }, { x: [0, 1], low: [0, null], high: [1, 1] }]) expect(isBand(other)).toBe(false)
  })
})
