import { count, exactly } from '../math/format'
import type { Column } from '../generated/wire'
import { labelOf } from './shown'

/**
 * How an axis counts: from a base, in units of a power of ten. ECharts rounds what it
 * draws to some digits after the point, and labels must tell ticks apart that are far
 * from 0, so that it is given numbers near 1.
 */
export interface Measure {
  readonly base: number
  readonly unit: number
}

export const PLAIN: Measure = { base: 0, unit: 1 }

const MOST_DIGITS = 6 // of a label

/** A value as its axis counts it. */
export function counted(v: number, { base, unit }: Measure): number {
  return (v - base) / unit
}

/** The value that an axis counts so. */
export function meant(v: number, { base, unit }: Measure): number {
  return base + v * unit
}

/** The order of magnitude of a number: the power of ten that is not above it. */
function order(v: number): number {
  return Math.floor(Math.log10(v) + 1e-9)
}

/** How an axis between two values counts whose ticks are so far apart. */
export function measureOf(low: number, high: number, interval: number): Measure {
  const span = high - low
  if (!(span > 0 && interval > 0 && Number.isFinite(span))) return PLAIN
  const unit = span < 1e-3 || span > 1e9 ? Number(`1e${order(span)}`) : 1
  const digits = order(Math.max(Math.abs(low), Math.abs(high))) - order(interval) + 1
  if (digits <= MOST_DIGITS) return { base: 0, unit }
  const step = order(span) + 1
  return { base: Number(`${Math.round((low + span / 2) / 10 ** step)}e${step}`), unit }
}

/** How a logarithmic axis counts between two values above 0. */
export function logMeasureOf(low: number, high: number): Measure {
  const unit = Number(`1e${order(high)}`)
  return low < 1e-6 || high > 1e12 ? { base: 0, unit } : PLAIN
}

/** The name of a column and what its axis counts from: "t (s) − 1 717 200 000". */
export function axisName(column: Column, { base }: Measure): string {
  const label = labelOf(column)
  if (base === 0) return label
  return `${label} ${base < 0 ? '+' : '−'} ${exact(Math.abs(base))}`
}

/** A number with all its digits, as far as people read such. */
function exact(v: number): string {
  if (v >= 1e18 || v < 1e-6) return String(v)
  if (Number.isInteger(v)) return count(v)
  const places = Math.min(12, Math.max(0, 15 - order(v)))
  return exactly(Number(v.toFixed(places)), String(v).split('.')[1]?.length ?? 0)
}
