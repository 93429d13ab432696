import { describe, expect, it } from 'vitest'
import { countBand, coverageInWords, coverages, rowsJudged, samplingBand, verdictOf } from './calibration'
import type { LanePicture } from '../net/frame'
import { SCALARS, VERDICTS, type Scalar } from '../generated/wire'

const LEVELS = Float32Array.from({ length: 21 }, (_, i) => i / 20)

/** A picture of so many test rows, of which central intervals hold what they should, to some power. */
function picture(rows: number, scalars: Partial<Record<Scalar, number>>, power = 1): LanePicture {
  const curve = LEVELS.map((p) => p ** power)
  const counts = Float32Array.from({ length: 10 }, (_, i) => Math.floor(rows / 10) + (i < rows % 10 ? 1 : 0))
  const none = LEVELS.map(() => NaN)
  const head = { lane: 0, generation: 1, revision: 1, step: 100, dataRevision: 1 }
  const all = { ...Object.fromEntries(SCALARS.map((s) => [s, NaN])), ...scalars } as Record<Scalar, number>
  const empty = new Float32Array(0)
  return {
    lane: 0,
    fit: { kind: 'fit', ...head, mean: empty, std: empty, epistemic: null, scalars: all },
    rows: { kind: 'rows', ...head, mean: empty, std: empty, pullMean: empty, pullVariance: empty },
    calibration: { kind: 'calibration', ...head, expected: LEVELS, predicted: curve, scaled: curve, isotonic: none },
    pit: { kind: 'pit', ...head, predicted: counts, scaled: counts, isotonic: counts.map(() => NaN) },
    targets: null,
  }
}

const predicted = (c50: number, c68: number, c90: number, c95: number): Partial<Record<Scalar, number>> =>
  ({ test_coverage_50: c50, test_coverage_68: c68, test_coverage_90: c90, test_coverage: c95 })

describe('the sampling band', () => {
  it('is that of the binomial distribution, and stays between 0 and 1', () => {
    const [low, high] = samplingBand(0.5, 100)
    expect([low, high]).toEqual([expect.closeTo(0.402, 5), expect.closeTo(0.598, 5)])
    expect(samplingBand(0.95, 10)[1]).toBe(1)
    expect(samplingBand(0, 10)).toEqual([0, 0])
    expect(countBand(0.9, 27)).toEqual([22, 27])
    expect(countBand(0.5, 100)).toEqual([41, 59])
  })
})

describe('coverage', () => {
  it('is told apart from chance', () => {
    const p = picture(100, predicted(0.3, 0.68, 0.97, NaN))
    expect(rowsJudged(p)).toBe(100)
    expect(coverages(p, 'predicted').map((c) => c.side)).toEqual(['below', 'within', 'above', 'unknown'])
  })

  it('after recalibration is read off the curve', () => {
    const read = coverages(picture(100, {}, 2), 'scaled').map((c) => c.observed)
    expect(read).toEqual([expect.closeTo(0.25), expect.closeTo(0.65 ** 2 + 0.6 * (0.7 ** 2 - 0.65 ** 2)), expect.closeTo(0.81), expect.closeTo(0.9025)])
    expect(coverages(picture(100, {}), 'isotonic').every((c) => c.side === 'unknown')).toBe(true)
  })

  it('is said in points', () => {
    const [, , ninety] = coverages(picture(27, predicted(0.5, 0.7, 23 / 27, 0.9)), 'predicted')
    if (!ninety) throw new Error('no coverage of 90 %')
    expect(coverageInWords(ninety)).toBe('23 of 27 test points lie within the 90\u00a0% interval; expected by chance: 22 to 27.')
    expect(coverageInWords({ ...ninety, observed: NaN, side: 'unknown' })).toContain('unknown')
  })
})

describe('the verdict', () => {
  const index = (id: (typeof VERDICTS)[number]['id']): number => VERDICTS.findIndex((v) => v.id === id)

  it('has the interval that is furthest out for its reason', () => {
    const v = verdictOf(picture(100, { ...predicted(0.5, 0.66, 0.6, 0.8), verdict: index('over') }), 'predicted', undefined)
    expect(v).toMatchObject({ word: 'overconfident', kind: 'over' })
    expect(v.sentence).toContain('60 of 100 test points lie within the 90\u00a0% interval')
  })

  it('excuses what is a little beyond chance', () => {
    const v = verdictOf(picture(100, { ...predicted(0.39, 0.68, 0.9, 0.95), verdict: index('well') }), 'predicted', undefined)
    expect(v.sentence).toContain('may be chance')
  })

  it('says when there are too few rows', () => {
    expect(verdictOf(picture(12, { ...predicted(0.5, 0.7, 0.9, 1), verdict: index('few') }), 'predicted', undefined).sentence).toContain('12 test points are too few')
  })

  it('is none where nothing is known', () => {
    expect(verdictOf(picture(0, {}), 'predicted', undefined)).toMatchObject({ word: 'no verdict', kind: 'none' })
    expect(verdictOf(picture(3, predicted(0.5, 0.7, 0.9, 1)), 'scaled', undefined).sentence).toContain('too few')
    expect(verdictOf(picture(100, predicted(0.5, 0.7, 0.9, 1)), 'isotonic', undefined).kind).toBe('none')
  })

  it('is that of the recalibrated predictions after recalibration', () => {
    const p = picture(100, { ...predicted(0.2, 0.4, 0.6, 0.7), verdict: index('over'), scaled_verdict: index('well') })
    expect([verdictOf(p, 'predicted', undefined).word, verdictOf(p, 'scaled', undefined).word]).toEqual(['overconfident', 'calibrated on average'])
  })

  it('is none before there was any training', () => {
    const p = picture(100, { ...predicted(0.5, 0.68, 0.9, 0.95), verdict: index('well') })
    const early = { ...p, fit: { ...p.fit, step: 99 } }
    expect(verdictOf(early, 'predicted', undefined)).toMatchObject({ word: 'untrained', kind: 'none' })
  })

  it('says where the average hides bands that are plainly wrong, unless it says the same', () => {
    const p = picture(40, { ...predicted(0.5, 0.68, 0.9, 0.95), verdict: index('well') })
    const x = Array.from({ length: 40 }, (_, i) => i)
    const data = {
      x: [x], y: x.map((v) => (v % 2 === 0 ? 1 : -1)), is_test: x.map(() => true), inputs: [{ name: 'time', unit: 'ms' }],
      sources: [{ name: 'time', unit: 'ms', kind: 'number', values: [], first: 1, inputs: 1, held: '', moves: 0 }],
    }
    const wide = { ...p, rows: { ...p.rows, mean: Float64Array.from(x, () => 0), std: Float64Array.from(x, (v) => (v < 15 ? 20 : 1)) } }
    const v = verdictOf(wide, 'predicted', data)
    expect(v).toMatchObject({ word: 'calibrated on average', kind: 'well', where: 'too wide below 15\u00a0ms' })
    expect(v.sentence).toContain('Too wide below 15\u00a0ms: the 15 test points there are only 0.050 std from the mean')
    const under = { ...wide, fit: { ...wide.fit, scalars: { ...wide.fit.scalars, verdict: index('under') } } }
    expect(verdictOf(under, 'predicted', data).where).toBe('')
  })
})
