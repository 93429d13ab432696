import { effective, type FitFrame, type TruthFrame, type Values } from '../net/frame'
import type { Column } from '../generated/wire'
import { aleatoricOf } from '../math/reading'
import type { Part, Show } from '../state/view'

export function meanShown(fit: FitFrame, truth: TruthFrame | null, show: Show): Values {
  if (!truth || show === 'prediction') return fit.mean
  return show === 'truth' ? truth.mean : fit.mean.map((m, i) => m - (truth.mean[i] ?? NaN))
}

/** As the loss sees it; the parts of an ensemble's are none of the truth's. */
export function stdShown(fit: FitFrame, truth: TruthFrame | null, show: Show, part: Part): Values {
  if (truth && show === 'truth') return truth.std
  const clamped = fit.std.map((_, i) => effective(fit, i))
  if (truth && show === 'difference') return clamped.map((s, i) => s - (truth.std[i] ?? NaN))
  const { epistemic } = fit
  if (!epistemic || part === 'total') return clamped
  if (part === 'epistemic') return epistemic
  // Their variances add up.
  return clamped.map((s, i) => aleatoricOf(s, epistemic[i] ?? NaN))
}

/** What stands over the colour bar: mean y (unit). */
export function titleOf(what: string, show: Show, unit: string): string {
  const words = show === 'truth' ? `true ${what}` : show === 'difference' ? `${what} − truth` : what
  return unit === '' ? words : `${words} (${unit})`
}

/** name (unit) */
export function labelOf({ name, unit }: Column): string {
  return unit === '' ? name : `${name} (${unit})`
}
