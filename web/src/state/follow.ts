import { batch, computed, signal, type ReadonlySignal } from '@preact/signals-core'
import type { PresentedView, ViewMessage } from '../generated/wire'
import { byHand } from './hand'
import { later } from './later'
import { lookAs, viewOf } from './presented'
import type { Rewind } from './rewind'
import type { View } from './view'

/** The look back at an earlier step of those who follow is spread over so long, in ms: a class asks for it at once. */
const SPREAD = 500

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
    batch(() => {
      if (this.lanes().some(({ lane }) => lane === to.lane)) this.#view.focus.value = to.lane
      lookAs(this.#view, to.view ?? '')
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
