import type { Data, FigureID } from '../generated/wire'
import type { LanePicture } from '../net/frame'
import type { Metric, Split } from './metrics'
import { below, reachOf } from './normal'

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI)

/** What each point of a part of the split adds to a metric, the less the better: their mean is the metric, or grows with it. NaN where it is not predicted. */
export function pointScores({ id, best, level }: Metric, { rows }: Pick<LanePicture, 'rows'>, data: Pick<Data, 'y' | 'is_test'>, split: Split): Float64Array {
  const at = data.is_test.flatMap((test, i) => (test === (split === 'test') ? [i] : []))
  const off = Float64Array.from(at, (i) => (data.y[i] ?? NaN) - (rows.mean[i] ?? NaN))
  const std = Float64Array.from(at, (i) => rows.std[i] ?? NaN)
  const each = (score: (d: number, s: number) => number): Float64Array => off.map((d, i) => score(d, std[i] ?? NaN))
  if (level !== undefined) return each(intervalScore(level))
  switch (id satisfies FigureID) {
    case 'nll':
    case 'gap':
      return each((d, s) => Math.log(s) + 0.5 * (d / s) ** 2 + HALF_LOG_2PI)
    case 'rmse':
    case 'r2':
      return each((d) => d * d)
    case 'mae':
      return each(Math.abs)
    case 'crps':
      return each((d, s) => d * (2 * below(d / s) - 1) + s * (2 * Math.exp(-0.5 * (d / s) ** 2) / Math.sqrt(2 * Math.PI) - 1 / Math.sqrt(Math.PI)))
    case 'interval':
      return each((d, s) => LEVELS.reduce((sum, score) => sum + score(d, s), 0) / LEVELS.length)
    case 'miscal_area':
      return miscalibration(each((d, s) => Math.abs(2 * below(d / s) - 1)))
    default: {
      const reach = reachOf(best)
      return coverageMiss(each((d, s) => (Number.isFinite(d / s) ? Number(Math.abs(d) <= s * reach) : NaN)), best)
    }
  }
}

/** The Winkler score of one central interval. */
function intervalScore(level: number): (d: number, s: number) => number {
  const [reach, price] = [reachOf(level), 2 / (1 - level)]
  return (d, s) => 2 * s * reach + price * Math.max(0, Math.abs(d) - s * reach)
}

/** Those of 1 % to 99 %, every second one: enough to compare by. */
const LEVELS = Array.from({ length: 50 }, (_, i) => intervalScore((2 * i + 1) / 100))

/** What each point adds to the distance of the coverage from what it should be. */
function coverageMiss(within: Float64Array, level: number): Float64Array {
  const side = Math.sign(meanOf(within) - level)
  return within.map((v) => side * (v - level))
}

/** What each point adds to the area between the calibration curve and the diagonal, given by how wide the interval is that just holds it. */
function miscalibration(held: Float64Array): Float64Array {
  const levels = Array.from({ length: 20 }, (_, i) => (i + 0.5) / 20)
  const sides = levels.map((p) => Math.sign(meanOf(held.map((u) => Number(u <= p))) - p))
  return held.map((u) => levels.reduce((sum, p, i) => sum + (sides[i] ?? 0) * (Number(u <= p) - p), 0) / levels.length + 0 * u)
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? NaN
  return sum / values.length
}
