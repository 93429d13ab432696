import { signal } from '@preact/signals-core'

/** A range of steps. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Fewer steps than this are not worth a whole chart. */
const NARROWEST = 10
/** While a range follows the end its axis moves in hops of this share, and stands still between them. */
const HOP = 1 / 8

/**
 * Which steps are shown: all of them, or a range. A range that has the newest
 * step in it when it is chosen continues with the training; one in the past
 * stands still.
 */
export class Zoom {
  readonly #span = signal<Span | null>(null)
  #follows = false

  /** Whether less than everything is shown. */
  get zoomed(): boolean {
    return this.#span.value !== null
  }

  /** Whether the range continues with the training. */
  get follows(): boolean {
    return this.#follows
  }

  /** What is shown when training is at the step last, and the whole of it would reach to the step end. */
  shown(last: number, end: number): Span {
    const s = this.#span.peek()
    if (!s) return { from: 0, to: end }
    if (!this.#follows || last <= s.to) return s
    const width = s.to - s.from
    const hop = Math.max(1, width * HOP)
    const to = s.to + Math.ceil((last - s.to) / hop) * hop
    const span = { from: Math.round(to - width), to: Math.round(to) }
    this.#span.value = span
    return span
  }

  whole(): void {
    this.#span.value = null
    this.#follows = false
  }

  /** Shows a range, or everything where it reaches over all there is. */
  show(a: number, b: number, last: number, end: number): void {
    const width = Math.max(NARROWEST, Math.round(Math.abs(b - a)))
    const from = Math.max(0, Math.min(Math.floor(Math.min(a, b)), Math.ceil(end) - NARROWEST))
    const to = from + width
    if (from <= 0 && to >= end) {
      this.whole()
      return
    }
    this.#span.value = { from, to }
    this.#follows = to >= last && from <= last
  }

  /** Shows so many times as many steps around the middle, or up to the end while that is followed. */
  by(factor: number, last: number, end: number): void {
    const { from, to } = this.shown(last, end)
    const right = this.#span.peek() === null ? Math.max(last, NARROWEST) : to
    const width = Math.max(NARROWEST, (right - from) * factor)
    const a = this.#follows ? right - width : (from + right - width) / 2
    this.show(Math.max(0, a), Math.max(0, a) + width, last, end)
  }

  /** Moves the range by a share of its width, no further than to the end of what is there. */
  pan(share: number, last: number, end: number): void {
    if (!this.#span.peek()) return
    const { from, to } = this.shown(last, end)
    const width = to - from
    const a = Math.max(0, Math.min(from + share * width, Math.round(last - width * (1 - HOP))))
    this.show(a, a + width, last, end)
  }
}
