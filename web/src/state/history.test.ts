import { describe, expect, it } from 'vitest'
import { POINT_COLUMNS, type Point } from '../generated/wire'
import { History } from './history'

const point = (step: number, train: number | null, lane = 0): Point => [lane, step, train, 0, 0, 0]

describe('History', () => {
  it('passes over what it has and refuses a hole', () => {
    const h = new History()
    expect(h.add(0, [point(0, 3), point(10, 2)])).toBe(true)
    expect(h.add(1, [point(10, 2), point(20, 1)])).toBe(true)
    expect(h.column(0, 'step')).toEqual([0, 10, 20])
    expect(h.add(5, [point(50, 1)])).toBe(false)
    expect(h.length).toBe(3)
  })

  it('keeps lanes apart, and gives a copy the past of its origin', () => {
    const h = new History()
    h.add(0, [point(0, 3), point(10, 2), point(20, 1), point(20, 5, 1), point(30, 0), point(30, 4, 1)])
    h.know([{ lane: 0, from: null }, { lane: 1, from: { lane: 0, step: 15 } }])
    expect(h.length).toBe(6)
    expect(h.lastStep).toBe(30)
    expect(h.column(0, 'train_loss')).toEqual([3, 2, 1, 0])
    expect(h.column(1, 'step')).toEqual([0, 10, 20, 30])
    expect(h.column(1, 'train_loss')).toEqual([3, 2, 5, 4])
    h.know([{ lane: 2, from: { lane: 1, step: 25 } }])
    expect(h.column(2, 'train_loss')).toEqual([3, 2, 5])
    expect(h.column(7, 'step')).toEqual([])
    h.clear()
    expect([h.length, h.lastStep, h.column(0, 'step').length]).toEqual([0, 0, 0])
  })

  it('keeps every target, whichever is shown when its points come', () => {
    const h = new History()
    const of = (step: number, target: number, nll: number, lane = 0): Point => {
      const p: Array<number | null> = POINT_COLUMNS.slice(0, POINT_COLUMNS.indexOf('target') + 1).map(() => 0)
      p[0] = lane
      p[1] = step
      p[POINT_COLUMNS.indexOf('test_nll')] = nll
      p[POINT_COLUMNS.indexOf('target')] = target
      return p
    }
    h.know([{ lane: 0, from: null }, { lane: 1, from: { lane: 0, step: 5 } }])
    h.add(0, [of(0, 1, 3), of(0, 2, 30), of(10, 1, 2), of(10, 2, 20)])
    h.target = 2
    h.add(4, [of(20, 1, 1), of(20, 2, 10), of(20, 1, 7, 1), of(20, 2, 70, 1)])
    expect(h.length).toBe(8)
    expect(h.series(0, 'test_nll')).toEqual({ steps: [0, 10, 20], values: [30, 20, 10] })
    expect(h.column(1, 'test_nll')).toEqual([30, 70])
    h.target = 1
    expect(h.series(0, 'test_nll')).toEqual({ steps: [0, 10, 20], values: [3, 2, 1] })
    expect(h.column(1, 'test_nll')).toEqual([3, 7])
    // A run of one target says nothing of it.
    h.clear()
    h.add(0, [point(0, 4)])
    expect(h.column(0, 'train_loss')).toEqual([4])
  })

  it('has points that are not finite as such', () => {
    const h = new History()
    h.add(0, [point(0, 3), point(1, null), point(2, 1)])
    expect(h.series(0, 'train_loss')).toEqual({ steps: [0, 1, 2], values: [3, NaN, 1] })
    // What ends a point that says nothing is left out on the wire.
    expect(h.series(0, 'parameter_1')).toEqual({ steps: [0, 1, 2], values: [NaN, NaN, NaN] })
  })
})
