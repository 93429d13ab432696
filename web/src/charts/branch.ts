import type { Change } from '../generated/wire'

/** Steps from after the one to the other. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Where a run went back: after that step it goes on from the weights of an earlier one. */
export interface Jump {
  readonly step: number
  readonly from: number
}

/**
 * The steps of a generation that its present weights have gone through, ascending: what
 * was trained and then undone, or left by going back, is not among them.
 */
export function presentBranch(changes: readonly Change[], generation: number): readonly Stretch[] {
  const stretches: Stretch[] = []
  let jumps = changes.flatMap(({ from, generation: of, step, revision }) => (from && of === generation ? [{ from, step, revision }] : []))
  let to = Infinity
  for (;;) {
    const last = jumps.at(-1)
    if (!last) return [{ from: -1, to }, ...stretches]
    stretches.unshift({ from: last.step, to })
    const { step, revision } = last.from
    to = step
    jumps = jumps.slice(0, -1).filter((j) => (revision > 0 ? j.revision <= revision : j.step < step))
  }
}

/** The jumps of a generation, by ascending steps. */
export function jumpsOf(changes: readonly Change[], generation: number): readonly Jump[] {
  return changes.flatMap(({ from, generation: of, step }) => (from && of === generation ? [{ step, from: from.step }] : []))
}

export function isPresent(branch: readonly Stretch[], step: number): boolean {
  return branch.some(({ from, to }) => step > from && step <= to)
}

/**
 * The points of a curve on the present branch and those that were left, each with a gap
 * where the other is: nothing joins the two, which never followed one another.
 */
export function apart<P extends readonly [step: number, value: number]>(points: readonly P[], branch: readonly Stretch[]): { readonly present: Array<P | Gap>; readonly left: Array<P | Gap> } {
  const present: Array<P | Gap> = []
  const left: Array<P | Gap> = []
  let before: Stretch | undefined
  for (const p of points) {
    const on = branch.find(({ from, to }) => p[0] > from && p[0] <= to)
    if (on) {
      if (before && before !== on) present.push(GAP)
      before = on
      present.push(p)
      left.push(GAP)
    } else left.push(p)
  }
  return { present, left }
}

type Gap = readonly [step: number, value: number]
const GAP: Gap = [NaN, NaN]
