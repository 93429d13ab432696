import { effect } from '@preact/signals-core'
import type { Lesson, Spot } from '../generated/api'
import { numberOf } from '../net/lesson'
import { inFrame, notInFrame } from './frame'
import { placeOfControl } from './places'
import type { Store } from './store'

/** Where the panels are; if the first is not there, the next. */
const PANELS: Readonly<Record<string, readonly string[]>> = {
  fit: ['fit', 'targets', 'predictions'],
  noise: ['noise', 'predictions'],
  equation: ['equation', 'predictions'],
  loss: ['loss'],
  anatomy: ['anatomy'],
  calibration: ['calibration'],
  metrics: ['metrics'],
  timeline: ['timeline'],
  targets: ['targets', 'predictions'],
  residuals: ['residuals', 'predictions'],
}

/** Somebody points at an element: whatever has put it aside, as behind a tab, shows it. */
export const REVEAL = 'gnll-reveal'

interface Marked {
  readonly n: number
  readonly spot: Spot
}

/**
 * Marks the spots of the lesson that is on: an attribute on each element, which the
 * style sheet turns into a ring with numbers and words. Nothing moves by it. Places come
 * and go, as controls do that matter only sometimes, and the marks with them.
 */
export class Spots {
  readonly #stop: () => void
  /** The lesson whose controls are still to be brought into sight. */
  #fresh: Lesson | null = null
  #known: Lesson | null = null
  #marked: readonly HTMLElement[] = []
  #crossed: readonly HTMLElement[] = []
  #unwatch: (() => void) | undefined

  constructor(readonly store: Store) {
    const stops = [store.lessons.shown, store.course.phase].map((signal) => signal.subscribe(() => { inFrame(this.#point) }))
    this.#stop = () => { for (const stop of stops) stop() }
  }

  dispose(): void {
    this.#stop()
    this.#unwatch?.()
    notInFrame(this.#point)
    this.#mark([])
  }

  /** Brings a spot into sight. */
  show(spot: Spot): void {
    const { lanes, view } = this.store
    const lane = lanes.value.find(({ name }) => name === spot.lane)
    if (lane) view.focus.value = lane.lane
    if (spot.control !== undefined) view.sheet.value = true // where controls have no room beside the charts
    this.#unfold(spot)
    inFrame(() => { this.#reach(spot) })
  }

  /** Opens what an element is hidden in, and scrolls to it. */
  #reach(spot: Spot): void {
    const element = this.#find(spot)
    if (!element) return
    for (let e: HTMLElement | null = element; e; e = e.parentElement) {
      if (e instanceof HTMLDetailsElement) e.open = true
      if (e.popover !== null && !e.matches(':popover-open')) e.showPopover()
    }
    element.dispatchEvent(new Event(REVEAL, { bubbles: true }))
    element.scrollIntoView({ block: 'center' })
  }

  /** After the parts of the page have rendered what has changed; and again when a place that was looked for comes or goes. */
  readonly #point = (): void => {
    this.#unwatch?.()
    let points = true
    this.#unwatch = effect(() => {
      if (!points) {
        inFrame(this.#point)
        return
      }
      points = false
      const lesson = this.store.lessons.shown.value
      if (lesson !== this.#known) this.#fresh = lesson
      this.#known = lesson
      // What is marked before somebody has answered would tell the answer.
      const asks = this.store.course.phase.value === 'ask'
      const marked = (asks ? [] : (lesson?.spots ?? [])).map((spot, i) => ({ n: i, spot }))
      if (this.#fresh === lesson && lesson && !asks) this.#bring(marked)
      this.#mark(marked)
    })
  }

  /** Once at the beginning: what is folded away opens, and the panel of controls is scrolled. */
  #bring(marked: readonly Marked[]): void {
    // Of several tabs the first that is spoken of is open.
    for (const { spot } of marked.toReversed()) this.#unfold(spot)
    // A control that was folded away, or that the lesson's settings bring along, is looked for again when it is there.
    if (marked.some(({ spot }) => spot.control !== undefined && this.#find(spot) === null)) return
    this.#fresh = null
    const room = this.store.view.places.find('controls')
    for (const { spot } of marked) {
      const element = spot.control === undefined ? null : this.#find(spot)
      if (!element || !room?.contains(element) || room.scrollHeight <= room.clientHeight) continue
      const [at, within] = [element.getBoundingClientRect(), room.getBoundingClientRect()]
      if (at.top < within.top || at.bottom > within.bottom) room.scrollTop += at.top - within.top - within.height / 3
    }
  }

  /** Opens the group in which a control is folded away, or the tab in which a panel is. */
  #unfold({ control, panel }: Spot): void {
    if (panel !== undefined) this.store.view.reveal(panel)
    const c = this.store.controls.find(({ name }) => name === control)
    if (c?.advanced) this.store.view.unfold(c.group, true)
  }

  #find({ control, panel }: Spot): HTMLElement | null {
    return this.store.view.places.find(...(control === undefined ? PANELS[panel ?? ''] ?? [] : [placeOfControl(control)]))
  }

  #mark(marked: readonly Marked[]): void {
    const by = new Map<HTMLElement, Marked[]>()
    const crossed = new Map<HTMLElement, Marked[]>()
    for (const m of marked) {
      const element = this.#find(m.spot)
      if (!element) continue
      by.set(element, [...(by.get(element) ?? []), m])
      const body = m.spot.x === undefined || m.spot.panel === undefined ? null : this.store.view.places.find(`${m.spot.panel} x`)
      if (body && this.#share(m.spot) !== null) crossed.set(body, [...(crossed.get(body) ?? []), m])
    }
    for (const old of this.#marked) if (!by.has(old)) delete old.dataset['spot']
    for (const [element, list] of by) {
      // Beside a control there is no room for words; the card has them.
      element.dataset['spot'] = list.map(({ n, spot }) => numberOf(n) + (spot.control === undefined ? ` ${spot.label}` : '')).join('  ')
    }
    for (const old of this.#crossed) {
      if (crossed.has(old)) continue
      this.#place(old, 'spot-x', undefined)
      this.#place(old, 'spot-other-x', undefined)
    }
    for (const [body, [first, other]] of crossed) {
      this.#place(body, 'spot-x', first)
      this.#place(body, 'spot-other-x', other)
    }
    this.#marked = [...by.keys()]
    this.#crossed = [...crossed.keys()]
  }

  #place(body: HTMLElement, name: string, m: Marked | undefined): void {
    body.toggleAttribute(`data-${name}`, m !== undefined)
    if (!m) return
    body.setAttribute(`data-${name}`, numberOf(m.n))
    body.style.setProperty(`--${name}`, String(this.#share(m.spot)))
  }

  /** Where an x lies between the first and the last of the grid, from 0 to 1; null outside of it. */
  #share({ x }: Spot): number | null {
    const grid = this.store.grid.value?.x
    const [from, to] = [grid?.[0], grid?.at(-1)]
    if (x === undefined || from === undefined || to === undefined || x < from || x > to) return null
    return (x - from) / (to - from)
  }
}
