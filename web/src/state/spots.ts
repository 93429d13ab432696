import { effect } from '@preact/signals-core'
import type { Lesson, Spot } from '../generated/api'
import { numberOf } from '../net/lesson'
import { inFrame, notInFrame } from './frame'
import type { Phase } from './lesson-play'
import { placeOfControl, placeOfTab } from './places'
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

const NOWHERE: readonly Spot[] = []

/** What is marked: before somebody has answered it would tell the answer. */
function spotsOf(lesson: Lesson | null, phase: Phase | null): readonly Spot[] {
  switch (phase) {
    case 'run':
    case 'shown': return lesson?.spots ?? NOWHERE
    case 'tries':
    case 'tried': return lesson?.action?.spots ?? NOWHERE
    default: return NOWHERE
  }
}

interface Marked {
  readonly n: number
  readonly spot: Spot
}

/**
 * Marks the spots of the lesson that is on: an attribute on each element, which the
 * style sheet turns into a ring with numbers. Nothing moves by it. Places come
 * and go, as controls do that matter only sometimes, and the marks with them.
 */
export class Spots {
  readonly #stop: () => void
  /** The spots that are still to be brought into sight. */
  #fresh: readonly Spot[] = []
  #known: readonly Spot[] = []
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
      const { course, lessons } = this.store
      const spots = spotsOf(lessons.shown.value, course.phase.value)
      if (spots !== this.#known) this.#fresh = spots
      this.#known = spots
      const marked = spots.map((spot, i) => ({ n: i, spot }))
      if (this.#fresh === spots) this.#bring(marked)
      this.#mark(marked)
    })
  }

  /** Once at the beginning: what is folded away opens, and the panel of controls is scrolled. */
  #bring(marked: readonly Marked[]): void {
    // Of several tabs the first that is spoken of is open.
    for (const { spot } of marked.toReversed()) this.#unfold(spot)
    // A control that was folded away, or that the lesson's settings bring along, is looked for again when it is there.
    if (marked.some(({ spot }) => spot.control !== undefined && this.#find(spot) === null)) return
    this.#fresh = NOWHERE
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

  /** What the ring goes around: of a panel behind a tab, the tab. */
  #ringed(spot: Spot): HTMLElement | null {
    const element = this.#find(spot)
    const { places, tab } = this.store.view
    const isOpen = tab.value === spot.panel || element?.checkVisibility() !== false
    return isOpen ? element : places.find(placeOfTab(spot.panel ?? ''))
  }

  /** The plot on which an x is marked: where each model has its own fit, that of the model that is spoken of. */
  #plot({ panel, x, lane: name }: Spot): HTMLElement | null {
    if (x === undefined || panel === undefined) return null
    const { lanes, view } = this.store
    const [first] = lanes.value
    const lane = lanes.value.find((l) => l.name === name) ?? first
    return view.places.find(`${panel} x ${lane?.lane ?? 0}`, `${panel} x`)
  }

  #mark(marked: readonly Marked[]): void {
    const by = new Map<HTMLElement, Marked[]>()
    const crossed = new Map<HTMLElement, Marked[]>()
    for (const m of marked) {
      const element = this.#ringed(m.spot)
      if (!element) continue
      by.set(element, [...(by.get(element) ?? []), m])
      const body = this.#plot(m.spot)
      if (body && this.#share(m.spot) !== null) crossed.set(body, [...(crossed.get(body) ?? []), m])
    }
    for (const old of this.#marked) if (!by.has(old)) delete old.dataset['spot']
    for (const [element, list] of by) {
      // The card has the words: here they would stand on others.
      element.dataset['spot'] = list.map(({ n }) => numberOf(n)).join('')
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
