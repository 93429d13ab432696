import type { Data } from '../generated/wire'
import type { LanePicture } from '../net/frame'
import { missOf, tieOf, valueOf, type Metric, type Split } from './metrics'
import { pointScores } from './point-scores'

/** A lane is called the best once it is better than every other by so many standard errors, and until it is by fewer than the second. */
const BEGINS = 2
const ENDS = 1
const KEPT = 0.8 // of the average, from one look to the next

/** By how much one lane is better than another, point by point. */
interface Lead {
  readonly mean: number
  /** The squared standard error of that mean. */
  readonly variance: number
}

/** The mean difference of two scores of the same points, and how sure it is; null where there are not two points. */
export function leadOf(ours: ArrayLike<number>, theirs: ArrayLike<number>): Lead | null {
  let [n, sum, squares] = [0, 0, 0]
  for (let i = 0; i < ours.length; i++) {
    const d = (theirs[i] ?? NaN) - (ours[i] ?? NaN)
    if (!Number.isFinite(d)) continue
    n++
    const before = d - sum / Math.max(1, n - 1)
    sum += d
    if (n > 1) squares += before * (d - sum / n)
  }
  return n < 2 ? null : { mean: sum / n, variance: squares / (n - 1) / n }
}

/** A moving average that does not begin at zero. */
class Average {
  #sum = 0
  #weight = 0

  add(v: number): void {
    if (!Number.isFinite(v)) return
    this.#sum = KEPT * this.#sum + (1 - KEPT) * v
    this.#weight = KEPT * this.#weight + (1 - KEPT)
  }

  get value(): number {
    return this.#weight === 0 ? NaN : this.#sum / this.#weight
  }
}

/** What is looked at. */
export interface LookedAt {
  readonly metrics: readonly Metric[]
  readonly pictures: readonly LanePicture[]
  readonly data: Data
  readonly split: Split
  /** With another of these everything starts again: whether an earlier moment is looked at, and of which generation. */
  readonly of: string
}

/**
 * Which model is the best by each metric: only one that is better than all others by
 * more than the standard error of the difference, point by point on the same points.
 * Both are moving averages over what is looked at, so that nothing flickers.
 */
export class ClearBest {
  #of = ''
  #seen = ''
  #step = -1
  readonly #misses = new Map<string, Average>()
  readonly #leads = new Map<string, { readonly mean: Average; readonly variance: Average }>()
  readonly #best = new Map<string, number>()

  /** Looks at a frame once, and returns the number of the best lane of each metric that has one. */
  look({ metrics, pictures, data, split, of }: LookedAt): ReadonlyMap<string, number> {
    const lanes = pictures.map((p) => p.lane)
    const all = `${of} ${data.revision} ${data.shown_target} ${split} ${lanes.join(' ')}`
    if (all !== this.#of) for (const kept of [this.#misses, this.#leads, this.#best]) kept.clear()
    const seen = `${all} ${metrics.map((m) => m.id).join(' ')} ${pictures.map(({ fit }) => `${fit.step} ${fit.revision}`).join(' ')}`
    if (seen === this.#seen) return this.#best
    // Standing still, a change makes another picture, which no earlier one is to be averaged with.
    const step = Math.max(...pictures.map(({ fit }) => fit.step))
    if (step <= this.#step) for (const kept of [this.#misses, this.#leads]) kept.clear()
    this.#step = step
    this.#of = all
    this.#seen = seen
    for (const m of metrics) if (m.better !== 'none') this.#judge(m, pictures, data, split)
    return this.#best
  }

  #judge(m: Metric, pictures: readonly LanePicture[], data: Data, split: Split): void {
    const scores = pictures.map((p) => pointScores(m, p, data, split))
    pictures.forEach((p, i) => {
      entry(this.#misses, `${m.id} ${p.lane}`, () => new Average()).add(missOf(m, valueOf(m, split, p.fit.scalars, data)))
      pictures.forEach((q, k) => {
        const lead = i === k ? null : leadOf(scores[i] ?? [], scores[k] ?? [])
        if (!lead) return
        const kept = entry(this.#leads, `${m.id} ${p.lane} ${q.lane}`, () => ({ mean: new Average(), variance: new Average() }))
        kept.mean.add(lead.mean)
        kept.variance.add(lead.variance)
      })
    })
    const lanes = pictures.map((p) => p.lane)
    const now = this.#best.get(m.id)
    const best = now !== undefined && this.#leadsAll(m, now, lanes, ENDS, 0.5) ? now : lanes.find((lane) => this.#leadsAll(m, lane, lanes, BEGINS, 1))
    if (best === undefined) this.#best.delete(m.id)
    else this.#best.set(m.id, best)
  }

  /** Whether a lane is better than all others by so many standard errors, and by what anybody cares for. */
  #leadsAll(m: Metric, lane: number, lanes: readonly number[], errors: number, ties: number): boolean {
    const miss = (of: number): number => this.#misses.get(`${m.id} ${of}`)?.value ?? NaN
    return lanes.every((other) => {
      if (other === lane) return true
      if (Number.isNaN(miss(other))) return !Number.isNaN(miss(lane)) // it predicts nothing that could be scored
      const lead = this.#leads.get(`${m.id} ${lane} ${other}`)
      return lead !== undefined && lead.mean.value > errors * Math.sqrt(lead.variance.value) && miss(other) - miss(lane) > ties * tieOf(m, miss(lane))
    })
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const there = map.get(key)
  if (there !== undefined) return there
  const made = make()
  map.set(key, made)
  return made
}
