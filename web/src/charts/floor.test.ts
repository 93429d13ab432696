import { describe, expect, it } from 'vitest'
import type { LanePicture } from '../net/frame'
import type { Data } from '../generated/wire'
import { clampedRows, isFree, spotsFor, stretches } from './floor'
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

describe('the words of the floor', () => {
  const area = { x: 50, y: 30, width: 400, height: 100 }
  const flat = (y: number): Array<[number, number]> => Array.from({ length: 11 }, (_, i) => [50 + 40 * i, y])

  it('stand above the line, or under it, and else elsewhere in the plot, never on the line', () => {
    const spots = spotsFor(area, 110, 120)
    expect(spots[0]).toEqual({ left: 326, top: 90 })
    for (const { left, top } of spots) {
      expect(top + 16 <= 110 || top >= 110).toBe(true)
      expect([left >= 50, left + 120 <= 450, top >= 30, top + 16 <= 130]).toEqual([true, true, true, true])
    }
  })

  it('are never struck through, by what runs between two points either', () => {
    const box = { x: 300, y: 60, width: 100, height: 16 }
    expect(isFree([flat(40)], box)).toBe(true)
    expect(isFree([flat(68)], box)).toBe(false)
    expect(isFree([[[50, 0], [450, 130]]], { x: 200, y: 60, width: 100, height: 16 })).toBe(false)
    expect(isFree([[[50, 0], [450, 130]]], { x: 50, y: 100, width: 100, height: 16 })).toBe(true)
    expect(isFree([[[350, 0], [350, 130]]], box)).toBe(false)
    expect(isFree([[[300, NaN], [350, 68], [360, NaN]]], box)).toBe(true)
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
