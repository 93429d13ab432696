import type { FitFrame, GridFrame } from '../net/frame'
import { scientific, significant, withUnit } from '../math/format'
import type { Data } from '../generated/wire'
import { aleatoricOf, predictAt } from '../math/reading'

/** The noise at x in one line. */
export function noiseInWords(fit: FitFrame, grid: GridFrame, data: Data, x: number): string {
  const { unit } = data.target
  const { std, raw, epistemic } = predictAt(fit, grid, x)
  const parts = [`std ${withUnit(significant(std, 3), unit)}`]
  if (raw < std) parts.push(`${significant(raw, 2)} before the minimum`)
  if (fit.epistemic) parts.push(`aleatoric ${significant(aleatoricOf(std, epistemic), 3)}`, `epistemic ${significant(epistemic, 3)}`)
  return parts.join(' · ')
}

/** The minimum standard deviation in the data's unit and in that of training. */
export function floorInWords(floor: number, data: Pick<Data, 'target' | 'target_std'>): string {
  if (!(floor > 0)) return 'no minimum std (eps = 0)'
  const scale = data.target_std ?? NaN
  const inData = `minimum std ${withUnit(significant(floor, 2), data.target.unit)} (√eps)`
  return scale === 1 || Number.isNaN(scale) ? inData : `${inData}, ${scientific(floor / scale, 2)} in standardised units`
}
