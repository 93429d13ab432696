import type { FitFrame, GridFrame } from '../net/frame'
import { scientific, significant, withUnit } from '../math/format'
import type { Data } from '../generated/wire'
import { aleatoricOf, predictAt } from '../math/reading'

/** The noise at x in one line. */
export function noiseInWords(fit: FitFrame, grid: GridFrame, data: Data, x: number): string {
  const { unit } = data.target
  const { std, raw, epistemic } = predictAt(fit, grid, x)
  const parts = [`std ${withUnit(significant(std, 3), unit)}`]
  if (raw < std) parts.push(`before the clamp ${significant(raw, 2)}`)
  if (fit.epistemic) parts.push(`aleatoric ${significant(aleatoricOf(std, epistemic), 3)}`, `epistemic ${significant(epistemic, 3)}`)
  return parts.join(' · ')
}

/** The floor in the terms in which it is trained, and in the data's. */
export function floorInWords(floor: number, data: Pick<Data, 'target' | 'target_std'>): string {
  if (!(floor > 0)) return 'eps = 0: no floor'
  const scale = data.target_std ?? NaN
  const inData = `√eps = ${withUnit(significant(floor, 2), data.target.unit)}`
  return scale === 1 || Number.isNaN(scale) ? inData : `${inData}, ${scientific(floor / scale, 2)} standardised`
}
