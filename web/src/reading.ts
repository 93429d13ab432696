import { effective, REACH_95, type FitFrame, type GridFrame } from './frame'
import { fixed, significant, withUnit } from './format'
import type { Column, Data } from './generated/wire'

/** What the network says at one x. */
export interface Reading {
  readonly x: number
  readonly mean: number
  readonly std: number
  readonly low: number
  readonly high: number
  readonly nearest: { readonly x: number; readonly y: number; readonly z: number; readonly nll: number; readonly test: boolean } | null
}

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI)

/** The prediction at x, between the grid's points on straight lines. */
export function predictAt(frame: FitFrame, grid: GridFrame, x: number): { mean: number; std: number } {
  const last = grid.x.length - 1
  let hi = 1
  while (hi < last && (grid.x[hi] ?? NaN) < x) hi++
  const x0 = grid.x[hi - 1] ?? NaN
  const x1 = grid.x[hi] ?? NaN
  const t = Math.min(1, Math.max(0, (x - x0) / (x1 - x0)))
  const mix = (a: number, b: number): number => a + t * (b - a)
  return {
    mean: mix(frame.mean[hi - 1] ?? NaN, frame.mean[hi] ?? NaN),
    std: mix(effective(frame, hi - 1), effective(frame, hi)),
  }
}

/** The input along which the grid runs. */
export function sliced(data: Data): { readonly column: Column; readonly x: readonly number[] } {
  const i = Math.max(data.slice, 1) - 1
  return { column: data.inputs[i] ?? { name: 'x', unit: '' }, x: data.x[i] ?? [] }
}

export function readAt(frame: FitFrame, grid: GridFrame, data: Data, x: number): Reading {
  const { mean, std } = predictAt(frame, grid, x)
  // With several inputs a row lies off the slice, where this prediction is not its own.
  const xs = data.inputs.length === 1 ? (data.x[0] ?? []) : []
  let near = -1
  for (let i = 0; i < xs.length; i++) {
    if (near < 0 || Math.abs((xs[i] ?? NaN) - x) < Math.abs((xs[near] ?? NaN) - x)) near = i
  }
  return { x, mean, std, low: mean - REACH_95 * std, high: mean + REACH_95 * std, nearest: near < 0 ? null : point(near) }

  function point(i: number): Reading['nearest'] {
    const at = xs[i] ?? NaN
    const y = data.y[i] ?? NaN
    const there = predictAt(frame, grid, at)
    const z = (y - there.mean) / there.std
    return { x: at, y, z, nll: Math.log(there.std) + 0.5 * z * z + HALF_LOG_2PI, test: data.is_test[i] ?? false }
  }
}

/** The reading in three lines, as the card and the screen reader have it. */
export function inWords(r: Reading, data: Data): readonly [string, string, string] {
  const unit = data.target.unit
  // As many digits as the spread leaves a meaning to.
  const digits = Math.max(0, 2 - Math.floor(Math.log10(r.std)))
  const round = (v: number): string => fixed(v, Math.min(6, digits))
  const sign = r.nearest && r.nearest.z >= 0 ? '+' : ''
  return [
    `mean ${round(r.mean)}, std ${withUnit(significant(r.std, 3), unit)}`,
    `95 % [${round(r.low)}, ${withUnit(`${round(r.high)}]`, unit)}`,
    r.nearest
      ? `nearest ${r.nearest.test ? 'test' : 'train'} point z = ${sign}${significant(r.nearest.z, 2)}, NLL ${significant(r.nearest.nll, 3)}`
      : '',
  ]
}
