import type { Curve } from '../generated/api'
import type { CurveQuery } from '../net/api'
import type { Series } from './history'

/** The batch loss of one lane in a range. */
export interface Batch {
  readonly series: Series
  readonly of: number
  /** Every step of the range is there; else the extremes of each pixel. */
  readonly full: boolean
}

export interface Wanted {
  readonly generation: number
  readonly lanes: readonly number[]
  readonly from: number
  readonly to: number
  readonly pixels: number
  /** The newest step within the range. */
  readonly newest: number
}

const AGAIN = 400 // ms between two looks at a range that grows
const CURVE = 'batch_loss'
const NORM = 'mean_norm'
const OVERVIEW = 300 // pixels

/**
 * The loss of each step's batch, which only the server has: asked for while it is
 * shown, again when the range has become another, and now and then while
 * the range has the newest step in it.
 */
export class Batches {
  #curves: ReadonlyMap<number, Batch> = new Map()
  #wanted: Wanted | null = null
  #has = ''
  #range = ''
  #generation = NaN
  #asking = false
  #since = -Infinity
  #timer: number | undefined
  readonly #ask: (q: CurveQuery) => Promise<Curve>
  readonly #changed: () => void

  constructor(ask: (q: CurveQuery) => Promise<Curve>, changed: () => void) {
    this.#ask = ask
    this.#changed = changed
  }

  get curves(): ReadonlyMap<number, Batch> {
    return this.#curves
  }

  want(wanted: Wanted | null): void {
    if (wanted?.generation !== this.#generation) {
      this.#curves = new Map()
      this.#generation = wanted?.generation ?? NaN
      this.#has = ''
    }
    this.#wanted = wanted
    this.#look()
  }

  stop(): void {
    this.#wanted = null
    clearTimeout(this.#timer)
  }

  /**
   * At which steps of all that are kept the loss or its gradient was not finite, as
   * exactly as an overview tells: of such a step there is no norm, while its loss may
   * have been finite.
   */
  async notFinite(lane: number): Promise<number[]> {
    const { series: { steps, values }, not_finite: odd } = await this.#series({ lane, curve: NORM, from: 0, to: Number.MAX_SAFE_INTEGER, pixels: OVERVIEW })
    return odd === 0 ? [] : steps.filter((_, i) => Number.isNaN(values[i]))
  }

  #look(): void {
    const w = this.#wanted
    if (!w || this.#asking || JSON.stringify(w) === this.#has) return
    const range = JSON.stringify({ ...w, newest: 0 })
    const wait = range === this.#range ? this.#since + AGAIN - performance.now() : 0
    clearTimeout(this.#timer)
    if (wait > 0) {
      this.#timer = window.setTimeout(() => { this.#look() }, wait)
      return
    }
    this.#range = range
    this.#since = performance.now()
    void this.#fetch(w)
  }

  async #fetch(w: Wanted): Promise<void> {
    this.#asking = true
    try {
      const { from, to, pixels } = w
      const curves = await Promise.all(w.lanes.map(async (lane): Promise<[number, Batch]> => [lane, await this.#series({ lane, curve: CURVE, from, to, pixels })]))
      // Another generation has begun meanwhile: this was of the one before.
      if (w.generation === this.#generation) {
        this.#curves = new Map(curves)
        this.#has = JSON.stringify(w)
        this.#changed()
      }
    } catch {
      // The server is away, or the lane: what is there stays until the next look.
    } finally {
      this.#asking = false
    }
    this.#look()
  }

  async #series(q: CurveQuery): Promise<Batch & Pick<Curve, 'not_finite'>> {
    const { steps, values, ...rest } = await this.#ask(q)
    return { ...rest, series: { steps, values: values.map((v) => v ?? NaN) } }
  }
}
