import { describe, expect, it } from 'vitest'
import { DIFFERENCE, entry, fromOKLCH, MEAN, STD, type Ramp } from './colours'

/** L*, a* and b* of CIELAB: what the ramps are made in is not what judges them. */
function lab(ramp: Ramp): Array<readonly [number, number, number]> {
  return Array.from(ramp.packed, (packed) => {
    const [r, g, b] = [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number]
    const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
    const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505)
    const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b)
    const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)] as const
  })
}

const tenths = (ramp: Ramp): Array<readonly [number, number, number]> => lab(ramp).filter((_, i) => i % 25 === 0)

describe('colours', () => {
  it('are those that sRGB has for OKLCH', () => {
    expect(fromOKLCH(1, 0, 0)).toEqual([255, 255, 255])
    expect(fromOKLCH(0, 0, 0)).toEqual([0, 0, 0])
    // Red, as CSS Color 4 gives it.
    expect(fromOKLCH(0.62796, 0.25768, 29.234)).toEqual([255, 0, 0])
  })

  it.each([['mean', MEAN], ['std', STD]])('of the %s grow lighter evenly', (_, ramp) => {
    const steps = tenths(ramp).slice(1).map(([l], i) => l - (tenths(ramp)[i]?.[0] ?? NaN))
    expect(Math.min(...steps)).toBeGreaterThan(3)
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(2)
  })

  it.each([['mean', MEAN], ['std', STD]])('of the %s are as far apart everywhere, within a factor', (_, ramp) => {
    const colours = tenths(ramp)
    const apart = colours.slice(1).map((c, i) => Math.hypot(...c.map((v, k) => v - (colours[i]?.[k] ?? NaN))))
    expect(Math.max(...apart) / Math.min(...apart)).toBeLessThan(2.6)
  })

  it.each([['light', 1], ['dark', -1]] as const)('of differences leave the page both ways alike: %s', (theme, sign) => {
    const lightness = lab(DIFFERENCE[theme]).map(([l]) => l)
    const middle = lightness[entry(0.5)] ?? NaN
    for (const [i, l] of lightness.entries()) expect(Math.abs(l - (lightness.at(-1 - i) ?? NaN)), String(i)).toBeLessThan(6)
    expect(sign * (middle - (lightness[0] ?? NaN))).toBeGreaterThan(30)
    expect(sign * (middle - (lightness.at(-1) ?? NaN))).toBeGreaterThan(30)
  })

  it('end where the scale does', () => {
    expect([entry(-1), entry(0), entry(1), entry(7)]).toEqual([0, 0, 255, 255])
    expect(MEAN.dark[0]).toBe(true)
    expect(MEAN.dark.at(-1)).toBe(false)
  })
})
