import type { Series } from '../state/history'

/** The factor applies to each of so many equal parts of the steps shown. */
const PARTS = 1000

/**
 * An exponential moving average over steps that need not be even: each value
 * stands for the steps since the one before it, and is forgotten by the factor
 * over each thousandth of the steps shown. The weights are divided by their sum,
 * so that the average does not begin at zero. What is not finite is left out,
 * and leaves a gap.
 */
export function smoothed({ steps, values }: Series, factor: number, range: number): Series {
  if (factor <= 0 || range <= 0) return { steps, values }
  const perStep = Math.log(factor) * PARTS / range
  let sum = 0
  let weights = 0
  let before: number | null = null
  const average = values.map((v, i) => {
    if (!Number.isFinite(v)) return NaN
    const step = steps[i] ?? 0
    // The first stands for as many steps as the second.
    const gap = before === null ? (steps[i + 1] ?? step + 1) - step : step - before
    const kept = Math.exp(perStep * gap)
    sum = kept * sum + (1 - kept) * v
    weights = kept * weights + (1 - kept)
    before = step
    return weights === 0 ? v : sum / weights
  })
  return { steps, values: average }
}

/** After how many steps a value has half of its weight. */
export function halfLife(factor: number, range: number): number {
  return Math.log(0.5) / Math.log(factor) * range / PARTS
}
