import { scientific, tick } from '../math/format'
import { niceInterval, ticksWithin } from '../math/scale'
import type { ScaleName } from '../state/view'

/** How values become places on an axis that is drawn as a linear one. */
export interface ValueScale {
  readonly name: ScaleName
  to(value: number): number
  back(place: number): number
}

export const LINEAR: ValueScale = { name: 'linear', to: (v) => v, back: (v) => v }

export const LOG: ValueScale = { name: 'log', to: (v) => (v > 0 ? Math.log10(v) : NaN), back: (v) => 10 ** v }

/** Linear around zero up to about the threshold, and logarithmic beyond it on both sides. */
export function symlog(threshold: number): ValueScale {
  return {
    name: 'symlog',
    to: (v) => Math.sign(v) * Math.log10(1 + Math.abs(v) / threshold),
    back: (p) => Math.sign(p) * threshold * (10 ** Math.abs(p) - 1),
  }
}

/**
 * Where symlog had better begin to be logarithmic: at the decade of the values'
 * usual size, so that these keep their shape and only what is far beyond them is
 * pressed together.
 */
export function thresholdFor(usual: number): number {
  return usual > 0 && Number.isFinite(usual) ? 10 ** Math.round(Math.log10(usual)) : 1
}

/**
 * At most about so many values for labels within a range of places, round and
 * not closer to each other than the axis can bear: decades first, then 2 and 5
 * between them.
 */
export function valueTicks(scale: ValueScale, low: number, high: number, n: number): number[] {
  if (scale.name === 'linear') return ticksWithin(low, high, n).values
  const [a, b] = [scale.back(low), scale.back(high)]
  const apart = (high - low) / (n + 1)
  const chosen: number[] = []
  const largest = Math.max(Math.abs(a), Math.abs(b))
  const top = Math.ceil(Math.log10(largest))
  const bottom = scale.name === 'log' ? Math.floor(Math.log10(a)) : top - 12
  const take = (v: number): void => {
    const place = scale.to(v)
    if (place < low - 1e-9 || place > high + 1e-9 || chosen.some((c) => Math.abs(scale.to(c) - place) < apart)) return
    chosen.push(v)
  }
  if (scale.name === 'symlog') take(0)
  for (const factor of [1, 2, 5]) {
    if (factor === 2 && chosen.length >= 4) break
    for (let k = top; k >= bottom; k--) {
      const v = Number(`${factor}e${k}`)
      take(v)
      if (scale.name === 'symlog') take(-v)
    }
  }
  // A short stretch of a logarithmic axis is nearly linear.
  return chosen.length >= 3 ? chosen.sort((x, y) => x - y) : ticksWithin(a, b, n).values
}

/** The label of a value among its ticks. */
export function valueLabel(scale: ValueScale, v: number, ticks: readonly number[]): string {
  const gaps = ticks.slice(1).map((t, i) => t - (ticks[i] ?? 0))
  const least = Math.min(...gaps)
  const isEven = Math.max(...gaps) - least <= 1e-6 * least
  if (scale.name === 'linear' || (isEven && ticks.length > 2)) return tick(v, Number.isFinite(least) ? least : niceInterval(Math.abs(v), 1))
  return Math.abs(v) >= 1e4 || (v !== 0 && Math.abs(v) < 1e-3) ? scientific(v, 2).replace('-', '−').replace('e-', 'e−') : String(v).replace('-', '−')
}

/** Steps on a linear axis or on a logarithmic one, on which step 0 stands at 1. */
export interface StepScale {
  to(step: number): number
  back(place: number): number
}

export const STEPS: StepScale = { to: (s) => s, back: (s) => s }
export const LOG_STEPS: StepScale = { to: (s) => Math.log10(Math.max(s, 1)), back: (p) => 10 ** p }
