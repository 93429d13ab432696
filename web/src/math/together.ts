import { judge } from './judged'
import type { OfTarget } from '../net/frame'
import { PICTURE, type Data } from '../generated/wire'

/** A row by its z-scores of two targets. */
export interface Twice {
  readonly test: boolean
  readonly a: number
  readonly b: number
}

/** How the noises of two targets go together, on rows of one part of the split. */
export interface Together {
  readonly rows: number
  /** From -1 to 1; NaN where there are too few rows, or one of the two does not vary. */
  readonly correlation: number
  /** Nats per row: by how much the sum of both NLL would fall with a joint normal of that correlation. */
  readonly cost: number
  /** Of independent noises the correlation is between this and its negative 95 times out of 100. */
  readonly chance: number
}

/** Fewer rows say nothing. */
const LEAST = 8

/** The rows that have a prediction of both targets, counted from 0. */
export function twice(data: Pick<Data, 'all_y' | 'is_test'>, predicted: readonly OfTarget[], first: number, second: number): Twice[] {
  const of = (k: number): Map<number, number> => {
    const rows = predicted[k]
    const y = data.all_y?.[k]
    return new Map(rows && y ? judge({ y, is_test: data.is_test }, rows).map((r) => [r.index, r.z]) : [])
  }
  const others = of(second)
  return [...of(first)].flatMap(([i, a]) => {
    const b = others.get(i)
    return b === undefined ? [] : [{ test: data.is_test[i] ?? false, a, b }]
  })
}

export function together(rows: readonly Twice[]): Together {
  const rho = rows.length < LEAST ? NaN : correlation(rows.map((r) => r.a), rows.map((r) => r.b))
  return { rows: rows.length, correlation: rho, cost: costOfIndependence(rho), chance: PICTURE.reach_95 / Math.sqrt(rows.length) }
}

/** Pearson's correlation of two lists of one length. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (list: readonly number[]): number => list.reduce((sum, v) => sum + v, 0) / list.length
  const [ma, mb] = [mean(a), mean(b)]
  let [aa, bb, ab] = [0, 0, 0]
  a.forEach((v, i) => {
    const [da, db] = [v - ma, (b[i] ?? NaN) - mb]
    aa += da * da
    bb += db * db
    ab += da * db
  })
  return ab / Math.sqrt(aa * bb)
}

/**
 * What it costs to take the noises of two targets for independent, in nats per row: the
 * information that each has of the other if they are normal together.
 */
export function costOfIndependence(rho: number): number {
  return -0.5 * Math.log1p(-rho * rho)
}

/** Whether chance explains it, in a word. */
export function verdictOn({ correlation: rho, chance }: Together): string {
  if (!Number.isFinite(rho)) return 'unknown'
  if (Math.abs(rho) <= chance) return 'consistent with chance'
  return rho > 0 ? 'errors move together' : 'errors move in opposite directions'
}

/** All pairs of so many targets, counted from 0. */
export function pairsOf(targets: number): ReadonlyArray<readonly [first: number, second: number]> {
  return Array.from({ length: targets }, (_, a) => Array.from({ length: targets - a - 1 }, (__, i) => [a, a + 1 + i] as const)).flat()
}
