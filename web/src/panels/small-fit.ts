import { html, svg, type TemplateResult } from 'lit'
import { BOX, path, up } from '../charts/curve'
import { dashOf } from '../charts/lanes'
import { extent, ticksWithin } from '../math/scale'
import { tick } from '../math/format'
import { REACH_95, type OfTarget, type Values } from '../net/frame'
import { laneStyle } from './lane-line'

/** What of a small chart stands still while it is learned: the rows, as paths of dots, and both axes. */
export interface SmallRows {
  readonly train: string
  readonly test: string
  readonly marks: { readonly x: readonly Mark[]; readonly y: readonly Mark[] }
  readonly x: readonly [low: number, high: number]
  readonly y: readonly [low: number, high: number]
}

/** A number beside an axis, and where it stands, in percent from its low end. */
interface Mark {
  readonly at: number
  readonly text: string
}

/** A row's place, and whether it is held out. */
export interface SmallRow {
  readonly x: number
  readonly y: number
  readonly test: boolean
}

const AIR = 0.06 // of the height, above and below

export function smallRows(rows: readonly SmallRow[], grid: ArrayLike<number>, truth: OfTarget | null): SmallRows {
  const edge = (sign: number): number[] => (truth ? Array.from(truth.mean, (m, i) => m + sign * REACH_95 * (truth.std[i] ?? 0)) : [])
  const [left, right] = extent(grid) ?? [0, 1]
  const [low, high] = extent(rows.map((r) => r.y), edge(-1), edge(1)) ?? [0, 1]
  const air = AIR * (high - low || 1)
  const [x, y] = [[left, right], [low - air, high + air]] as const
  const dots = (test: boolean): string => dotPath(rows.filter((r) => r.test === test).map((r) => [along(r.x, x), up(r.y, ...y)]))
  return { train: dots(false), test: dots(true), x, y, marks: { x: marksOf(x), y: marksOf(y) } }
}

function marksOf(range: readonly [number, number]): Mark[] {
  const { values, interval } = ticksWithin(...range, 3)
  return values.map((v) => ({ at: along(v, range), text: tick(v, interval) }))
}

/** Dots as a path of lines without length, which round ends make visible. */
export function dotPath(points: Iterable<readonly [x: number, y: number]>): string {
  let d = ''
  for (const [x, y] of points) if (Number.isFinite(x) && Number.isFinite(y)) d += `M${x.toFixed(1)} ${y.toFixed(1)}h0`
  return d
}

/** A lane's mean, as a thin line. */
interface SmallLine {
  readonly colour: number
  readonly mean: Values
}

export interface SmallFit {
  readonly rows: SmallRows
  readonly grid: Values
  readonly fit: OfTarget
  /** The least standard deviation that the loss sees. */
  readonly floor: number
  readonly colour: number
  readonly others: readonly SmallLine[]
  readonly truth: OfTarget | null
}

/** The rows, the mean with its band of 95 %, and the truth where it is known. */
export function smallFit({ rows, grid, fit, floor, colour, others, truth }: SmallFit): TemplateResult {
  const line = (values: ArrayLike<number>): string => path(Array.from(grid, (v, i) => [along(v, rows.x), up(values[i] ?? NaN, ...rows.y)]))
  const edge = (sign: number): number[] => Array.from(fit.mean, (m, i) => m + sign * REACH_95 * Math.max(fit.std[i] ?? NaN, floor))
  return html`
    <svg class="small-chart" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" style=${laneStyle(colour)}>
      ${svg`
        <path class="small-grid" d=${rows.marks.y.map((m) => `M0 ${(BOX - m.at).toFixed(2)}H${BOX}`).join('')}></path>
        <path class="small-band" d=${bandPath(grid, rows, edge(-1), edge(1))}></path>
        <path class="small-dots" d=${rows.train}></path>
        <path class="small-dots rim" d=${rows.test}></path>
        <path class="small-dots core" d=${rows.test}></path>
        ${truth ? svg`<path class="small-truth" d=${line(truth.mean)}></path>` : ''}
        ${others.map((o) => svg`<path class="curve" style=${laneStyle(o.colour)} stroke-dasharray=${dashOf(o.colour).join(' ') || 'none'} d=${line(o.mean)}></path>`)}
        <path class="curve" data-focus stroke-dasharray=${dashOf(colour).join(' ') || 'none'} d=${line(fit.mean)}></path>
      `}
    </svg>
  `
}

function bandPath(grid: Values, { x, y }: SmallRows, low: readonly number[], high: readonly number[]): string {
  const at = (i: number, edge: readonly number[]): readonly [number, number] => [along(grid[i] ?? NaN, x), up(edge[i] ?? NaN, ...y)]
  const places = [...low.keys()].filter((i) => Number.isFinite(low[i]) && Number.isFinite(high[i]))
  const around = path([...places.map((i) => at(i, high)), ...places.toReversed().map((i) => at(i, low))])
  return around === '' ? '' : `${around}Z`
}

function along(v: number, [low, high]: readonly [number, number]): number {
  return (BOX * (v - low)) / (high - low)
}
