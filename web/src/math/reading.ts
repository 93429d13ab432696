import { widest, type Bands } from './bands'
import { effective, type FitFrame, type GridFrame, type LanePicture, type RowsFrame } from '../net/frame'
import { extent } from './scale'
import { exactly, fixed, located, scientific, significant, withUnit } from './format'
import type { Column, Data } from '../generated/wire'
import { below } from './normal'

/** How a row stands to its prediction. */
export interface RowReading {
  readonly test: boolean
  readonly z: number
  readonly nll: number
  /** 1 is the row of its split with the highest NLL. */
  readonly rank: number
  /** The rows of its split. */
  readonly of: number
}

/** What a network says at one x. */
export interface Reading {
  readonly x: number
  readonly mean: number
  readonly std: number
  /** Of an ensemble: what its members predict, and by how much they differ. */
  readonly parts: { readonly aleatoric: number; readonly epistemic: number } | null
  /** The widest band. */
  readonly interval: { readonly name: string; readonly low: number; readonly high: number }
  readonly q5: number
  readonly q95: number
  /** How likely it is that the target lies above what is pointed at. */
  readonly above: { readonly y: number; readonly share: number } | null
  readonly row: RowReading | null
}

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI)
const Z_95 = 1.644854 // below it lie 95 %

/** Takes values of the grid at x, between its points on straight lines. */
function mixedAt({ x: xs }: GridFrame, x: number): (value: (i: number) => number) => number {
  const last = xs.length - 1
  let hi = 1
  while (hi < last && (xs[hi] ?? NaN) < x) hi++
  const x0 = xs[hi - 1] ?? NaN
  const x1 = xs[hi] ?? NaN
  const t = Math.min(1, Math.max(0, (x - x0) / (x1 - x0)))
  return (value) => value(hi - 1) + t * (value(hi) - value(hi - 1))
}

/** A column of the grid at x. */
export function columnAt(values: ArrayLike<number>, grid: GridFrame, x: number): number {
  return mixedAt(grid, x)((i) => values[i] ?? NaN)
}

/** The prediction at x; raw is the standard deviation before the clamp. */
export function predictAt(frame: FitFrame, grid: GridFrame, x: number): { mean: number; std: number; raw: number; epistemic: number } {
  const mix = mixedAt(grid, x)
  return {
    mean: mix((i) => frame.mean[i] ?? NaN),
    std: mix((i) => effective(frame, i)),
    raw: mix((i) => frame.std[i] ?? NaN),
    epistemic: mix((i) => frame.epistemic?.[i] ?? NaN),
  }
}

/** The part of a standard deviation that is left without the epistemic one. */
export function aleatoricOf(std: number, epistemic: number): number {
  return Math.sqrt(Math.max(0, std * std - epistemic * epistemic))
}

/** The input along which the grid runs. */
export function sliced(data: Data): { readonly column: Column; readonly x: readonly number[] } {
  const i = Math.max(data.slice, 1) - 1
  return { column: data.inputs[i] ?? { name: 'x', unit: '' }, x: data.x[i] ?? [] }
}

/** The data as they are shown while one row is dragged; null: as they are. */
export function withDragged(data: Data, dragged: { readonly row: number; readonly at: readonly [x: number, y: number] } | null): Data {
  const i = dragged ? data.ids.indexOf(dragged.row) : -1
  if (!dragged || i < 0) return data
  const along = Math.max(data.slice, 1) - 1
  return { ...data, x: data.x.map((column, k) => (k === along ? column.with(i, dragged.at[0]) : column)), y: data.y.with(i, dragged.at[1]) }
}

/** The row nearest to x, or to a point, on axes with so many pixels a unit; -1 where none is within reach. */
export function nearestRow(data: Data, x: number, y: number | null, [sx, sy]: readonly [number, number], reach = Infinity): number {
  const { x: xs } = sliced(data)
  let [best, least] = [-1, reach]
  for (let i = 0; i < xs.length; i++) {
    const d = Math.hypot(sx * ((xs[i] ?? NaN) - x), y === null ? 0 : sy * ((data.y[i] ?? NaN) - y))
    // Of rows at the same place the last one lies on top.
    if (d <= least) [best, least] = [i, d]
  }
  return best
}

/** What is to be read: at which x, of which bands, above which y, and which row. */
export interface Question {
  readonly x: number
  readonly bands: Bands
  readonly y: number | null
  readonly row: number
}

