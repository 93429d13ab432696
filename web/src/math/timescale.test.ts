import { describe, expect, it } from 'vitest'
import { apart, labels, placeOf, stepAt, stepsPerPixel } from './timescale'

describe('the scale of time', () => {
  it('goes there and back', () => {
    for (const step of [0, 1, 33, 5000, 12_000]) expect(stepAt(placeOf(step, 12_000), 12_000)).toBeCloseTo(step, 6)
    expect(placeOf(20_000, 12_000)).toBe(1)
    expect(placeOf(-1, 12_000)).toBe(0)
  })

  it('knows how many steps a pixel has', () => {
    const [end, width] = [10_000, 1000]
    for (const step of [100, 2500, 9000]) {
      const pixel = stepAt(placeOf(step, end) + 1 / width, end) - step
      expect(stepsPerPixel(step, end, width) / pixel).toBeCloseTo(1, 1)
    }
  })

  it('leaves out what lies too near, and keeps the last', () => {
    const steps = Array.from({ length: 101 }, (_, i) => i)
    const shown = apart(steps, 100, 1000, 3)
    expect(shown[0]).toBe(100)
    const places = shown.map((s) => 1000 * placeOf(s, 100))
    places.forEach((x, i) => { if (i > 0) expect((places[i - 1] ?? 0) - x).toBeGreaterThanOrEqual(3) })
    expect(apart(steps, 100, 1000, 1000)).toEqual([100, 0])
  })

  it('writes round steps that do not touch', () => {
    for (const end of [100, 150, 1200, 12_000, 1_000_000]) {
      const shown = labels(end, 900, 46).reverse()
      expect(shown.length).toBeGreaterThan(3)
      const places = [0, ...shown.map((s) => 900 * placeOf(s, end))]
      places.forEach((x, i) => { if (i > 0) expect(x - (places[i - 1] ?? 0)).toBeGreaterThanOrEqual(46) })
    }
    expect(labels(12_000, 900, 46).every((v) => [1, 2, 4, 5, 6, 8, 10, 12].includes(Number(String(v).replace(/0+$/, ''))))).toBe(true)
  })
})
