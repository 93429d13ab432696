import type { XY } from '../history'

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
 * is not finite. The neighbours outside come too, not counted, since lines go on
 * to the edges. The pixel of a step says along.
 */
export function decimate(points: readonly XY[], from: number, to: number, pixels: number, along: (step: number) => number): Decimated {
  const first = lowerBound(points, from)
  const end = lowerBound(points, to, true)
  const of = end - first
  const before = points[first - 1]
  const after = points[end]
  const edges = (kept: XY[]): XY[] => [...(before ? [before] : []), ...kept, ...(after ? [after] : [])]
  if (of <= 2 * pixels) return { points: edges(points.slice(first, end)), shown: of, of }
  const kept: XY[] = []
  let i = first
  while (i < end) {
    const pixel = Math.floor(along(points[i]?.[0] ?? 0))
    let least = -1
    let greatest = -1
    let odd = -1
    for (; i < end && Math.floor(along(points[i]?.[0] ?? 0)) === pixel; i++) {
      const v = points[i]?.[1] ?? NaN
      if (!Number.isFinite(v)) {
        if (odd < 0) odd = i
        continue
      }
      if (least < 0 || v < (points[least]?.[1] ?? NaN)) least = i
      if (greatest < 0 || v > (points[greatest]?.[1] ?? NaN)) greatest = i
    }
    const chosen = [...new Set([least, greatest, odd])].filter((k) => k >= 0).sort((a, b) => a - b)
    for (const k of chosen) {
      const p = points[k]
      if (p) kept.push(p)
    }
  }
  return { points: edges(kept), shown: kept.length, of }
}

/** The first index whose step is not below the given one, or above it. */
export function lowerBound(points: readonly XY[], step: number, above = false): number {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const at = points[middle]?.[0] ?? 0
    if (at < step || (above && at === step)) low = middle + 1
    else high = middle
  }
  return low
}

/** The index of the point whose step is nearest. */
export function nearest(points: readonly XY[], step: number): number {
  const i = lowerBound(points, step)
  const [a, b] = [points[i - 1]?.[0], points[i]?.[0]]
  if (b === undefined) return i - 1
  return a !== undefined && step - a < b - step ? i - 1 : i
}
