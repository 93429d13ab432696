import { describe, expect, it } from 'vitest'
import { beyondInWords, bySurprise, INTERVALS, judge } from './judged'
import type { InputSource } from '../generated/wire'
import { nearness } from '../state/nearness'

const data = { y: [1, 2, 3, 4], is_test: [false, true, true, true] }
const rows = { mean: Float32Array.of(1, 0, 2.5, NaN), std: Float32Array.of(2, 0.5, 1, NaN) }

describe('rows', () => {
  it('are judged by their own prediction, those that have one', () => {
    const judged = judge(data, rows)
    expect(judged.map(({ index, test, residual, z }) => [index, test, residual, z])).toEqual([[0, false, 0, 0], [1, true, 2, 4], [2, true, 0.5, 0.5]])
    // -log N(2 | 0, 0.5)
    expect(judged[1]?.nll).toBeCloseTo(8.2258, 4)
    expect(bySurprise(judged).map((r) => r.index)).toEqual([1, 2, 0])
  })

  it('beyond an interval are counted, and how many were expected', () => {
    const judged = judge(data, rows)
    expect(beyondInWords(judged, true, INTERVALS[95])).toBe('1 of 2 test points beyond 1.96 σ, expected 0.1')
    expect(beyondInWords(judged, false, INTERVALS[68])).toBe('0 of 1 training points beyond 0.99 σ, expected 0.3')
    const many = Array.from({ length: 100 }, (_, i) => ({ ...judged[1], index: i, test: true, z: i / 10 })) as typeof judged
    expect(beyondInWords(many, true, INTERVALS[95])).toBe('80 of 100 test points beyond 1.96 σ, expected 5')
  })
})

describe('nearness', () => {
  const y = [0, 0, 0, 0, 0]
  const is_test = [false, false, false, false, true]
  const number = (first: number): InputSource => ({ name: `x${first}`, unit: '', kind: 'number', values: [], first, inputs: 1, held: '', moves: 0 })
  const of = (x: number[][], slice: number, held: number[], sources = x.map((_, i) => number(i + 1)), average = false): Float64Array | null =>
    nearness({ x, y, is_test, slice, sources, held, average })
  const others = [-1, 1, -1, 1, 2]

  it('is none where every row is on the slice', () => {
    expect(of([[1, 2, 3, 4, 5]], 1, [0])).toBeNull()
    expect(of([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]], 0, [0, 0])).toBeNull()
    expect(of([[9, 9, 9, 9, 9], others], 1, [9, 0], undefined, true)).toBeNull()
  })

  it('falls with the distance of the other inputs from where they are held, whatever their units', () => {
    const x = [[9, 9, 9, 9, 9], others, others.map((v) => 1000 * v + 7)]
    const near = of(x, 1, [9, 0, 7])
    expect(near?.[0]).toBeCloseTo(Math.exp(-0.5), 6)
    expect(near?.[4]).toBeCloseTo(Math.exp(-2), 6)
    const moved = of(x, 1, [9, 2, 2007])
    expect(moved?.[4]).toBe(1)
    expect(moved?.[0]).toBeCloseTo(Math.exp(-4.5), 6)
    expect(of([[1, 2, 3, 4, 5], [7, 7, 7, 7, 7]], 1, [0, 7])?.[4]).toBe(1)
  })

  it('counts another word as one standard deviation', () => {
    const words: InputSource = { name: 'w', unit: '', kind: 'values', values: ['a', 'b'], first: 2, inputs: 2, held: 'a', moves: 0 }
    const near = of([[1, 2, 3, 4, 5], [1, 0, 1, 0, 1], [0, 1, 0, 1, 0]], 1, [0, 1, 0], [number(1), words])
    expect(near?.[0]).toBe(1)
    expect(near?.[1]).toBeCloseTo(Math.exp(-0.5), 6)
  })
})
