import { describe, expect, it } from 'vitest'
import { below, reachOf } from './normal'

describe('the normal distribution', () => {
  it('has the shares of the tables', () => {
    expect(below(0)).toBeCloseTo(0.5, 6)
    expect(below(1)).toBeCloseTo(0.8413447, 6)
    expect(below(-1.959964)).toBeCloseTo(0.025, 6)
    expect(below(-40)).toBe(0)
    expect(below(Infinity)).toBe(1)
  })

  it('reaches as far as its shares say', () => {
    expect(reachOf(0.95)).toBeCloseTo(1.959964, 4)
    expect(reachOf(0.6827)).toBeCloseTo(1, 4)
    expect(reachOf(0.383)).toBeCloseTo(0.5, 3)
    expect(reachOf(0)).toBe(0)
    expect(reachOf(0.999)).toBeCloseTo(3.2905, 2)
  })
})
