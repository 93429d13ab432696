import { batch, computed, signal, type ReadonlySignal } from '@preact/signals-core'
import type { PresentedView, ViewMessage } from '../generated/wire'
import { byHand } from './hand'
import { later } from './later'
import type { Rewind } from './rewind'
import { SCALES, type View } from './view'

/** What is shared of a view: a choice by its name, as addresses have it. */
interface Shared {
  readonly options: readonly string[]
  readonly get: (view: View) => string
  readonly set: (view: View, value: string) => void
}

function shared<T extends string>(options: readonly T[], get: (view: View) => T, set: (view: View, value: T) => void): Shared {
  return {
    options, get,
    set: (view, value) => {
      const known = options.find((o) => o === value)
      if (known !== undefined && get(view) !== known) set(view, known)
    },
  }
}

/** What those who follow see as the presenter does; whatever a page does not know it passes over. */
export const SHARED: ReadonlyMap<string, Shared> = new Map([
  ['panel', shared(['fit', 'actual', 'residual', 'targets'], (v) => v.panel.value, (v, panel) => { v.panel.value = panel })],
  ['lens', shared(['off', 'mean', 'variance'], (v) => v.lens.value, (v, lens) => { v.lens.value = lens })],
  ['compare', shared(['overlay', 'beside'], (v) => v.compare.value, (v, compare) => { v.compare.value = compare })],
  ['loss', shared(['loss', 'nll', 'batch'], (v) => v.loss.value.kind, (v, kind) => { v.setLoss({ kind }) })],
  ['scale', shared(SCALES, (v) => v.loss.value.scale, (v, scale) => { v.setLoss({ scale }) })],
  ['split', shared(['train', 'test'], (v) => v.split.value, (v, split) => { v.split.value = split })],
])

/** The look back at an earlier step of those who follow is spread over so long, in ms: a class asks for it at once. */
const SPREAD = 500

/** A view as one text: two that are the same look the same. */
export function viewOf(view: View, step: number | null): PresentedView {
  const text = [...SHARED].map(([name, { get }]) => `${name}:${get(view)}`).join('~')
  return { lane: view.focus.value, ...(step === null ? {} : { step }), view: text }
}

/** What the presenter looks at, and whether this page looks there, too. */
export class Follow {
  /** Whether somebody presents: without a presenter there is nothing to follow. */
  readonly isPresented = signal(false)
  /** Whether this page is to go where the presenter goes. */
  readonly follows = signal(true)
  /** What this page looks at. */
  readonly own: ReadonlySignal<PresentedView>

  readonly #view: View
  readonly #rewind: Rewind
  #presented: PresentedView | null = null
  /** It goes where the presenter is just now. */
  #goes = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(view: View, rewind: Rewind, readonly lanes: () => ReadonlyArray<{ readonly lane: number }>, readonly random = Math.random) {
    this.#view = view
    this.#rewind = rewind
    this.own = computed(() => viewOf(view, rewind.at.value))
    // Whoever looks elsewhere by hand looks freely from then on.
    later(this.own, () => { if (byHand() && !this.#goes && this.isPresented.peek()) this.follows.value = false })
  }

  /** What the server tells of the presenter. */
  told({ here, lane, step, view }: ViewMessage): void {
    const before = this.#presented
    this.#presented = here ? { lane, ...(step === undefined ? {} : { step }), view: view ?? '' } : null
    this.isPresented.value = here
    if (here) this.apply()
    // Whoever went left nobody behind in the past.
    else if (this.follows.peek() && before?.step !== undefined) this.#back(undefined)
  }

  /** Follows from now on, or no more. */
  toggle(): void {
    this.follows.value = !this.follows.peek()
    this.apply()
  }

  /** Goes where the presenter is, if this page follows; a lane that it lacks may come. */
  apply(): void {
    const to = this.#presented
    if (!to || !this.follows.peek()) return
    this.go(to)
    this.#goes = true
    this.#back(to.step)
    this.#goes = false
  }

  /** Looks at the present as that view does. */
  go(to: PresentedView): void {
    this.#goes = true
    const asked = new Map((to.view ?? '').split('~').map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]))
    batch(() => {
      if (this.lanes().some(({ lane }) => lane === to.lane)) this.#view.focus.value = to.lane
      for (const [name, { set }] of SHARED) {
        const value = asked.get(name)
        if (value !== undefined) set(this.#view, value)
      }
    })
    this.#goes = false
  }

  /** Another run, or another past. */
  begin(): void {
    if (this.#presented) this.#presented = { lane: this.#presented.lane, view: this.#presented.view ?? '' }
  }

  #back(step: number | undefined): void {
    clearTimeout(this.#timer)
    if (step === undefined) {
      if (this.#rewind.at.peek() !== null) this.#rewind.now()
      return
    }
    this.#timer = setTimeout(() => {
      if (this.follows.peek() && this.#presented?.step === step && this.#rewind.at.peek() !== step) this.#rewind.look(step)
    }, SPREAD * this.random())
  }
}
