import { bisectCenter, bisectLeft, bisectRight } from 'd3-array'
import type { Series, XY } from '../state/history'

/** The part of a curve that is drawn. */
export interface Decimated {
  readonly points: XY[]
  /** How many of the range's points are among them. */
  readonly shown: number
  /** How many points the range has. */
  readonly of: number
}

/**
 * The points within a range with about two for each of the pixels: the least
 * and the greatest of each pixel's, so that no spike is lost, and the first that
 * is not finite. The neighbours outside come too, not counted, since lines continue
 * to the edges. The pixel of a step says along.
 */
export function decimate({ steps, values }: Series, from: number, to: number, pixels: number, along: (step: number) => number): Decimated {
  const first = bisectLeft(steps, from)
  const end = bisectRight(steps, to)
  const of = end - first
  const points: XY[] = []
  const keep = (i: number): void => { points.push([steps[i] ?? NaN, values[i] ?? NaN]) }
  if (first > 0) keep(first - 1)
  const before = points.length
  if (of <= 2 * pixels) for (let i = first; i < end; i++) keep(i)
  else {
    let [pixel, least, greatest, odd] = [NaN, -1, -1, -1]
    const close = (): void => {
      const kept = [least, greatest === least ? -1 : greatest, odd].filter((k) => k >= 0).sort((a, b) => a - b)
      kept.forEach(keep)
      least = greatest = odd = -1
    }
    for (let i = first; i < end; i++) {
      const at = Math.floor(along(steps[i] ?? 0))
      if (at !== pixel) close()
      pixel = at
      const v = values[i] ?? NaN
      if (!Number.isFinite(v)) {
        if (odd < 0) odd = i
        continue
      }
      if (least < 0 || v < (values[least] ?? NaN)) least = i
      if (greatest < 0 || v > (values[greatest] ?? NaN)) greatest = i
    }
    close()
  }
  const shown = points.length - before
  if (end < steps.length) keep(end)
  return { points, shown, of }
}

/** The index of the nearest of sorted steps; -1 if there are none. */
export function nearest(steps: readonly number[], step: number): number {
  return steps.length === 0 ? -1 : bisectCenter(steps, step)
}
