import { describe, expect, it } from 'vitest'
import { LINEAR, LOG, symlog, thresholdFor, valueLabel, valueTicks } from './value-scale'

describe('scales', () => {
  it('come back to the value', () => {
    for (const scale of [LINEAR, LOG, symlog(0.1)]) {
      for (const v of [1e-4, 0.3, 1, 700]) expect(scale.back(scale.to(v))).toBeCloseTo(v, 9)
    }
    expect(symlog(2).back(symlog(2).to(-40))).toBeCloseTo(-40, 9)
    expect(symlog(2).to(0)).toBe(0)
    expect([LOG.to(0), LOG.to(-1)]).toEqual([NaN, NaN])
  })

  it('begin to be logarithmic at the usual size of the values', () => {
    expect([0.8, 4, 230, 0, NaN].map(thresholdFor)).toEqual([1, 10, 100, 1, 1])
  })
})

describe('labels', () => {
  const labels = (scale: typeof LINEAR, a: number, b: number): string[] => {
    const ticks = valueTicks(scale, scale.to(a), scale.to(b), 5)
    return ticks.map((v) => valueLabel(scale, v, ticks))
  }

  it('are round on each scale', () => {
    expect(labels(LINEAR, -1, 0.2)).toEqual(['−1.0', '−0.8', '−0.6', '−0.4', '−0.2', '0.0', '0.2'])
    expect(labels(LOG, 0.5, 5000)).toEqual(['1', '10', '100', '1000'])
    expect(labels(LOG, 1, 30)).toEqual(['1', '2', '5', '10', '20'])
    expect(labels(symlog(1), -2, 1000)).toEqual(['0', '10', '100', '1000'])
    expect(labels(symlog(1), -1000, 1000)).toEqual(['−1000', '−10', '0', '10', '1000'])
  })

  it('are those of a linear axis on a short stretch', () => {
    expect(labels(LOG, 4.1, 4.6)).toEqual(['4.1', '4.2', '4.3', '4.4', '4.5', '4.6'])
    expect(labels(symlog(1), 0.61, 0.72)).toEqual(['0.62', '0.64', '0.66', '0.68', '0.70', '0.72'])
  })

  it('are not too many', () => {
    for (const [a, b] of [[-300, 5], [-0.9, 0.4], [-5, 1e9], [-1e6, -1e-3], [2, 3]] as const) {
      const ticks = valueTicks(symlog(1), symlog(1).to(a), symlog(1).to(b), 5)
      expect(ticks.length, `${a} to ${b}`).toBeGreaterThanOrEqual(3)
      expect(ticks.length, `${a} to ${b}`).toBeLessThanOrEqual(8)
      expect(ticks).toEqual(ticks.toSorted((x, y) => x - y))
    }
  })
})
