import { keep, kept } from './kept'
import { USUAL_SMOOTHING } from './view'

export const MOST_SMOOTHING = 0.99

/** How much curves are smoothed that were smoothed so when this browser was last here; else as usual. */
export function rememberedSmoothing(): number {
  const v = Number(kept('smoothing') ?? NaN)
  return v >= 0 && v <= MOST_SMOOTHING ? v : USUAL_SMOOTHING
}

export function rememberSmoothing(v: number): void {
  keep('smoothing', String(v))
}
