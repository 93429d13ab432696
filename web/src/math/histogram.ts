import { extent } from './scale'

/** How values are spread: the ends, and the share of the fullest bin that each bin has. */
export interface Histogram {
  readonly low: number
  readonly high: number
  readonly bins: readonly number[]
}

/** Counts values in bins of the same width; null where there are none or all are the same. */
export function histogram(values: readonly number[], bins: number): Histogram | null {
  const [low = NaN, high = NaN] = extent(values) ?? []
  if (!(high > low)) return null
  const counts = new Array<number>(bins).fill(0)
  for (const v of values) {
    const bin = Math.min(bins - 1, Math.floor(((v - low) / (high - low)) * bins))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const most = Math.max(...counts)
  return { low, high, bins: counts.map((n) => n / most) }
}

/** The share of the values that lie below one, in per cent; those equal to it count half. */
export function percentile(values: readonly number[], at: number): number {
  const below = values.reduce((n, v) => n + (v < at ? 1 : v === at ? 0.5 : 0), 0)
  return (100 * below) / values.length
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? (sorted[Math.floor(middle)] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}
