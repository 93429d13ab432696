import { describe, expect, it } from 'vitest'
import { concentration, greatest } from './pull'

describe('the concentration of pulls', () => {
  it('is a tenth where all rows pull alike, whatever the direction', () => {
    expect(concentration(Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 0.5 : -0.5)))).toEqual({ rows: 40, top: 4, share: 0.1 })
  })

  it('counts those that pull most, and leaves out rows that do not train', () => {
    const pulls = Float32Array.from([1, NaN, -8, 1, 1, NaN, 1, 1, 1, 1, 1, 1])
    expect(concentration(pulls)).toEqual({ rows: 10, top: 1, share: 8 / 17 })
  })

  it('takes whole rows, at least one', () => {
    expect(concentration([3, 1]).top).toBe(1)
    expect(concentration(Array.from({ length: 11 }, () => 1)).top).toBe(2)
  })

  it('says nothing of nothing', () => {
    expect(concentration([])).toEqual({ rows: 0, top: 0, share: NaN })
    expect(concentration([0, 0]).share).toBeNaN()
    expect(concentration([NaN]).rows).toBe(0)
  })
})

describe('the greatest pull', () => {
  it('goes by amount', () => {
    expect(greatest([1, -3, NaN, 2])).toBe(3)
    expect(greatest([NaN])).toBe(0)
  })
})
