import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('../styles/tokens.css', import.meta.url), 'utf8')

type RGB = readonly [number, number, number]

/** A token's colour in the light theme and in the dark one. */
function token(name: string): readonly [RGB, RGB] {
  const [, light = '', dark = ''] = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css) ?? []
  const rgb = (hex: string): RGB => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) as unknown as RGB
  return [rgb(light), rgb(dark)]
}

/** Relative luminance, and by it the contrast of two colours, as WCAG has them. */
const luminance = (c: RGB): number => {
  const [r = 0, g = 0, b = 0] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a: RGB, b: RGB): number => {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}
const apart = (a: RGB, b: RGB): number => Math.hypot(...a.map((v, i) => v - (b[i] ?? NaN)))

describe.each([['light', 0], ['dark', 1]] as const)('colours of the %s theme', (_, theme) => {
  const of = (name: string): RGB => token(name)[theme]

  it.each(['floor', 'bad', 'good', 'warn', 'quiet', 'variance', 'residual', 'epistemic'])('%s is legible as text', (name) => {
    expect(contrast(of(name), of('surface'))).toBeGreaterThanOrEqual(4.5)
  })

  it.each(['lane-0', 'lane-1', 'lane-2', 'lane-3', 'lane-4', 'lane-5'])('%s is legible as a line', (name) => {
    expect(contrast(of(name), of('surface'))).toBeGreaterThanOrEqual(3)
  })

  it('the minimum that eps sets has a colour of its own: of no verdict and of no model', () => {
    for (const other of ['bad', 'good', 'warn', 'lane-0', 'lane-1', 'lane-2', 'lane-3', 'lane-5']) expect(apart(of('floor'), of(other)), other).toBeGreaterThan(50)
    const [r, g, b] = of('floor')
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(50)
  })
})
