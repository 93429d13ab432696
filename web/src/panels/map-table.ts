import { labelOf, stdShown } from '../charts/shown'
import { effective, REACH_95, type FitFrame, type Values } from '../net/frame'
import { significant } from '../math/format'
import { valueAt, type Lattice } from '../math/lattice'
import type { Store } from '../state/store'
import { spread, type ChartTable } from './chart-table'

const SIDE = 5

/** The maps in figures, at places evenly over them, the uppermost first. */
export function mapTable({ run, truth }: Store, lattice: Lattice | null, f: FitFrame | undefined): ChartTable {
  const data = run.value?.data
  if (!lattice || !data || !f) return { caption: 'no frame yet', columns: [], rows: [] }
  const { target } = data
  const of = (name: string): string => labelOf({ name, unit: target.unit })
  const std = f.std.map((_, i) => effective(f, i))
  const known = data.truth ? truth.value : null
  const parts = f.epistemic ? [[of('aleatoric std'), stdShown(f, null, 'prediction', 'aleatoric')], [of('epistemic std'), f.epistemic]] as const : []
  const truths = known ? [[of('true mean'), known.mean], [of('true std'), known.std]] as const : []
  const columns = [[of('mean'), f.mean], [of('std before the minimum'), f.std], [of('std'), std], ...parts, ...truths] as const
  const places = (values: Values): number[] => spread(values.length, SIDE).map((i) => values[i] ?? NaN)
  return {
    caption: `${data.title}: the maps at step ${f.step}`,
    columns: [...data.inputs.map(labelOf), ...columns.map(([name]) => name), of('95 % from'), of('95 % to')],
    rows: places(lattice.up).toReversed().flatMap((y) => places(lattice.across).map((x) => {
      const [mean, reach] = [valueAt(lattice, f.mean, x, y), REACH_95 * valueAt(lattice, std, x, y)]
      return [x, y, ...columns.map(([, values]) => valueAt(lattice, values, x, y)), mean - reach, mean + reach].map((v) => significant(v, 3))
    })),
  }
}
