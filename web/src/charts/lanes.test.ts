import { describe, expect, it } from 'vitest'
import { MAX_COLOURS } from '../generated/wire'
import { dashOf, polylines, tokenOf } from './lanes'

describe('lanes', () => {
  it('are told apart by colour and line style together', () => {
    const looks = Array.from({ length: MAX_COLOURS }, (_, colour) => `${tokenOf(colour)} ${dashOf(colour).join()}`)
    expect(new Set(looks).size).toBe(MAX_COLOURS)
    expect(dashOf(0)).toEqual([])
  })

  it('leave a gap where there is no value', () => {
    const shapes = polylines([[0, 0], [1, 1], [2, NaN], [3, 3], [4, NaN], [5, 5], [6, 6]], { colour: 'red', dash: [] }, 1)
    expect(shapes.map((s) => ('shape' in s ? s.shape : null))).toEqual([{ points: [[0, 0], [1, 1]] }, { points: [[5, 5], [6, 6]] }])
  })
})
