import type { LanePicture } from '../net/frame'
import type { Data } from '../generated/wire'

/** How many training points have a variance below eps, and of how many that is. */
export interface Clamped {
  readonly points: number
  readonly of: number
}

/**
 * The clamped points of one picture: all that say how many there are say it of the same
 * moment and of the same points. Where the data have more points than are shown it is of
 * those shown, as only these can be marked.
 */
export function clampedOf({ fit: { scalars }, rows }: Pick<LanePicture, 'fit' | 'rows'>, data: Pick<Data, 'train' | 'test' | 'is_test'>): Clamped {
  if (data.is_test.length >= data.train + data.test) return { points: scalars.clamped, of: data.train }
  const seen = data.is_test.flatMap((test, i) => (!test && Number.isFinite(rows.std[i] ?? NaN) ? [i] : []))
  return { points: scalars.clamped > 0 ? seen.filter((i) => isClamped(rows.std[i] ?? NaN, scalars.floor)).length : 0, of: seen.length }
}

/** Whether a standard deviation is the floor, in float32. */
export function isClamped(std: number, floor: number): boolean {
  return std <= floor * (1 + 1e-6)
}
