import { numberOf, type Lesson, type Spot } from '../net/lesson'
import type { Store } from './store'

/** Where the panels are; if the first is not there, the second. */
const PANELS: Readonly<Record<string, readonly string[]>> = {
  fit: ['gnll-fit .plot.fit', 'gnll-fit .targets-all', 'gnll-fit'],
  noise: ['gnll-fit .plot.noise', 'gnll-fit'],
  equation: ['gnll-equation[data-shown]', 'gnll-fit'],
  loss: ['gnll-loss'],
  anatomy: ['gnll-anatomy'],
  calibration: ['gnll-calibration'],
  metrics: ['gnll-metrics'],
  timeline: ['gnll-timeline'],
  targets: ['gnll-fit .targets-all', 'gnll-fit'],
  residuals: ['gnll-fit .together', 'gnll-fit'],
}

interface Marked {
  readonly n: number
  readonly spot: Spot
}

/**
 * Marks the spots of the lesson that is on: an attribute on each element, which the
 * style sheet turns into a ring with numbers and words. Nothing moves by it. Elements
 * come and go, as controls do that matter only sometimes, so they are looked for again
 * whenever something has changed.
 */
export class Spots {
  readonly #stops: ReadonlyArray<() => void>
  #due = 0
  /** The lesson whose controls are still to be brought into sight. */
  #fresh: Lesson | null = null

  constructor(readonly store: Store, readonly page: HTMLElement) {
    const { lessons, lanes, focus, run, grid, view, values } = store
    this.#stops = [
      lessons.shown.subscribe((lesson) => {
        this.#fresh = lesson
        this.#soon()
      }),
      ...[lanes, focus, run, grid, view, values.settings].map((signal) => signal.subscribe(() => { this.#soon() })),
    ]
  }

  dispose(): void {
    for (const stop of this.#stops) stop()
    cancelAnimationFrame(this.#due)
    this.#mark([])
  }

  /** Brings a spot into sight. */
  show(spot: Spot): void {
    this.#unfold(spot)
    this.#find(spot)?.scrollIntoView({ block: 'center' })
  }

  /** After the parts of the page have rendered what has changed. */
  #soon(): void {
    cancelAnimationFrame(this.#due)
    this.#due = requestAnimationFrame(() => {
      const lesson = this.store.lessons.shown.value
      const marked = (lesson?.spots ?? []).map((spot, i) => ({ n: i, spot }))
      if (this.#fresh === lesson && lesson) this.#bring(marked)
      this.#mark(marked)
    })
  }

  /** Once at the beginning: what is folded away opens, and the panel of controls is scrolled. */
  #bring(marked: readonly Marked[]): void {
    const opened = marked.filter(({ spot }) => this.#unfold(spot)).length > 0
    // What was just opened has its place after the next layout; on a busy machine
    // the controls may not have rendered at all.
    if (opened || this.page.querySelector('[data-control]') === null) {
      this.#soon()
      return
    }
    // A control that the lesson's settings bring along is looked for again when they are here.
    if (marked.some(({ spot }) => spot.control !== undefined && this.#find(spot) === null)) return
    this.#fresh = null
    for (const { spot } of marked) {
      const element = this.#find(spot)
      const room = spot.control === undefined ? null : element?.closest<HTMLElement>('.controls')
      if (!element || !room || room.scrollHeight <= room.clientHeight) continue
      const [at, within] = [element.getBoundingClientRect(), room.getBoundingClientRect()]
      if (at.top < within.top || at.bottom > within.bottom) room.scrollTop += at.top - within.top - within.height / 3
    }
  }

  /** Opens the group in which a control is folded away, and says whether it did. */
  #unfold({ control }: Spot): boolean {
    const c = this.store.controls.find(({ name }) => name === control)
    if (!c?.advanced) return false
    const group = this.page.querySelector<HTMLDetailsElement>(`[aria-labelledby="group-${c.group}"] details`)
    if (!group || group.open) return false
    group.open = true
    return true
  }

  #find({ control, panel }: Spot): HTMLElement | null {
    if (control !== undefined) return this.page.querySelector(`[data-control="${control}"], .in-header-${control}`)
    for (const selector of PANELS[panel ?? ''] ?? []) {
      const element = this.page.querySelector<HTMLElement>(selector)
      if (element) return element
    }
    return null
  }

  #mark(marked: readonly Marked[]): void {
    const by = new Map<HTMLElement, Marked[]>()
    const places = new Map<HTMLElement, Marked[]>()
    for (const m of marked) {
      const element = this.#find(m.spot)
      if (!element) continue
      by.set(element, [...(by.get(element) ?? []), m])
      const body = m.spot.x === undefined ? null : element.querySelector<HTMLElement>('.plot-body')
      if (body && this.#share(m.spot) !== null) places.set(body, [...(places.get(body) ?? []), m])
    }
    for (const old of this.page.querySelectorAll<HTMLElement>('[data-spot]')) if (!by.has(old)) delete old.dataset['spot']
    for (const [element, list] of by) {
      // Beside a control there is no room for words; the card has them.
      element.dataset['spot'] = list.map(({ n, spot }) => numberOf(n) + (spot.control === undefined ? ` ${spot.label}` : '')).join('  ')
    }
    for (const old of this.page.querySelectorAll<HTMLElement>('[data-spot-x]')) {
      if (places.has(old)) continue
      this.#place(old, 'spot-x', undefined)
      this.#place(old, 'spot-other-x', undefined)
    }
    for (const [body, [first, other]] of places) {
      this.#place(body, 'spot-x', first)
      this.#place(body, 'spot-other-x', other)
    }
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
