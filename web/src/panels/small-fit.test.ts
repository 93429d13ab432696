import { describe, expect, it } from 'vitest'
import { dotPath, smallRows } from './small-fit'

describe('a small chart', () => {
  it('has its rows as dots, test rows apart, on axes that hold them and the truth', () => {
    const rows = [{ x: 0, y: 0, test: false }, { x: 10, y: 10, test: true }, { x: 5, y: NaN, test: false }]
    const s = smallRows(rows, [0, 10], null)
    expect(s.x).toEqual([0, 10])
    expect(s.y[0]).toBeCloseTo(-0.6, 9)
    expect(s.train).toBe('M0.0 94.6h0')
    expect(s.test).toBe('M100.0 5.4h0')
    expect([s.marks.x[0], s.marks.x.at(-1)]).toEqual([{ at: 0, text: '0' }, { at: 100, text: '10' }])
    expect(s.marks.y.every((m) => m.at >= 0 && m.at <= 100)).toBe(true)
    const wide = smallRows(rows, [0, 10], { mean: Float32Array.from([0, 50]), std: Float32Array.from([1, 10]) })
    expect(wide.y[1]).toBeGreaterThan(69)
    expect(wide.y[0]).toBeLessThan(-1.9)
  })

  it('is there without rows', () => {
    expect(smallRows([], [0, 1], null)).toMatchObject({ train: '', test: '' })
    expect(dotPath([[1, NaN], [2, 3]])).toBe('M2.0 3.0h0')
  })
})
