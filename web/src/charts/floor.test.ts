import { describe, expect, it } from 'vitest'
import type { LanePicture } from '../net/frame'
import type { Data } from '../generated/wire'
import { clampedRows, stretches } from './floor'
import { floorInWords } from './noise-words'

const at = (x: number, y: number): [number, number] => [100 * x, y]
const picture = (std: number[], rows: number[], floor: number, clamped: number): LanePicture =>
  ({ fit: { std: Float32Array.from(std), scalars: { floor, clamped } }, rows: { std: Float32Array.from(rows) } }) as unknown as LanePicture

describe('what the floor holds up', () => {
  it('is found in stretches that end midway to where it holds no more', () => {
    const x = Float32Array.from([0, 1, 2, 3, 4])
    expect(stretches({ picture: picture([0.1, 0.1, 2, 2, 0.3], [], 0.5, 0), x, at })).toEqual([[0, 150], [350, 400]])
    expect(stretches({ picture: picture([1, 1, 1, 1, 1], [], 0.5, 0), x, at })).toEqual([])
    expect(stretches({ picture: picture([1, 0.2, NaN, 1, 1], [], 0.5, 0), x, at })).toEqual([[50, 150]])
  })

  it('is found among the training rows', () => {
    const data = { inputs: [{}], x: [[0, 1, 2, 3]], is_test: [false, false, true, false] } as unknown as Data
    expect(clampedRows({ picture: picture([], [0.5, 0.7, 0.5, NaN], 0.5, 1), data, at })).toEqual([0])
    expect(clampedRows({ picture: picture([], [0.5, 0.7, 0.5, NaN], 0.5, 0), data, at })).toEqual([])
  })
})

describe('the floor in words', () => {
  const data = { target: { name: 'y', unit: 'g' }, target_std: 50 }
  it('is in both units, unless they are the same', () => {
    expect(floorInWords(0.5, data)).toBe('minimum std 0.50\u00a0g (√eps), 1e-2 in standardised units')
    expect(floorInWords(0.5, { ...data, target_std: 1 })).toBe('minimum std 0.50\u00a0g (√eps)')
    expect(floorInWords(0, data)).toBe('no minimum std (eps = 0)')
  })
})
