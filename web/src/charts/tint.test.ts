import { describe, expect, it } from 'vitest'
import { MEAN, STD } from './colours'
import { CalmTint, positionOf, ticksOf } from './tint'

describe('a colour scale', () => {
  it('is logarithmic where values span more than a decade, and has ticks of 1, 2 and 5', () => {
    const tint = new CalmTint().positive(STD, [0.07, 0.3, 1.1, 0, NaN])
    expect(tint.log).toBe(true)
    expect(tint.min).toBeLessThanOrEqual(0.07)
    expect(tint.max).toBeGreaterThanOrEqual(1.1)
    expect(positionOf(tint, Math.sqrt(tint.min * tint.max))).toBeCloseTo(0.5, 6)
    expect(ticksOf(tint).map((t) => t.text)).toEqual(['0.1', '0.2', '0.5', '1'])
    expect(new CalmTint().positive(STD, [1, 3]).log).toBe(false)
  })

  it('does not go to and fro between them', () => {
    const calm = new CalmTint()
    expect(calm.positive(STD, [1, 10]).log).toBe(false)
    expect(calm.positive(STD, [1, 13]).log).toBe(true)
    expect(calm.positive(STD, [1, 10]).log).toBe(true)
    expect(calm.positive(STD, [1, 5]).log).toBe(false)
  })

  it('stands still while what it shows trembles', () => {
    const calm = new CalmTint()
    const first = calm.linear(MEAN, [-3.02, 5.01])
    for (let i = 0; i < 50; i++) expect(calm.linear(MEAN, [-3 + 0.02 * Math.sin(i), 5 + 0.01 * Math.cos(i)])).toEqual(first)
    expect(calm.linear(MEAN, [-3, 9]).max).toBeGreaterThanOrEqual(9)
  })

  it('of differences has 0 in its middle', () => {
    const tint = new CalmTint().around0(MEAN, [-0.1, 0.7])
    expect(positionOf(tint, 0)).toBeCloseTo(0.5, 9)
    expect(positionOf(tint, 0.7)).toBeLessThanOrEqual(1)
  })

  it('bears values that are all alike, and none', () => {
    for (const values of [[2, 2], [0, 0], []]) {
      const tint = new CalmTint().linear(MEAN, values)
      expect(tint.max).toBeGreaterThan(tint.min)
      expect(ticksOf(tint).length).toBeGreaterThan(1)
    }
    expect(new CalmTint().positive(STD, [0, NaN]).max).toBe(1)
  })
})
