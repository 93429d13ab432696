import { held, type Bands } from './bands'
import { fixed, significant } from './format'
import { FIGURES, TARGET_UNIT, type Data, type Figure, type FigureID, type Scalar } from '../generated/wire'

export type Split = 'train' | 'test'

/** A figure of both parts of the split, as the table of figures has it. */
export interface Metric extends Figure {
  readonly id: { [K in FigureID]: (typeof FIGURES)[K] extends { readonly metric: number } ? K : never }[FigureID]
  readonly metric: number
}

/** How figures of a unit are told. */
interface Look {
  /** What is told apart neither by the eye nor by chance: a share of the best value, or an amount. */
  readonly tie: { readonly share: number } | { readonly amount: number }
  show(v: number): string
}

const NATS: Look = { tie: { amount: 0.01 }, show: (v) => fixed(v, 2) }
const IN_UNITS: Look = { tie: { share: 0.005 }, show: (v) => significant(v, 3) }
const SHARE: Look = { tie: { amount: 0.002 }, show: (v) => fixed(v, 3) }
const PERCENT: Look = { tie: { amount: 0.005 }, show: (v) => fixed(100 * v, 1) }

const lookOf = ({ unit }: Figure): Look => ({ nats: NATS, [TARGET_UNIT]: IN_UNITS, '%': PERCENT })[unit] ?? SHARE

/** A metric's value as it is shown. */
export function shown(m: Figure, v: number): string {
  return lookOf(m).show(v)
}

/** In the order in which they are shown; the first ones are seen without scrolling. */
export const METRICS: readonly Metric[] = (Object.values(FIGURES) as readonly Figure[])
  .filter((f): f is Metric => f.metric !== undefined).toSorted((a, b) => a.metric - b.metric)

/**
 * The metrics that there are for the data, as the best possible NLL is not known of all;
 * of those of a level the one that is nearest to what the widest band holds.
 */
export function metricsOf(data: Data | undefined, bands: Bands): readonly Metric[] {
  const holds = held(bands)
  const nearest = METRICS.flatMap((m) => m.level ?? []).reduce((a, b) => (Math.abs(b - holds) < Math.abs(a - holds) ? b : a), Infinity)
  return METRICS.filter((m) => (m.id !== 'gap' || typeof data?.best_test_nll === 'number') && (m.level ?? nearest) === nearest)
}

/** A figure of one part of the split. */
export function valueOf({ id }: Metric, split: Split, scalars: Readonly<Record<Scalar, number>> | undefined, data: Data | undefined): number {
  if (id !== 'gap') return scalars?.[`${split}_${id}`] ?? NaN
  return (scalars?.[`${split}_nll`] ?? NaN) - (data?.[`best_${split}_nll`] ?? NaN)
}

/** How far a value is from the best that it could be, the less the better; NaN where none is better than another. */
export function missOf({ better, best }: Metric, v: number): number {
  return better === 'none' ? NaN : better === 'lower' ? v : better === 'higher' ? -v : Math.abs(v - best)
}

/** By how much two values of a metric must differ for anybody to care, whatever is sure of it. */
export function tieOf(m: Metric, v: number): number {
  const { tie } = lookOf(m)
  return 'amount' in tie ? tie.amount : tie.share * Math.abs(v)
}
