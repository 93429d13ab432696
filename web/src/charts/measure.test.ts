import { describe, expect, it } from 'vitest'
import { located, tick } from '../math/format'
import { axisName, counted, meant, measureOf, logMeasureOf } from './measure'
import { niceRange, ticksWithin } from '../math/scale'

/** The labels of an axis from one value to another, and what it counts from. */
function axis(low: number, high: number): { labels: string[]; base: number } {
  const { values, interval } = ticksWithin(low, high, 6)
  const m = measureOf(low, high, interval)
  return { labels: values.map((v) => tick(counted(v, m) * m.unit, interval)), base: m.base }
}

describe('an axis', () => {
  it.each([
    [0, 60, ['0', '10', '20', '30', '40', '50', '60'], 0],
    [1717200000, 1717205100, ['0', '1000', '2000', '3000', '4000', '5000'], 1717200000],
    [2460000.5, 2460030.5, ['5', '10', '15', '20', '25', '30'], 2460000],
    [101300, 101360, ['101\u202f300', '101\u202f310', '101\u202f320', '101\u202f330', '101\u202f340', '101\u202f350', '101\u202f360'], 0],
    [-2e-23, 4e-23, ['−2e-23', '−1e-23', '0', '1e-23', '2e-23', '3e-23', '4e-23'], 0],
    [1e12, 1e12 + 3, ['0.0', '0.5', '1.0', '1.5', '2.0', '2.5', '3.0'], 1e12],
    [-1e12 - 3, -1e12, ['−3.0', '−2.5', '−2.0', '−1.5', '−1.0', '−0.5', '0.0'], -1e12],
    [0, 6e12, ['0', '1e12', '2e12', '3e12', '4e12', '5e12', '6e12'], 0],
    [1.72e12, 1.72e12 + 9e5, ['0', '2e5', '4e5', '6e5', '8e5'], 1.72e12],
  ])('from %d to %d has labels that can be told apart', (low, high, labels, base) => {
    expect(axis(low, high)).toEqual({ labels, base })
  })

  it('counts so that numbers are near 1 and come back as they were', () => {
    for (const [low, high] of [[1717200000, 1717205100], [-3e-23, 5e-23], [1e12, 1e12 + 1e-2], [0, 1e17]] as const) {
      const { min, max, interval } = niceRange(low, high, 7)
      const m = measureOf(min, max, interval)
      for (const v of [min, low, (low + high) / 2, high, max]) {
        expect(Math.abs(counted(v, m))).toBeLessThan(1e10)
        expect(Math.abs(meant(counted(v, m), m) - v)).toBeLessThanOrEqual(1e-3 * (high - low))
      }
      expect((max - min) / m.unit).toBeGreaterThan(1e-4)
    }
    expect(logMeasureOf(1e-25, 1e-23)).toEqual({ base: 0, unit: 1e-23 })
    expect(logMeasureOf(0.1, 100)).toEqual({ base: 0, unit: 1 })
  })

  it('says in its name what it counts from', () => {
    expect(axisName({ name: 't', unit: 's' }, { base: 1717200000, unit: 1 })).toBe('t (s) − 1\u202f717\u202f200\u202f000')
    expect(axisName({ name: 'y', unit: '' }, { base: -1e12, unit: 1 })).toBe('y + 1\u202f000\u202f000\u202f000\u202f000')
    expect(axisName({ name: 'y', unit: 'g' }, { base: 0, unit: 1e-23 })).toBe('y (g)')
  })
})

it('a place is told from its neighbours', () => {
  expect(located(1717202345.6, 5100)).toBe('1\u202f717\u202f202\u202f346')
  expect(located(101312.34, 40)).toBe('101\u202f312.3')
  expect(located(30.04, 55)).toBe('30.0')
  expect(located(2.5e-23, 6e-23)).toBe('2.5e-23')
  expect(located(3, 0)).toBe('3.00')
})
