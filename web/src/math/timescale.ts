import { niceInterval } from './scale'

// The bar of time is a scale of square roots: half of it is the latest three
// quarters of the run, and yet step 100 of 10,000 lies at a tenth of it. On a
// linear scale the first snapshots, of which there is one at every step, would
// be one pixel; on a logarithmic one, which they are nearly evenly spaced on,
// all that was done lately would be.

/** Where a step lies on a bar that ends at a step, from 0 to 1. */
export function placeOf(step: number, end: number): number {
  return Math.sqrt(Math.min(1, Math.max(0, step / end)))
}

/** The step at a place of the bar. */
export function stepAt(place: number, end: number): number {
  return place * place * end
}

/** How many steps a pixel has at a step, on a bar so many pixels wide. */
export function stepsPerPixel(step: number, end: number, width: number): number {
  return (2 * Math.sqrt(Math.max(1, step) * end)) / width
}

/** The steps, the last of them first, that lie at least so many pixels apart. */
export function apart(steps: readonly number[], end: number, width: number, gap: number): number[] {
  const shown: number[] = []
  let next = Infinity
  for (const step of steps.toReversed()) {
    const x = placeOf(step, end) * width
    if (x > next - gap) continue
    shown.push(step)
    next = x
  }
  return shown
}

/** Round steps to be written at the bar, so many pixels apart. */
export function labels(end: number, width: number, gap: number): number[] {
  const round: number[] = []
  const interval = niceInterval(end, 4)
  for (let v = interval; v <= end; v += interval) round.push(v)
  // To the left of the first interval its decimal parts.
  for (let v = interval / 10; v >= 1; v /= 10) round.unshift(v, 2 * v, 5 * v)
  const shown = apart(round.filter(Number.isInteger).sort((a, b) => a - b), end, width, gap)
  return shown.filter((v) => placeOf(v, end) * width >= gap)
}
