import { significant, tick } from '../math/format'
import { entry, type Ramp } from './colours'
import { CalmRange, extent, ticksWithin } from '../math/scale'

/** Which colour a value has. */
export interface Tint {
  readonly ramp: Ramp
  readonly min: number
  readonly max: number
  readonly log: boolean
}

/** Where on the scale a value lies: 0 at its least, 1 at its greatest. */
export function positionOf({ min, max, log }: Tint, v: number): number {
  return log ? Math.log(v / min) / Math.log(max / min) : (v - min) / (max - min)
}

export function colourOf(t: Tint, v: number): string {
  return t.ramp.css[entry(positionOf(t, v))] ?? 'none'
}

/** The figures beside a colour bar, and where on it they stand. */
export function ticksOf(t: Tint): ReadonlyArray<{ readonly at: number; readonly text: string }> {
  if (!t.log) {
    const { values, interval } = ticksWithin(t.min, t.max, 5)
    return values.map((v) => ({ at: positionOf(t, v), text: tick(v, interval) }))
  }
  // Few decades have room for more figures than their beginnings.
  const decades = Math.log10(t.max / t.min)
  const mantissas = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5]
  const first = Math.floor(Math.log10(t.min))
  return Array.from({ length: Math.ceil(decades) + 1 }, (_, i) => mantissas.map((m) => m * 10 ** (first + i))).flat()
    .filter((v) => v >= t.min * 0.999 && v <= t.max * 1.001)
    .map((v) => ({ at: positionOf(t, v), text: significant(v, 1) }))
}

const TO_LOG = 12 // a greatest so many times the least wants a log scale
const TO_LINEAR = 7 // and keeps it down to this

/** The range of a colour scale that follows what it must show without trembling. */
export class CalmTint {
  readonly #range = new CalmRange(12)
  #log = false

  forget(): void {
    this.#range.forget()
  }

  /** Of values that may have any sign. */
  linear(ramp: Ramp, ...columns: ReadonlyArray<ArrayLike<number>>): Tint {
    const [low, high] = extent(...columns) ?? [0, 1]
    return this.#follow(ramp, false, low, high)
  }

  /** Around 0, as far to both sides. */
  around0(ramp: Ramp, ...columns: ReadonlyArray<ArrayLike<number>>): Tint {
    const [low, high] = extent(...columns) ?? [-1, 1]
    const far = Math.max(-low, high, Number.MIN_VALUE)
    return this.#follow(ramp, false, -far, far)
  }

  /** Of values above 0: in their logarithms where they span more than a decade. */
  positive(ramp: Ramp, ...columns: ReadonlyArray<ArrayLike<number>>): Tint {
    const found = extent(...columns.map((c) => Array.from(c).filter((v) => v > 0)))
    if (!found) return { ramp, min: 0, max: 1, log: false }
    const [low, high] = found
    const log = high > (this.#log ? TO_LINEAR : TO_LOG) * low
    return this.#follow(ramp, log, low, high)
  }

  #follow(ramp: Ramp, log: boolean, low: number, high: number): Tint {
    if (log !== this.#log) this.#range.forget()
    this.#log = log
    // All alike is still a scale.
    const least = 1e-3 * Math.max(Math.abs(low), Math.abs(high), 1e-9)
    const [a, b] = log ? [Math.log10(low), Math.log10(high)] : [low, Math.max(high, low + least)]
    const { min, max } = this.#range.follow(a, b)
    return log ? { ramp, min: 10 ** min, max: 10 ** max, log } : { ramp, min, max, log }
  }
}
