import { Batches } from '../state/batches'
import { stepsAhead } from '../math/scale'
import type { Store } from '../state/store'
import type { LossView } from '../state/view'
import type { Zoom, Span } from '../state/zoom'

/** With so many steps each of them is asked for, so that there can be an average. */
export const SMOOTHABLE = 8000
const BENEATH = 20 // steps to a pixel; with more the batches beneath a curve would be a wall

/** What the loss chart shows beside the history: the range of steps, and what only the server has. */
export class LossSource {
  readonly #batches: Batches
  #odd: ReadonlyMap<number, readonly number[]> = new Map()
  #oddOf = ''
  #generation = NaN
  readonly #store: Store
  readonly #changed: () => void

  constructor(store: Store, changed: () => void) {
    this.#store = store
    this.#changed = changed
    this.#batches = new Batches((q) => store.api.curve(store.id, q), changed)
  }

  get span(): Span {
    const { lastStep } = this.#store.history
    return this.#store.view.zoom.shown(lastStep, stepsAhead(lastStep))
  }

  /** At which steps the loss of a lane, or its gradient, was not finite. */
  get odd(): ReadonlyMap<number, readonly number[]> {
    return this.#odd
  }

  /** Shows another range. */
  move(change: (zoom: Zoom, last: number, end: number) => void): void {
    const { lastStep } = this.#store.history
    change(this.#store.view.zoom, lastStep, stepsAhead(lastStep))
    this.#changed()
  }

  /** The batches to be drawn in so many pixels: by choice, and beneath a range of the loss that is trained. */
  batches({ kind, smoothing }: LossView, width: number): Batches['curves'] {
    const { lanes, history, run, view: { focus } } = this.#store
    const { from, to } = this.span
    const isChosen = kind === 'batch'
    if (!run.value || (!isChosen && !(kind === 'loss' && this.#store.view.zoom.zoomed && to - from <= BENEATH * width))) {
      this.#batches.want(null)
      return new Map()
    }
    const newest = Math.min(to, history.lastStep)
    const pixels = isChosen && smoothing > 0 && newest - from <= SMOOTHABLE ? SMOOTHABLE / 2 : width
    this.#batches.want({ generation: run.value.generation, from, to, newest, pixels, lanes: isChosen ? lanes.value.map((l) => l.lane) : [focus.value] })
    return this.#batches.curves
  }

  /** To be called when the run or its lanes have become others: a generation begins with the whole of it, and a divergence has its mark. */
  look(): void {
    const run = this.#store.run.value
    if (!run) return
    if (run.generation !== this.#generation) {
      this.#generation = run.generation
      this.#odd = new Map()
      this.#store.view.zoom.whole()
    }
    const lanes = this.#store.lanes.value.map((l) => l.lane)
    const of = `${run.generation} ${run.state === 'diverged' ? 'diverged' : ''} ${lanes.join(' ')}`
    if (of === this.#oddOf) return
    this.#oddOf = of
    void this.#askOdd(lanes, of)
  }

  stop(): void {
    this.#batches.stop()
    this.#oddOf = ''
  }

  async #askOdd(lanes: readonly number[], of: string): Promise<void> {
    const asked = lanes.map(async (lane): Promise<[number, number[]]> => [lane, await this.#batches.notFinite(lane)])
    // A server that is away has nothing to tell; the evaluations are here anyway.
    const odd = await Promise.all(asked).catch(() => null)
    if (of !== this.#oddOf) return
    if (!odd) {
      this.#oddOf = '' // to be asked again
      return
    }
    this.#odd = new Map(odd)
    this.#changed()
  }
}
