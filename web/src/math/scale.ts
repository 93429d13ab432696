import { quantileSorted } from 'd3-array'

export interface Range {
  readonly min: number
  readonly max: number
  /** Between two ticks. */
  readonly interval: number
}

/** The nearest of 1, 2, 5, 10 ... that cuts the span into about n parts. */
export function niceInterval(span: number, n: number): number {
  if (!(span > 0)) return 1
  const raw = span / n
  const decade = 10 ** Math.floor(Math.log10(raw))
  const factor = raw / decade
  return decade * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10)
}

/** The range widened to whole intervals. */
export function niceRange(low: number, high: number, n: number): Range {
  const interval = niceInterval(high - low, n)
  const snap = (v: number, round: (v: number) => number): number => Number((round(v / interval) * interval).toPrecision(15))
  return { min: snap(low, (v) => Math.floor(v + 1e-9)), max: snap(high, (v) => Math.ceil(v - 1e-9)), interval }
}

/** The ticks within a range that need not end on one. */
export function ticksWithin(low: number, high: number, n: number): { values: number[]; interval: number } {
  const interval = niceInterval(high - low, n)
  const values: number[] = []
  for (let k = Math.ceil(low / interval - 1e-9); k * interval <= high + 1e-9 * interval; k++) values.push(Number((k * interval).toPrecision(15)))
  return { values, interval }
}

/** The least and the greatest of the finite values; null if there are none. */
export function extent(...columns: ReadonlyArray<ArrayLike<number>>): [number, number] | null {
  let low = Infinity
  let high = -Infinity
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      const v = column[i] ?? NaN
      if (!Number.isFinite(v)) continue
      if (v < low) low = v
      if (v > high) high = v
    }
  }
  return low <= high ? [low, high] : null
}

/** The value below which the share q of the sorted values lies. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  return quantileSorted(Array.from(sorted), q) ?? NaN
}

/**
 * A range that follows what it must show without trembling: it widens at once
 * and narrows only when less than half of it is used.
 */
export class CalmRange {
  #range: Range | null = null

  constructor(readonly ticks: number) {}

  forget(): void {
    this.#range = null
  }

  follow(low: number, high: number): Range {
    const r = this.#range
    if (r === null || low < r.min || high > r.max || high - low < 0.5 * (r.max - r.min)) {
      this.#range = niceRange(low, high, this.ticks)
    }
    return this.#range ?? niceRange(low, high, this.ticks)
  }
}

/** The same for a log axis, in whole decades. */
export class CalmDecades {
  #low = Infinity
  #high = -Infinity

  forget(): void {
    this.#low = Infinity
    this.#high = -Infinity
  }

  follow(low: number, high: number): { min: number; max: number } {
    const from = Math.floor(Math.log10(low) + 1e-9)
    const to = Math.max(Math.ceil(Math.log10(high) - 1e-9), from + 1)
    if (to - from < 0.5 * (this.#high - this.#low)) [this.#low, this.#high] = [from, to]
    this.#low = Math.min(this.#low, from)
    this.#high = Math.max(this.#high, to, this.#low + 1)
    return { min: 10 ** this.#low, max: 10 ** this.#high }
  }
}

/** The end of a step axis: ahead of the last step, so that the axis stands still most of the time. */
export function stepsAhead(lastStep: number): number {
  const decade = 10 ** Math.floor(Math.log10(Math.max(lastStep, 100)))
  const factor = Math.max(lastStep, 100) / decade
  return decade * ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((f) => factor <= f) ?? 10)
}

export interface Ends {
  readonly min: number
  readonly max: number
}

/** An axis that glides to the range that it is to have, in so many ms. */
export class Glide {
  #from: Ends = { min: 0, max: 1 }
  #to: Ends | null = null
  #since = 0

  constructor(readonly takes: number) {}

  /** Says at a time in ms what it is to be. It is there at once if it was nowhere, or is to jump. */
  aim({ min, max }: Ends, now: number, jumps: boolean): void {
    if (this.#to && !jumps && min === this.#to.min && max === this.#to.max) return
    this.#from = this.#to && !jumps ? this.at(now) : { min, max }
    this.#to = { min, max }
    this.#since = now
  }

  /** Where it is at that time. */
  at(now: number): Ends {
    const [from, to] = [this.#from, this.#to ?? this.#from]
    const left = (1 - Math.min(1, Math.max(0, (now - this.#since) / this.takes))) ** 3
    return left === 0 ? to : { min: to.min + (from.min - to.min) * left, max: to.max + (from.max - to.max) * left }
  }

  /** Whether it is still on its way. */
  moves(now: number): boolean {
    return this.#to !== null && now < this.#since + this.takes && (this.#from.min !== this.#to.min || this.#from.max !== this.#to.max)
  }
}
