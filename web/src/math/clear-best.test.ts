import { describe, expect, it } from 'vitest'
import type { Data, Scalar } from '../generated/wire'
import type { LanePicture } from '../net/frame'
import { ClearBest, leadOf } from './clear-best'
import { METRICS } from './metrics'
import { meanOf, pointScores } from './point-scores'

// A generator of its own, so that a test is the same each time.
function chance(seed: number): () => number {
  let state = seed
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 4294967296
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

const POINTS = 60
const normal = chance(7)
const y = Array.from({ length: 2 * POINTS }, () => normal())
const data = { y, is_test: y.map((_, i) => i % 2 === 1), train: POINTS, test: POINTS, revision: 1, shown_target: 1, best_test_nll: null } as unknown as Data

const judged = METRICS.filter((m) => m.better !== 'none' && m.id !== 'gap')

/** A lane at a step that predicts those means, with one standard deviation. */
function lane(n: number, step: number, mean: (i: number) => number, std: number): LanePicture {
  const rows = { mean: Float32Array.from(y, (_, i) => mean(i)), std: Float32Array.from(y, () => std) }
  const scalars: Record<string, number> = {}
  for (const m of judged) {
    const score = meanOf(pointScores(m, { rows } as unknown as LanePicture, data, 'test'))
    scalars[`test_${m.id}`] = m.id === 'rmse' ? Math.sqrt(score) : m.id === 'r2' ? 1 - score : m.better === 'near' ? m.best - score : score
  }
  return { lane: n, fit: { step, revision: 1, scalars: scalars as Record<Scalar, number> }, rows } as unknown as LanePicture
}

const look = (best: ClearBest, ...pictures: readonly LanePicture[]): Record<string, number> =>
  Object.fromEntries(best.look({ metrics: judged, pictures, data, split: 'test', of: '' }))

describe('the best model', () => {
  it('is none of two that are the same, ever, by any metric', () => {
    const best = new ClearBest()
    for (let step = 0; step < 50; step++) {
      const mean = 0.1 * step
      expect(look(best, lane(0, step, () => mean, 1), lane(1, step, () => mean, 1), lane(2, step, () => mean, 1))).toEqual({})
    }
    // Nor where they differ by a bit.
    expect(look(best, lane(0, 99, () => 0, 1), lane(1, 99, () => 1e-6, 1))).toEqual({})
  })

  it('is the one that is clearly better', () => {
    const best = new ClearBest()
    const found = look(best, lane(3, 1, () => 2, 0.2), lane(5, 1, () => 0, 1))
    expect(found).toMatchObject({ nll: 5, rmse: 5, crps: 5, mae: 5, r2: 5, interval: 5, coverage: 5, miscal_area: 5 })
    // One that predicts nothing at all is worse than any.
    expect(look(new ClearBest(), lane(0, 1, () => 0, 1), lane(1, 1, () => NaN, 1))['nll']).toBe(0)
  })

  it('is none of two that differ by chance', () => {
    const noise = chance(11)
    let named = 0
    for (let trial = 0; trial < 100; trial++) {
      const [a, b] = [y.map(() => 0.3 * noise()), y.map(() => 0.3 * noise())]
      named += Number('nll' in look(new ClearBest(), lane(0, trial, (i) => a[i] ?? 0, 1), lane(1, trial, (i) => b[i] ?? 0, 1)))
    }
    expect(named).toBeLessThan(12) // 5 are expected beyond two standard errors
  })

  it('does not flicker while two trade places, nor around the bound', () => {
    const best = new ClearBest()
    let changes = 0
    let before: number | undefined
    for (let step = 0; step < 400; step++) {
      const first = step % 2 === 0
      const found = look(best, lane(0, step, () => (first ? 0 : 0.5), 1), lane(1, step, () => (first ? 0.5 : 0), 1))['nll']
      changes += Number(found !== before && step > 0)
      before = found
    }
    expect(changes).toBeLessThanOrEqual(1) // what the first frames alone said, at most
    expect(before).toBeUndefined()
  })

  it('changes when another becomes clearly better, and is forgotten with what it was of', () => {
    const best = new ClearBest()
    const good = (n: number, step: number): LanePicture => lane(n, step, () => 0, 1)
    const bad = (n: number, step: number): LanePicture => lane(n, step, () => 2, 1)
    expect(look(best, good(0, 1), bad(1, 1))['nll']).toBe(0)
    let step = 2
    for (; step < 12; step++) look(best, bad(0, step), good(1, step))
    expect(look(best, bad(0, step), good(1, step))['nll']).toBe(1)
    // Standing still, a change is judged by what it makes of the picture, alone.
    const changed = (picture: LanePicture): LanePicture => ({ ...picture, fit: { ...picture.fit, revision: 2 } })
    expect(look(best, changed(good(0, step)), changed(bad(1, step)))['nll']).toBe(0)
    for (step++; step < 40; step++) look(best, bad(0, step), good(1, step))
    // The same frame has no more weight for being looked at again.
    for (let i = 0; i < 50; i++) look(best, good(0, 99), bad(1, 99))
    expect(look(best, good(0, 99), bad(1, 99))['nll']).toBe(1)
    expect(Object.fromEntries(best.look({ metrics: judged, pictures: [good(0, 99), bad(1, 99)], data, split: 'test', of: 'another' }))['nll']).toBe(0)
  })

  it('leads by the mean of the differences, and their standard error', () => {
    expect(leadOf([1, 2, 3, NaN], [2, 4, 6, 1])).toEqual({ mean: 2, variance: 1 / 3 })
    expect(leadOf([1], [2])).toBeNull()
  })
})
