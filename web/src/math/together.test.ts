import { describe, expect, it } from 'vitest'
import { correlation, costOfIndependence, pairsOf, together, twice, verdictOn, type Twice } from './together'

describe('the correlation', () => {
  it('is Pearson’s', () => {
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12)
    expect(correlation([1, 2, 3], [5, 3, 1])).toBeCloseTo(-1, 12)
    // numpy.corrcoef([1, 2, 3, 4], [1, 3, 2, 5])
    expect(correlation([1, 2, 3, 4], [1, 3, 2, 5])).toBeCloseTo(0.8315218406, 9)
    expect(correlation([1, 1, 1], [1, 2, 3])).toBeNaN()
  })

  it('costs what a joint normal would gain', () => {
    expect(costOfIndependence(0)).toBe(0)
    expect(costOfIndependence(0.8)).toBeCloseTo(-Math.log(0.6), 12)
    expect(costOfIndependence(-0.8)).toBe(costOfIndependence(0.8))
    expect(costOfIndependence(1)).toBe(Infinity)
    // The densities themselves, on average over four places that have these moments.
    const rho = 0.6
    const places = [-1, 1].flatMap((u) => [-1, 1].map((v) => [u, rho * u + Math.sqrt(1 - rho ** 2) * v] as const))
    const gains = places.map(([a, b]) => (a * a + b * b) / 2 - (0.5 * Math.log(1 - rho ** 2) + (a * a - 2 * rho * a * b + b * b) / (2 * (1 - rho ** 2))))
    expect(gains.reduce((sum, v) => sum + v, 0) / 4).toBeCloseTo(costOfIndependence(rho), 12)
  })
})

describe('rows of two targets', () => {
  const row = (a: number, b: number): Twice => ({ test: true, a, b })

  it('are those that have a prediction of both', () => {
    const data = { all_y: [[1, 2, 3], [10, 20, 30]], is_test: [false, true, true] }
    const of = (mean: number[], std: number[]) => ({ mean: Float32Array.from(mean), std: Float32Array.from(std) })
    const predicted = [of([0, 2, NaN], [1, 2, 1]), of([8, 20, 30], [4, 1, 1])]
    expect(twice(data, predicted, 0, 1)).toEqual([{ test: false, a: 1, b: 0.5 }, { test: true, a: 0, b: 0 }])
    expect(twice({ is_test: [] }, predicted, 0, 1)).toEqual([])
    expect(twice(data, predicted, 0, 5)).toEqual([])
  })

  it('are told apart from chance, where there are enough', () => {
    const apart = Array.from({ length: 64 }, (_, i) => row(i % 8, Math.floor(i / 8)))
    const joined = Array.from({ length: 64 }, (_, i) => row(i, i + 3 * (i % 2)))
    expect(together(apart)).toMatchObject({ rows: 64, correlation: 0 })
    expect(together(apart).cost).toBeCloseTo(0, 12)
    expect(together(apart).chance).toBeCloseTo(0.245, 3)
    expect(verdictOn(together(apart))).toBe('consistent with chance')
    expect(verdictOn(together(joined))).toBe('errors move together')
    expect(verdictOn(together(joined.map(({ a, b }) => row(a, -b))))).toBe('errors move in opposite directions')
    expect(verdictOn(together(joined.slice(0, 7)))).toBe('unknown')
    expect(together([]).cost).toBeNaN()
  })

  it('come in pairs', () => {
    expect(pairsOf(1)).toEqual([])
    expect(pairsOf(3)).toEqual([[0, 1], [0, 2], [1, 2]])
    expect(pairsOf(4)).toHaveLength(6)
  })
})