export function readAt({ fit, rows }: LanePicture, grid: GridFrame, data: Data, { x, bands, y, row }: Question): Reading {
  const { mean, std, epistemic } = predictAt(fit, grid, x)
  const { name, reach } = widest(bands)
  return {
    x, mean, std,
    parts: fit.epistemic ? { aleatoric: aleatoricOf(std, epistemic), epistemic } : null,
    interval: { name, low: mean - reach * std, high: mean + reach * std },
    q5: mean - Z_95 * std,
    q95: mean + Z_95 * std,
    above: y === null ? null : { y, share: below((mean - y) / std) },
    row: row < 0 ? null : readRow(rows, data, row),
  }
}

/** How a row stands to what is predicted at its own place; null where that was not looked at. */
export function readRow(rows: RowsFrame, data: Data, row: number): RowReading | null {
  const test = data.is_test[row] ?? false
  const nll = nllOf(rows, data, row)
  if (Number.isNaN(nll)) return null
  let [rank, of] = [1, 0]
  for (let i = 0; i < data.y.length; i++) {
    if (data.is_test[i] !== test) continue
    of++
    if (nllOf(rows, data, i) > nll) rank++
  }
  return { test, z: ((data.y[row] ?? NaN) - (rows.mean[row] ?? NaN)) / (rows.std[row] ?? NaN), nll, rank, of }
}

function nllOf({ mean, std }: RowsFrame, data: Data, i: number): number {
  const s = std[i] ?? NaN
  return Math.log(s) + 0.5 * (((data.y[i] ?? NaN) - (mean[i] ?? NaN)) / s) ** 2 + HALF_LOG_2PI
}

/** With as many digits as the spread leaves a meaning to, of which four are the most but where it takes more to tell by one spread. */
export function rounded(v: number, std: number): string {
  const place = Math.floor(Math.log10(std)) // of the spread's first digit
  const order = Math.floor(Math.log10(Math.abs(v) || 1))
  if (!Number.isFinite(v) || !Number.isFinite(place)) return significant(v, 4)
  const digits = Math.max(1, order - place + 1)
  if (digits <= 4) return order >= 4 || order < -4 ? significant(v, Math.min(4, digits + 2)) : fixed(v, Math.max(0, 2 - place))
  return Math.abs(v) < 1e15 && place > -7 ? exactly(v, Math.max(0, -place)) : scientific(v, Math.min(15, digits))
}

/** What the shown rows span of an input. */
export function spanOf(values: readonly number[]): number {
  const [low, high] = extent(values) ?? [0, 0]
  return high - low
}

/** A prediction in a few words. */
export function predictionInWords({ mean, std }: Pick<Reading, 'mean' | 'std'>, unit: string): string {
  return `mean ${rounded(mean, std)}, std ${withUnit(significant(std, 3), unit)}`
}

/** The reading in lines, as the card and the screen reader have it. */
export function inWords(r: Reading, data: Data): readonly string[] {
  const { unit } = data.target
  const round = (v: number): string => rounded(v, r.std)
  const input = sliced(data)
  const of = data.targets.length > 1 ? `${data.target.name} ` : ''
  const lines = [`x = ${withUnit(located(r.x, spanOf(input.x)), input.column.unit)} · ${of}${predictionInWords(r, unit)}`]
  if (r.parts) lines.push(`of this: noise ${significant(r.parts.aleatoric, 3)}, model uncertainty ${withUnit(significant(r.parts.epistemic, 3), unit)}`)
  lines.push(
    `${r.interval.name} [${round(r.interval.low)}, ${withUnit(`${round(r.interval.high)}]`, unit)}`,
    `5 % below ${round(r.q5)}, 5 % above ${withUnit(round(r.q95), unit)}`,
  )
  if (r.above) lines.push(`P(y > ${withUnit(round(r.above.y), unit)}) = ${fixed(100 * r.above.share, 1)} %`)
  if (r.row) lines.push(...rowInWords(r.row))
  return lines
}

function rowInWords({ test, z, nll, rank, of }: RowReading): string[] {
  const split = test ? 'test' : 'training'
  const place = rank === 1 ? 'the highest' : `the ${ordinal(rank)} highest`
  return [`${split} point: z ${z < 0 ? '' : '+'}${significant(z, 2)}, NLL ${significant(nll, 3)}`, `${place} NLL of ${of} ${split} points`]
}

function ordinal(n: number): string {
  const teens = n % 100 > 10 && n % 100 < 14
  return `${n}${teens ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`
}

/** Whether the fit is a map of both inputs. */
export function isMap({ inputs, slice }: Pick<Data, 'inputs' | 'slice'>): boolean {
  return inputs.length === 2 && slice === 0
}
