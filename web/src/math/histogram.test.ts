import { describe, expect, it } from 'vitest'
import { histogram, median, percentile } from './histogram'

describe('a histogram', () => {
  it('counts what lies in each bin, the greatest value in the last', () => {
    expect(histogram([0, 1, 1.5, 2, 4], 4)).toEqual({ low: 0, high: 4, bins: [0.5, 1, 0.5, 0.5] })
  })

  it('is none of one value, or of none', () => {
    expect(histogram([3, 3, 3], 4)).toBeNull()
    expect(histogram([], 4)).toBeNull()
  })
})

it('a percentile counts equal values half', () => {
  expect(percentile([1, 2, 2, 3], 2)).toBe(50)
  expect(percentile([1, 2, 2, 3], 0)).toBe(0)
  expect(percentile([1, 2, 2, 3], 9)).toBe(100)
})

it('a median lies in the middle', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})
