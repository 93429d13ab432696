import { effective, REACH_95, type LanePicture, type TruthFrame } from '../net/frame'
import { located, significant, withUnit } from '../math/format'
import type { Column, Data } from '../generated/wire'
import { judge, type Judged } from '../math/judged'
import { valueAt, type Lattice } from '../math/lattice'
import { rounded, spanOf } from '../math/reading'

/** What the network says at one place of a map. */
export interface PlaceReading {
  readonly at: readonly [x: number, y: number]
  readonly mean: number
  readonly std: number
  readonly low: number
  readonly high: number
  readonly epistemic: number | null
  readonly truth: { readonly mean: number; readonly std: number } | null
  readonly nearest: Judged | null
}

export function readPlace(lattice: Lattice, { fit, rows }: Pick<LanePicture, 'fit' | 'rows'>, truth: TruthFrame | null, data: Data, at: readonly [number, number]): PlaceReading {
  const value = (values: ArrayLike<number>): number => valueAt(lattice, values, ...at)
  const mean = value(fit.mean)
  const std = value(fit.std.map((_, i) => effective(fit, i)))
  return {
    at, mean, std, low: mean - REACH_95 * std, high: mean + REACH_95 * std,
    epistemic: fit.epistemic && value(fit.epistemic),
    truth: truth && { mean: value(truth.mean), std: value(truth.std) },
    nearest: nearest(),
  }

  /** By the map's own measure: across and up count alike. */
  function nearest(): Judged | null {
    const [across, up] = [lattice.across, lattice.up].map((v) => (v.at(-1) ?? 0) - (v[0] ?? 0)) as [number, number]
    let [best, least] = [null as Judged | null, Infinity]
    for (const row of judge(data, rows)) {
      const d = Math.hypot(((data.x[0]?.[row.index] ?? NaN) - at[0]) / across, ((data.x[1]?.[row.index] ?? NaN) - at[1]) / up)
      if (d < least) [best, least] = [row, d]
    }
    return best
  }
}

/** x1 = 0.52, x2 = −1.20 */
export function inputsInWords(inputs: readonly Column[], values: readonly number[], spans: readonly number[]): string {
  return inputs.map((c, i) => `${c.name} = ${withUnit(located(values[i] ?? NaN, spans[i] ?? NaN), c.unit)}`).join(', ')
}

/** A signed number of standard deviations. */
export function zInWords(z: number): string {
  return `z = ${z >= 0 ? '+' : ''}${significant(z, 2)}`
}

/** The reading in lines, as the card and the screen reader have it. */
export function placeInWords(r: PlaceReading, data: Data): string[] {
  const unit = data.target.unit
  const round = (v: number): string => rounded(v, r.std)
  const { nearest, truth, epistemic } = r
  return [
    inputsInWords(data.inputs, r.at, data.x.map(spanOf)),
    `${data.targets.length > 1 ? `${data.target.name} ` : ''}mean ${round(r.mean)}, std ${withUnit(significant(r.std, 3), unit)}`,
    `95 % [${round(r.low)}, ${withUnit(`${round(r.high)}]`, unit)}`,
    ...(epistemic === null ? [] : [`epistemic std ${withUnit(significant(epistemic, 3), unit)}`]),
    ...(truth ? [`truth: mean ${round(truth.mean)}, std ${withUnit(significant(truth.std, 3), unit)}`] : []),
    ...(nearest ? [`nearest ${nearest.test ? 'test' : 'training'} point ${zInWords(nearest.z)}, NLL ${significant(nearest.nll, 3)}`] : []),
  ]
}
