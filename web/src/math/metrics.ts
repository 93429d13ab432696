import { fixed, significant } from './format'
import { FIGURES, type Data, type Figure, type FigureID, type Scalar } from '../generated/wire'

export type Split = 'train' | 'test'

/** What both parts of the split have a scalar of. */
type Name<S extends string> = S extends `train_${infer N}` ? N : never
type Measured = Name<Scalar> & FigureID

/** A figure of both parts of the split: what the table of figures says of it, and how it is shown. */
export interface Metric extends Figure {
  readonly id: Measured | 'gap'
  /** What is told apart neither by the eye nor by chance: a share of the best value, or an amount. */
  readonly tie: { readonly share: number } | { readonly amount: number }
  show(v: number): string
}

type Look = Pick<Metric, 'tie' | 'show'>

const NATS: Look = { tie: { amount: 0.01 }, show: (v) => fixed(v, 2) }
const IN_UNITS: Look = { tie: { share: 0.005 }, show: (v) => significant(v, 3) }
const SHARE: Look = { tie: { amount: 0.002 }, show: (v) => fixed(v, 3) }
const PERCENT: Look = { tie: { amount: 0.005 }, show: (v) => fixed(100 * v, 1) }

const LOOKS: ReadonlyArray<readonly [Metric['id'], Look]> = [
  ['nll', NATS], ['gap', NATS], ['rmse', IN_UNITS], ['crps', IN_UNITS], ['coverage', PERCENT], ['sharpness', IN_UNITS], ['miscal_area', SHARE],
  ['mae', IN_UNITS], ['r2', SHARE], ['interval', IN_UNITS], ['coverage_50', PERCENT], ['coverage_68', PERCENT], ['coverage_90', PERCENT],
]

/** In the order in which they are shown; the first ones are seen without scrolling. */
export const METRICS: readonly Metric[] = LOOKS.map(([id, look]) => ({ ...FIGURES[id], id, ...look }))

/** The figures that there are for the data: the best attainable NLL is not known of all. */
export function metricsOf(data: Data | undefined): readonly Metric[] {
  return METRICS.filter((m) => m.id !== 'gap' || typeof data?.best_test_nll === 'number')
}

/** A figure of one part of the split. */
export function valueOf({ id }: Metric, split: Split, scalars: Readonly<Record<Scalar, number>> | undefined, data: Data | undefined): number {
  if (id !== 'gap') return scalars?.[`${split}_${id}`] ?? NaN
  return (scalars?.[`${split}_nll`] ?? NaN) - (data?.[`best_${split}_nll`] ?? NaN)
}

/** Which of the values are the best; none where they tie, or where none is better than another. */
export function best({ better, best: ideal, tie }: Metric, values: readonly number[]): readonly boolean[] {
  if (better === 'none') return values.map(() => false)
  const miss = values.map((v) => (better === 'lower' ? v : better === 'higher' ? -v : Math.abs(v - ideal)))
  const least = Math.min(...miss.filter((v) => Number.isFinite(v)))
  const within = 'amount' in tie ? tie.amount : tie.share * Math.abs(least)
  const isBest = miss.map((v) => v <= least + within)
  return isBest.every((b) => b) ? values.map(() => false) : isBest
}
