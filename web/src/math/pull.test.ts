import { describe, expect, it } from 'vitest'
import { concentration, greatest } from './pull'

describe('the concentration of pulls', () => {
  it('is a tenth where all rows pull alike, whatever the direction', () => {
    expect(concentration(Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 0.5 : -0.5)))).toBe(0.1)
  })

  it('counts those that pull most, and leaves out rows that do not train', () => {
    expect(concentration(Float32Array.from([1, NaN, -8, 1, 1, NaN, 1, 1, 1, 1, 1, 1]))).toBe(8 / 17)
  })

  it('takes whole rows, at least one', () => {
    expect(concentration([3, 1])).toBe(0.75)
    expect(concentration(Array.from({ length: 11 }, () => 1))).toBe(2 / 11)
  })

  it('says nothing of nothing', () => {
    for (const pulls of [[], [0, 0], [NaN]]) expect(concentration(pulls)).toBeNaN()
  })
})

describe('the greatest pull', () => {
  it('goes by amount', () => {
    expect(greatest([1, -3, NaN, 2])).toBe(3)
    expect(greatest([NaN])).toBe(0)
  })
})
