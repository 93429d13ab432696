import { describe, expect, it } from 'vitest'
import type { Point } from './generated/wire'
import { History } from './history'

const point = (step: number, train: number | null): Point => [step, train, 0, 0, 0]

describe('History', () => {
  it('passes over what it has and refuses a hole', () => {
    const h = new History()
    expect(h.add(0, [point(0, 3), point(10, 2)])).toBe(true)
    expect(h.add(1, [point(10, 2), point(20, 1)])).toBe(true)
    expect(h.column('step')).toEqual([0, 10, 20])
    expect(h.add(5, [point(50, 1)])).toBe(false)
    expect(h.length).toBe(3)
  })

  it('keeps every point where there is room', () => {
    const h = new History()
    h.add(0, [point(0, 3), point(1, null), point(2, 1)])
    expect(h.decimate('train_loss', 100, 2)).toEqual({ points: [[0, 3], [1, NaN], [2, 1]], shown: 3 })
  })

  it('keeps spikes and gaps where there is not', () => {
    const h = new History()
    h.add(0, Array.from({ length: 10_000 }, (_, i) => point(i, i === 5003 ? 99 : i === 7007 ? null : Math.sin(i / 500))))
    const { points, shown } = h.decimate('train_loss', 100, 10_000)
    expect(shown).toBe(points.length)
    expect(points.length).toBeLessThanOrEqual(300)
    expect(points).toContainEqual([5003, 99])
    expect(points).toContainEqual([7007, NaN])
    expect(points.map(([step]) => step)).toEqual(points.map(([step]) => step).toSorted((a, b) => a - b))
  })

  it('survives a curve without one finite value', () => {
    const h = new History()
    h.add(0, Array.from({ length: 1000 }, (_, i) => point(i, null)))
    expect(h.decimate('train_loss', 10, 1000).points.every(([, v]) => Number.isNaN(v))).toBe(true)
  })
})
