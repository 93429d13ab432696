import { describe, expect, it } from 'vitest'
import { radius } from '../math/pull'

describe('a dot that pulls', () => {
  it('has an area that goes with its pull, and is seen even where it does not pull', () => {
    const area = (share: number): number => radius(share, 1) ** 2
    expect(area(0)).toBeGreaterThan(1)
    expect(area(0.5) - area(0)).toBeCloseTo(area(1) - area(0.5), 9)
    expect(radius(-2, 4)).toBe(radius(2, 4))
    expect(radius(0, 0)).toBe(radius(0, 1))
  })
})
