import { bisectRight } from 'd3-array'
import type { Series } from '../state/history'
import type { Jump } from './branch'

/** What has been averaged so far: the weighted sum, and the sum of the weights. */
interface State {
  readonly sum: number
  readonly weights: number
  /** Of the newest value in it; null: there is none yet. */
  readonly step: number | null
}

const NOTHING: State = { sum: 0, weights: 0, step: null }

/**
 * TensorBoard's smoothing: an exponential moving average, divided by the sum of its
 * weights so that it does not begin at zero. The factor applies to each part of so many
 * steps, which for points that are a part apart is TensorBoard's rule; steps need not be
 * even, and a value stands for the steps since the one before it. What is not finite is
 * left out, and leaves a gap. Where the run went back the average goes on from what it
 * was at that step.
 */
export function smoothed({ steps, values }: Series, factor: number, part: number, jumps: readonly Jump[] = []): Series {
  if (factor <= 0 || !(part > 0)) return { steps, values }
  const perStep = Math.log(factor) / part
  const states: State[] = []
  let next = 0
  let state = NOTHING
  const average = values.map((v, i) => {
    const step = steps[i] ?? 0
    for (let jump = jumps[next]; jump && jump.step < step; jump = jumps[++next]) {
      const { from } = jump
      const there = states[bisectRight(steps, from, 0, i) - 1] ?? NOTHING
      // Its age is counted on.
      state = { ...there, step: there.step === null ? null : jump.step - (from - there.step) }
    }
    if (Number.isFinite(v)) {
      // The first stands for as many steps as the second.
      const gap = state.step === null ? (steps[i + 1] ?? step + 1) - step : step - state.step
      const kept = Math.exp(perStep * gap)
      state = { sum: kept * state.sum + (1 - kept) * v, weights: kept * state.weights + (1 - kept), step }
    }
    states.push(state)
    return Number.isFinite(v) ? (state.weights === 0 ? v : state.sum / state.weights) : NaN
  })
  return { steps, values: average }
}

/** How many steps a part is: as many parts as there are points to be drawn, or pixels if these are fewer. */
export function partOf({ steps }: Series, span: { readonly from: number; readonly to: number }, pixels: number): number {
  const [first, end] = [bisectRight(steps, span.from - 1), bisectRight(steps, span.to)]
  const range = (steps[end - 1] ?? 0) - (steps[first] ?? 0)
  return Math.max(range / Math.max(1, end - first - 1), (span.to - span.from) / pixels)
}

/** After how many steps a value has half of its weight. */
export function halfLife(factor: number, part: number): number {
  return Math.log(0.5) / Math.log(factor) * part
}
