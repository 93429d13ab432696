import type { LanePicture } from '../net/frame'
import { fixed } from './format'
import { failingWhere, type Failing, type Points } from './locally'
import { PICTURE, VERDICTS, type Scalar } from '../generated/wire'

/** The predictions as they are, or after recalibration. */
export type Recalibration = 'predicted' | 'scaled' | 'isotonic'

/** The shares between which the observed one of a calibrated prediction lies 95 times out of 100. */
export function samplingBand(share: number, rows: number): readonly [low: number, high: number] {
  const e = PICTURE.reach_95 * Math.sqrt((share * (1 - share)) / rows)
  return [Math.max(share - e, 0), Math.min(share + e, 1)]
}

/** The counts of rows between which it does. */
export function countBand(share: number, rows: number): readonly [low: number, high: number] {
  const [low, high] = samplingBand(share, rows)
  return [Math.ceil(low * rows - 1e-6), Math.floor(high * rows + 1e-6)]
}

/** How many test rows were judged. */
export function rowsJudged({ pit }: Pick<LanePicture, 'pit'>): number {
  return pit.predicted.reduce((sum, n) => sum + (Number.isFinite(n) ? n : 0), 0)
}

/** How a central interval did. */
export interface Coverage {
  /** What the interval should hold. */
  readonly level: number
  /** What it does; NaN where that is not known. */
  readonly observed: number
  readonly rows: number
  readonly side: 'below' | 'within' | 'above' | 'unknown'
}

const LEVELS: ReadonlyArray<readonly [level: number, scalar: Scalar]> = [
  [0.5, 'test_coverage_50'], [0.68, 'test_coverage_68'], [0.9, 'test_coverage_90'], [0.95, 'test_coverage'],
]

/** The coverage of four intervals. After recalibration it is read off the curve, which is straight between its levels. */
export function coverages(p: LanePicture, of: Recalibration): Coverage[] {
  const rows = rowsJudged(p)
  return LEVELS.map(([level, scalar]) => {
    const observed = of === 'predicted' ? p.fit.scalars[scalar] : readCurve(p.calibration[of], level)
    return { level, observed, rows, side: sideOf(observed, level, rows) }
  })
}

function sideOf(observed: number, level: number, rows: number): Coverage['side'] {
  if (!Number.isFinite(observed) || rows === 0) return 'unknown'
  const [low, high] = samplingBand(level, rows)
  return observed < low ? 'below' : observed > high ? 'above' : 'within'
}

function readCurve(curve: ArrayLike<number>, level: number): number {
  const at = level * (curve.length - 1)
  const i = Math.floor(at + 1e-9)
  const [below, above] = [curve[i] ?? NaN, curve[Math.min(i + 1, curve.length - 1)] ?? NaN]
  return below + Math.max(0, at - i) * (above - below)
}

export function coverageInWords({ level, observed, rows, side }: Coverage): string {
  if (side === 'unknown') return `The coverage of the ${percent(level)} interval is unknown: there are no test points, too few to recalibrate, or numbers that are not finite.`
  const [low, high] = countBand(level, rows)
  return `${Math.round(observed * rows)} of ${rows} test points lie within the ${percent(level)} interval; expected by chance: ${low === high ? low : `${low} to ${high}`}.`
}

const percent = (share: number): string => `${fixed(100 * share, 0)}\u00a0%`

export interface Verdict {
  readonly word: string
  readonly kind: (typeof VERDICTS)[number]['id'] | 'none'
  /** Where the bands plainly fail although the verdict does not say so: too wide below 15 ms. Else empty. */
  readonly where: string
  readonly sentence: string
}

const NONE = { word: 'no verdict', kind: 'none', where: '' } as const

/** Before so many steps a network has learned nothing that could be judged. */
const LEAST_STEPS = 100

/** The verdict on the calibration, with a sentence about the interval that is furthest off, and where it is wrong. It is about the average over the test points. */
export function verdictOf(p: LanePicture, of: Recalibration, data: Points | undefined): Verdict {
  if (p.fit.step < LEAST_STEPS) return { ...NONE, word: 'untrained', sentence: `Judged after ${LEAST_STEPS} steps of training.` }
  const all = coverages(p, of)
  const off = (c: Coverage): number => Math.abs(c.observed - c.level) / Math.sqrt(c.level * (1 - c.level))
  const furthest = all.reduce((a, b) => (off(b) > off(a) ? b : a))
  const counted = coverageInWords(furthest)
  if (of === 'isotonic') return { ...NONE, sentence: `The verdict applies to normal distributions, and after isotonic regression they are not normal. ${counted}` }
  const verdict = VERDICTS[p.fit.scalars[of === 'predicted' ? 'verdict' : 'scaled_verdict']]
  if (verdict === undefined) return { ...NONE, sentence: 'No verdict: too few test points to recalibrate, or numbers that are not finite.' }
  const reason = verdict.id === 'few' ? `${rowsJudged(p)} test points are too few to tell good calibration from luck. ` : ''
  const close = verdict.id === 'well' && furthest.side !== 'within' ? ' Being slightly outside may be chance, because four intervals are checked.' : ''
  const fails = of === 'predicted' && data && verdict.id !== 'few' ? failingWhere(data, p.rows).filter((f) => f.side !== SAME[verdict.id]) : []
  const [worst] = fails
  return {
    word: verdict.words, kind: verdict.id, where: worst ? `too ${worst.side} ${worst.where}` : '',
    sentence: [reason + counted + close, ...fails.slice(0, 3).map((f) => f.sentence)].join(' '),
  }
}

/** What a verdict says already. */
const SAME: Readonly<Partial<Record<Verdict['kind'], Failing['side']>>> = { over: 'narrow', under: 'wide' }
