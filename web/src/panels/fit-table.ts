import { widest, type Bands } from '../math/bands'
import { effective, type LanePicture } from '../net/frame'
import { located, significant, withUnit } from '../math/format'
import { PICTURE, type Data, type Lane } from '../generated/wire'
import { sliced, spanOf } from '../math/reading'
import type { Store } from '../state/store'
import { spread, type ChartTable } from './chart-table'
import { ofTarget } from './target-choice'

const ROWS = PICTURE.table_places

/** The fit and the noise in figures: at some x, of each lane. */
export function fitTable({ run, grid, frames, lanes, view: { focus } }: Store, bands: Bands): ChartTable {
  const data = run.value?.data
  const x = grid.value?.x
  const pictures = frames.value.flatMap((picture) => {
    const lane = lanes.value.find((l) => l.lane === picture.lane)
    return lane ? [{ lane, picture }] : []
  })
  const step = pictures.find((p) => p.lane.lane === focus.value)?.picture.fit.step
  if (!data || !x || step === undefined) return { caption: 'no frame yet', columns: [], rows: [] }
  const input = sliced(data).column
  const span = (x.at(-1) ?? NaN) - (x[0] ?? NaN)
  const columns = pictures.flatMap(({ lane, picture }) => columnsOf(picture, pictures.length > 1 ? lane : null, data.target.unit, bands))
  return {
    caption: `${data.title}: the fit${ofTarget(data)} at step ${step}`,
    columns: [withUnit(input.name, input.unit === '' ? '' : `(${input.unit})`), ...columns.map((c) => c.name)],
    rows: spread(x.length, ROWS).map((i) => [located(x[i] ?? NaN, span), ...columns.map((c) => valueIn(c.at(i), data))]),
  }
}

/** A value of the target, or of its spread: far from 0 with the digits that tell it from others. */
function valueIn(v: number, data: Data): string {
  const span = spanOf(data.y)
  return Math.abs(v) > 100 * span ? located(v, span) : significant(v, 3)
}

interface TableColumn {
  readonly name: string
  readonly at: (i: number) => number
}

function columnsOf({ fit }: LanePicture, lane: Lane | null, unit: string, bands: Bands): TableColumn[] {
  const { name, reach } = widest(bands)
  const { epistemic } = fit
  const of = lane ? `model ${lane.name}, ` : ''
  const column = (what: string, at: (i: number) => number): TableColumn => ({ name: `${of}${what}${unit === '' ? '' : ` (${unit})`}`, at })
  const edge = (sign: number) => (i: number): number => (fit.mean[i] ?? NaN) + sign * reach * effective(fit, i)
  return [
    column('mean', (i) => fit.mean[i] ?? NaN),
    column('std before the minimum', (i) => fit.std[i] ?? NaN),
    column('std', (i) => effective(fit, i)),
    ...(epistemic ? [column('epistemic std', (i) => epistemic[i] ?? NaN)] : []),
    column(`${name} from`, edge(-1)),
    column(`${name} to`, edge(1)),
  ]
}
