import { describe, expect, it } from 'vitest'
import { decadesOn, near, ticksOn, visibleDecades, visibleRange } from './visible'

describe('the range of what is visible', () => {
  it('shows bands that are near, and gives those that are far half of the height', () => {
    expect(near([0, 10], null)).toEqual([0, 10])
    expect(near([0, 10], [2, 8])).toEqual([0, 10])
    expect(near([0, 10], [-3, 12])).toEqual([-3, 12])
    expect(near([0, 10], [-1e9, 1e9])).toEqual([-5, 15])
  })

  it('widens at once, does not tremble, and comes back', () => {
    const quiet = visibleRange(null, [-180, 121], [-180, 121], 7)
    expect(quiet).toEqual({ min: -200, max: 150, interval: 50 })
    const wide = visibleRange(quiet, [-240, 300], [-240, 300], 7)
    expect(wide.min).toBeLessThanOrEqual(-240)
    expect(wide.max).toBeGreaterThanOrEqual(300)
    expect(visibleRange(wide, [-180, 121], [-180, 121], 7)).toEqual(quiet)
    // To and fro about a tick: it stays at the wider one.
    const first = visibleRange(quiet, [-180, 151], [-180, 151], 7)
    expect(first.max).toBe(200)
    for (const high of [149, 151, 148, 152]) expect(visibleRange(first, [-180, high], [-180, high], 7)).toBe(first)
  })

  it('stays where something comes near its edge, or leaves it', () => {
    const quiet = visibleRange(null, [-134, 75], [-180, 121], 7)
    expect(visibleRange(quiet, [-134, 140], [-194, 200], 7)).toBe(quiet)
    expect(visibleRange(quiet, [-134, 75], [-180, 121], 7)).toBe(quiet)
    expect(visibleRange(quiet, [-134, 151], [-197, 214], 7).max).toBe(250)
  })

  it('is the same for the same states, whatever was before them', () => {
    const states = [[0, 1], [0, 1e6], [0, 1]] as const
    const ranges = states.reduce<Array<ReturnType<typeof visibleRange>>>((all, [low, high]) => [...all, visibleRange(all.at(-1) ?? null, [low, high], [low, high], 5)], [])
    expect(ranges[2]).toEqual(ranges[0])
  })
})

describe('the decades of what is visible', () => {
  it('widen at once, do not tremble, and come back from anywhere', () => {
    const quiet = visibleDecades(null, 1.6, 57)
    expect(quiet).toEqual({ min: 0, max: 2 })
    for (const wrecked of [130, 9e4, 1e20]) {
      const wide = visibleDecades(quiet, 1.6, wrecked)
      expect(10 ** wide.max).toBeGreaterThanOrEqual(wrecked)
      expect(visibleDecades(wide, 1.6, wrecked)).toEqual(wide)
    }
    expect(visibleDecades({ min: 0, max: 20 }, 1.6, 90)).toEqual(quiet)
    expect(visibleDecades({ min: -9, max: 2 }, 1.6, 57)).toEqual(quiet)
    // To and fro about a power of ten: it stays at the wider one.
    const first = visibleDecades(quiet, 1.6, 101)
    expect(first).toEqual({ min: 0, max: 3 })
    for (const high of [99, 101, 70, 102]) expect(visibleDecades(first, 1.6, high)).toEqual(first)
    expect(visibleDecades(first, 1.6, 57)).toEqual(quiet)
  })

  it('have room for one at least', () => {
    expect(visibleDecades(null, 1, 1)).toEqual({ min: 0, max: 1 })
    expect(visibleDecades({ min: 3, max: 4 }, 1, 1)).toEqual({ min: 0, max: 1 })
  })
})

describe('ticks', () => {
  it('are as many as have room', () => {
    expect(ticksOn({ min: -200, max: 150 }, 50, 300, 16).values).toEqual([-200, -150, -100, -50, 0, 50, 100, 150])
    const low = ticksOn({ min: -200, max: 150 }, 50, 60, 16)
    expect(low.values).toEqual([-200, -100, 0, 100])
    expect(ticksOn({ min: -200, max: 150 }, 50, 10, 16).values.length).toBeLessThanOrEqual(2)
    // While the axis is on its way they stay round.
    expect(ticksOn({ min: -187.3, max: 141 }, 50, 300, 16).values).toEqual([-150, -100, -50, 0, 50, 100])
  })

  it.each([20, 40, 60, 90, 150, 400])('are never printed over another on %i pixels', (pixels) => {
    for (const [min, max, interval] of [[-200, 150, 50], [0, 1, 0.1], [-0.3, 0.35, 0.05], [1e6, 1.7e6, 1e5]] as const) {
      const { values } = ticksOn({ min, max }, interval, pixels, 16)
      const apart = values.slice(1).map((v, i) => ((v - (values[i] ?? 0)) / (max - min)) * pixels)
      for (const gap of apart) expect(gap).toBeGreaterThanOrEqual(16 - 1e-6)
    }
  })

  it('of decades are whole ones', () => {
    expect(decadesOn({ min: 0, max: 2 }, 100, 16)).toEqual([0, 1, 2])
    expect(decadesOn({ min: -3, max: 20 }, 100, 16).length).toBeLessThanOrEqual(7)
    expect(decadesOn({ min: 0.4, max: 2.7 }, 100, 16)).toEqual([1, 2])
  })
})
