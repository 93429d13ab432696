import { niceRange, type Ends, type Range } from './scale'

const REACH = 0.5 // of the height of what must be seen, above and below it
const SPARE = 1.25 // times as high as it need be an axis may stay
const DECADES_SPARE = 0.2 // decades within the next narrower range before a log axis narrows

/**
 * What of something is worth an axis that must show a range: all of it while it is
 * near, and else so far that what must be seen still has half of the height.
 */
export function near([low, high]: readonly [number, number], seen: readonly [number, number] | null): readonly [number, number] {
  if (!seen) return [low, high]
  const reach = REACH * (high - low)
  return [Math.min(low, Math.max(seen[0], low - reach)), Math.max(high, Math.min(seen[1], high + reach))]
}

/**
 * The range of an axis, given the one that it has, what must be inside, and how much it
 * would show if it were chosen now: it is chosen when something is outside, or when it
 * would be much less high. So what comes to lie near an edge moves nothing.
 */
export function visibleRange(before: Range | null, [low, high]: readonly [number, number], wanted: readonly [number, number], ticks: number): Range {
  const fitting = niceRange(...wanted, ticks)
  if (!before || low < before.min || high > before.max) return fitting
  return before.max - before.min > SPARE * (fitting.max - fitting.min) ? fitting : before
}

/** The same for a log axis, in whole powers of ten, which it returns; low and high are above 0. */
export function visibleDecades(before: Ends | null, low: number, high: number): Ends {
  const [a, b] = [Math.log10(low), Math.log10(high)]
  const from = Math.floor(a + 1e-9)
  const to = Math.max(Math.ceil(b - 1e-9), from + 1)
  if (!before) return { min: from, max: to }
  const stays = {
    min: from >= before.min && a - DECADES_SPARE < before.min + 1,
    max: to <= before.max && b + DECADES_SPARE > before.max - 1,
  }
  const min = stays.min ? before.min : from
  return { min, max: Math.max(stays.max ? before.max : to, min + 1) }
}

/** Round values between two, so far apart as is asked for, or farther where so many have no room on so many pixels. */
export function ticksOn({ min, max }: Ends, interval: number, pixels: number, each: number): { values: number[]; interval: number } {
  const least = (each * (max - min)) / Math.max(1, pixels)
  const apart = interval >= least ? interval : roundUp(least)
  const values: number[] = []
  for (let k = Math.ceil(min / apart - 1e-9); k * apart <= max + 1e-9 * apart; k++) values.push(Number((k * apart).toPrecision(15)))
  return { values, interval: apart }
}

/** The next of 1, 2, 5, 10 ... */
function roundUp(v: number): number {
  const decade = 10 ** Math.floor(Math.log10(v))
  return decade * ([1, 2, 5].find((factor) => factor * decade >= v) ?? 10)
}

/** Whole powers of ten between two, as many as have room on so many pixels. */
export function decadesOn({ min, max }: Ends, pixels: number, each: number): number[] {
  const { values } = ticksOn({ min, max }, 1, pixels, each)
  return values.filter((v) => Number.isInteger(v))
}
