import type { RowsFrame } from '../net/frame'
import { reachOf } from './normal'
import { PICTURE, type Data } from '../generated/wire'

/** A row of the data, and what a network makes of it. */
export interface Judged {
  /** Its place in the data's lists. */
  readonly index: number
  readonly test: boolean
  readonly y: number
  readonly mean: number
  /** As the loss sees it, never below the floor. */
  readonly std: number
  /** Target minus mean. */
  readonly residual: number
  readonly z: number
  /** Nats, with its constant, in the target's own unit. */
  readonly nll: number
}

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI)

/** The rows that were looked at and have a prediction. */
export function judge(data: Pick<Data, 'y' | 'is_test'>, rows: Pick<RowsFrame, 'mean' | 'std'>): Judged[] {
  return data.y.flatMap((y, index) => {
    const [mean, std] = [rows.mean[index] ?? NaN, rows.std[index] ?? NaN]
    const residual = y - mean
    const z = residual / std
    if (!Number.isFinite(z)) return []
    return [{ index, test: data.is_test[index] ?? false, y, mean, std, residual, z, nll: Math.log(std) + 0.5 * z * z + HALF_LOG_2PI }]
  })
}

/** An interval around the mean: how far it reaches, and how much it should hold. */
export interface Interval {
  readonly label: string
  /** In standard deviations. */
  readonly reach: number
  /** The share of rows within, were the prediction right. */
  readonly holds: number
}

export const INTERVALS = {
  68: { label: '68 %', reach: reachOf(0.68), holds: 0.68 },
  95: { label: '95 %', reach: PICTURE.reach_95, holds: 0.95 },
} as const satisfies Record<number, Interval>

/** 6 of 100 test points beyond 1.96 σ, expected 5. */
export function beyondInWords(rows: readonly Judged[], test: boolean, { reach, holds }: Interval, how = `beyond ${Number(reach.toFixed(2))} σ`): string {
  const those = rows.filter((r) => r.test === test)
  const beyond = those.filter((r) => Math.abs(r.z) > reach).length
  const expected = (1 - holds) * those.length
  return `${beyond} of ${those.length} ${test ? 'test' : 'training'} points ${how}, expected ${expected < 10 ? Number(expected.toFixed(1)) : Math.round(expected)}`
}

/** The rows that surprise the network most, first. */
export function bySurprise(rows: readonly Judged[]): Judged[] {
  return rows.toSorted((a, b) => Math.abs(b.z) - Math.abs(a.z))
}
