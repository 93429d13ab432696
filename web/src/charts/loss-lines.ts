import type { Batch } from '../state/batches'
import { PICTURE, type Lane } from '../generated/wire'
import type { History, Series, XY, LossKind } from '../state/history'
import type { Span } from '../state/zoom'
import { decimate, type Decimated } from './buckets'
import { extent, quantile } from '../math/scale'
import { isPresent, type Jump, type Stretch } from './branch'
import { partOf, smoothed } from './smooth'

/** One curve of one lane. */
export interface Line {
  readonly lane: Lane
  readonly part: 'train' | 'test' | 'batch'
  readonly isFocus: boolean
  /** Drawn beneath the others, and without a say in the axis. */
  readonly isUnder: boolean
  /** Every point that is known of it. */
  readonly all: Series
  readonly drawn: Decimated
  /** The same smoothed, and what of it is drawn; null where it is not smoothed. */
  readonly average: Series | null
  readonly smooth: readonly XY[] | null
}

export interface LinesOf {
  readonly history: History
  readonly batches: ReadonlyMap<number, Batch>
  readonly lanes: readonly Lane[]
  /** The lane of which both losses are drawn. */
  readonly focus: number
  readonly kind: LossKind
  /** The training loss of the other lanes, too. */
  readonly othersTrain: boolean
  /** From 0, which is none, to below 1. */
  readonly smoothing: number
  /** Where the run went back: an average goes on from there. */
  readonly jumps: readonly Jump[]
  readonly span: Span
  readonly pixels: number
  /** The pixel of a step. */
  readonly along: (step: number) => number
}

const NONE: Series = { steps: [], values: [] }

/** The curves in the order in which they are painted: the lane in focus last. */
export function toLines(o: LinesOf): Line[] {
  const { from, to } = o.span
  const line = (lane: Lane, part: Line['part'], isUnder = false): Line => {
    const isFocus = lane.lane === o.focus
    const batch = part === 'batch' ? o.batches.get(lane.lane) : undefined
    const all = part === 'batch' ? (batch?.series ?? NONE) : o.history.series(lane.lane, `${part}_${o.kind === 'nll' ? 'nll' : 'loss'}`)
    const kept = decimate(all, from, to, o.pixels, o.along)
    // The server has counted those that it left out.
    const drawn = batch ? { ...kept, of: Math.max(batch.of, kept.of) } : kept
    // An average over extremes alone would be no average.
    const isSmooth = o.smoothing > 0 && !isUnder && (part !== 'batch' || batch?.full === true)
    const average = isSmooth ? smoothed(all, o.smoothing, partOf(all, o.span, o.pixels), o.jumps) : null
    const smooth = average && decimate(average, from, to, o.pixels, o.along).points
    return { lane, part, isFocus, isUnder, all, drawn, average, smooth }
  }
  const focus = o.lanes.find((l) => l.lane === o.focus)
  const others = o.lanes.filter((l) => l.lane !== o.focus)
  if (o.kind === 'batch') return [...others, ...(focus ? [focus] : [])].map((l) => line(l, 'batch'))
  return [
    ...(focus && o.kind === 'loss' && o.batches.has(o.focus) ? [line(focus, 'batch', true)] : []),
    ...(o.othersTrain ? others.map((l) => line(l, 'train')) : []),
    ...others.map((l) => line(l, 'test')),
    ...(focus ? [line(focus, 'train'), line(focus, 'test')] : []),
  ]
}

/** What the values in a range are like. */
export interface Values {
  /** The range worth seeing: neither the first fall nor a spike presses the rest flat. */
  readonly low: number
  readonly high: number
  /** Where the newest values lie. */
  readonly now: readonly [low: number, high: number]
  /** All of them lie between these. */
  readonly least: number
  readonly greatest: number
  /** The median of their sizes. */
  readonly usual: number
}

/** Of the present branch, as far as any of it is shown; null where there is no finite value. */
export function valuesOf(lines: readonly Line[], span: Span, branch: readonly Stretch[] = WHOLE): Values | null {
  return branch === WHOLE ? valuesWithin(lines, span, WHOLE) : valuesWithin(lines, span, branch) ?? valuesWithin(lines, span, WHOLE)
}

const WHOLE: readonly Stretch[] = [{ from: -Infinity, to: Infinity }]
const NEWEST = 0.25 // of the steps shown that there are

function valuesWithin(lines: readonly Line[], span: Span, branch: readonly Stretch[]): Values | null {
  const settled = span.from === 0 ? span.to * PICTURE.loss_fall : span.from
  const seen: XY[] = []
  for (const l of lines) {
    if (l.isUnder) continue
    for (const p of l.drawn.points) if (p[0] >= span.from && p[0] <= span.to && Number.isFinite(p[1]) && isPresent(branch, p[0])) seen.push(p)
  }
  const all = extent(seen.map(([, v]) => v))
  if (!all) return null
  const last = Math.max(...seen.map(([step]) => step))
  const since = (step: number): number[] => seen.filter((p) => p[0] >= step).map(([, v]) => v)
  const late = since(settled)
  const sorted = Float64Array.from(late.length > 0 ? late : seen.map(([, v]) => v)).sort()
  const sizes = Float64Array.from(sorted, Math.abs).sort()
  return {
    low: quantile(sorted, PICTURE.loss_low), high: quantile(sorted, PICTURE.loss_high), least: all[0], greatest: all[1], usual: quantile(sizes, 0.5),
    now: extent(since(last - NEWEST * (last - span.from))) ?? all,
  }
}

const EVALUATED = ['train_loss', 'test_loss', 'train_nll', 'test_nll'] as const

/**
 * The steps in a range at which a loss of a lane was not finite, whether that is
 * drawn or not; known are those of its batches.
 */
export function oddSteps({ history, lanes, odd: known }: OddOf, lines: readonly Line[], { from, to }: Span): Map<Lane, number[]> {
  const odd = new Map<Lane, number[]>()
  for (const lane of lanes) {
    const steps = new Set(known.get(lane.lane))
    const evaluated = history.column(lane.lane, 'step')
    for (const curve of EVALUATED) {
      history.column(lane.lane, curve).forEach((v, i) => { if (!Number.isFinite(v)) steps.add(evaluated[i] ?? 0) })
    }
    for (const l of lines) {
      if (l.lane.lane === lane.lane && l.part === 'batch') l.all.values.forEach((v, i) => { if (!Number.isFinite(v)) steps.add(l.all.steps[i] ?? 0) })
    }
    const within = [...steps].filter((s) => s >= from && s <= to).sort((a, b) => a - b)
    if (within.length > 0) odd.set(lane, within)
  }
  return odd
}

interface OddOf {
  readonly history: History
  readonly lanes: readonly Lane[]
  readonly odd: ReadonlyMap<number, readonly number[]>
}
