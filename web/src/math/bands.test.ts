import { describe, expect, it } from 'vitest'
import { bandsName, inUnit, PRESETS, reaches, widest } from './bands'

describe('bands', () => {
  it('reach from the widest to the narrowest', () => {
    const [percent, sigma] = PRESETS.map((p) => p.bands)
    expect(percent && reaches(percent).map((r) => Number(r.toFixed(2)))).toEqual([1.96, 0.99, 0.5])
    expect(sigma && reaches(sigma)).toEqual([2, 1, 0.5])
    expect(reaches({ unit: 'sigma', levels: [3, 1] })).toEqual([3, 1])
  })

  it('are named, by a preset if they are one', () => {
    expect(bandsName({ unit: 'percent', levels: [95, 38, 68] })).toBe('38, 68, 95 %')
    expect(bandsName({ unit: 'sigma', levels: [0.5, 1, 2] })).toBe('½, 1, 2 σ')
    expect(bandsName({ unit: 'percent', levels: [90] })).toBe('90 %')
    expect(bandsName({ unit: 'sigma', levels: [2.5, 1] })).toBe('1, 2.5 σ')
    expect(widest({ unit: 'percent', levels: [90, 50] }).name).toBe('90 %')
  })

  it('are the same in the other unit', () => {
    expect(inUnit({ unit: 'percent', levels: [38, 68, 95] }, 'sigma')).toEqual({ unit: 'sigma', levels: [0.5, 1, 2] })
    expect(inUnit({ unit: 'sigma', levels: [0.5, 1, 2] }, 'percent')).toEqual({ unit: 'percent', levels: [38, 68, 95] })
    expect(inUnit({ unit: 'sigma', levels: [4] }, 'percent')).toEqual({ unit: 'percent', levels: [99.9] })
  })
})
