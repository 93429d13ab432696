import { expect, it } from 'vitest'
import type { LanePicture } from '../net/frame'
import { clampedOf } from './clamped'

const picture = (clamped: number, ...std: number[]): LanePicture => ({ fit: { scalars: { floor: 0.5, clamped } }, rows: { std: Float32Array.from(std) } }) as unknown as LanePicture

it('clamped points are counted of one picture, and of those shown where there are more', () => {
  const is_test = [false, false, true, false]
  expect(clampedOf(picture(2, 0.5, 0.5, 0.5, 1), { train: 3, test: 1, is_test })).toEqual({ points: 2, of: 3 })
  expect(clampedOf(picture(900, 0.5, 0.5, 0.5, 1), { train: 3000, test: 1000, is_test })).toEqual({ points: 2, of: 3 })
  expect(clampedOf(picture(900, 0.5, NaN, 0.5, 1), { train: 3000, test: 1000, is_test })).toEqual({ points: 1, of: 2 })
  expect(clampedOf(picture(0, 0.5, 0.5, 0.5, 1), { train: 3000, test: 1000, is_test })).toEqual({ points: 0, of: 3 })
})
