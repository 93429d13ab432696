import { bestInWords } from '../charts/loss-card'
import type { Drawn } from '../charts/loss'
import type { LossView } from '../state/view'
import { bisectLeft, bisectRight } from 'd3-array'
import { changeAndWho } from '../charts/marks'
import type { Best } from '../math/best'
import { count, fixed } from '../math/format'
import { PICTURE, type Change, type Control, type Lane } from '../generated/wire'
import type { Series } from '../state/history'
import type { Span } from '../state/zoom'
import { spread, type ChartTable } from './chart-table'

const ROWS = PICTURE.table_steps
const MOST_ODD = 25

const CAPTIONS: Readonly<Record<LossView['kind'], string>> = {
  loss: 'Training loss per point, standardised', nll: 'NLL in data units, nats per point', batch: 'Loss of each batch, per point',
}

export interface LossTableOf {
  readonly drawn: Drawn
  readonly view: LossView
  readonly span: Span
  readonly best: Best | null
  readonly controls: readonly Control[]
  readonly lanes: readonly Lane[]
  /** Of this generation. */
  readonly changes: readonly Change[]
}

/** The loss chart in figures: rows evenly taken, and one for each step at which something was not finite. */
export function lossTable({ drawn, view, span, best, controls, lanes, changes }: LossTableOf): ChartTable {
  const lines = drawn.lines.filter((l) => !l.isUnder)
  const own = lines.filter((l) => l.isFocus)
  const columns = [...own, ...lines.filter((l) => !l.isFocus)]
  const main = own.at(-1)?.all.steps ?? []
  const within = main.slice(bisectLeft(main, span.from), bisectRight(main, span.to))
  const odd = [...new Set([...drawn.odd.values()].flat())].sort((a, b) => a - b)
  const steps = [...new Set([...spread(within.length, ROWS).map((i) => within[i] ?? 0), ...spread(odd.length, MOST_ODD).map((i) => odd[i] ?? 0)])].sort((a, b) => a - b)
  // What was changed since the row above.
  const changed = (row: number): string =>
    changes.filter((c) => c.step <= (steps[row] ?? -1) && c.step > (steps[row - 1] ?? span.from - 1)).map((c) => changeAndWho(c, controls, lanes)).join(', ')
  const notFinite = (step: number): string => [...drawn.odd].filter(([, at]) => at.includes(step)).map(([lane]) => lane.name).join(', ')
  return {
    caption: [
      CAPTIONS[view.kind],
      `steps ${count(span.from)} to ${count(Math.max(span.from, steps.at(-1) ?? 0))}`,
      ...(best ? [`best possible: ${bestInWords(best)}`] : []),
    ].join('; '),
    columns: ['step', ...columns.map((l) => (l.isFocus ? l.part : `${l.part}, ${l.lane.name}`)), ...(view.smoothing > 0 ? own.filter((l) => l.smooth).map((l) => `${l.part}, smoothed`) : []), ...(odd.length > 0 ? ['not finite'] : []), 'changed'],
    rows: steps.map((step, row) => [
      String(step),
      ...columns.map((l) => cell(l.all, step)),
      ...own.flatMap((l) => (l.average ? [cell(l.average, step)] : [])),
      ...(odd.length > 0 ? [notFinite(step)] : []),
      changed(row),
    ]),
  }
}

/** A value at exactly that step; empty where there is none. */
function cell({ steps, values }: Series, step: number): string {
  const i = bisectLeft(steps, step)
  if (steps[i] !== step) return ''
  const v = values[i] ?? NaN
  return Number.isFinite(v) ? fixed(v, 3) : 'not finite'
}
