import { describe, expect, it } from 'vitest'
import { contour, hatching, type Segments } from './contour'

const SIDE = 21
const cone = Float32Array.from({ length: SIDE * SIDE }, (_, i) => Math.hypot((i % SIDE) - 10, Math.floor(i / SIDE) - 10))

const ends = (s: Segments): Array<[number, number]> => Array.from({ length: s.length / 2 }, (_, i) => [s[2 * i] ?? NaN, s[2 * i + 1] ?? NaN])

describe('contour', () => {
  it('of a cone is a circle', () => {
    const points = ends(contour(cone, SIDE, 6))
    expect(points.length).toBeGreaterThan(40)
    for (const [x, y] of points) expect(Math.hypot(x - 10, y - 10)).toBeCloseTo(6, 1)
    const length = points.reduce((sum, [x, y], i) => (i % 2 === 0 ? sum : sum + Math.hypot(x - (points[i - 1]?.[0] ?? NaN), y - (points[i - 1]?.[1] ?? NaN))), 0)
    expect(length / (2 * Math.PI * 6)).toBeCloseTo(1, 1)
  })

  it('has pairs in a saddle, and nothing where there is no level or no value', () => {
    expect(contour([0, 1, 1, 0], 2, 0.5)).toHaveLength(8)
    expect(contour([0, 1, 1, 0], 2, 2)).toEqual([])
    expect(contour([0, 1, NaN, 0], 2, 0.5)).toEqual([])
  })

  it('goes with rows that are longer than there are of them', () => {
    expect(ends(contour([0, 0, 0, 0, 1, 1, 1, 1], 4, 0.25)).every(([, y]) => y === 0.25)).toBe(true)
  })
})

describe('hatching', () => {
  it('lies within what is below, and fills it', () => {
    const lines = hatching(cone, SIDE, 6, 1.5)
    const points = ends(lines)
    for (const [x, y] of points) expect(Math.hypot(x - 10, y - 10)).toBeLessThan(6.1)
    const length = points.reduce((sum, [x, y], i) => (i % 2 === 0 ? sum : sum + Math.hypot(x - (points[i - 1]?.[0] ?? NaN), y - (points[i - 1]?.[1] ?? NaN))), 0)
    // Lines of x + y, so far apart, have this much length in an area.
    expect(length / ((Math.PI * 36 * Math.SQRT2) / 1.5)).toBeGreaterThan(0.85)
  })

  it('is everywhere or nowhere', () => {
    expect(hatching(cone, SIDE, 0, 2)).toEqual([])
    const all = hatching(cone, SIDE, 100, 4)
    expect(all).toHaveLength(4 * 10)
    expect(Math.max(...all)).toBe(20)
    expect(Math.min(...all)).toBe(0)
  })
})
