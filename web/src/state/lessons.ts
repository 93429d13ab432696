import type { Lesson } from '../generated/api'
import { beginOf } from '../net/lesson'
import type { Ack } from '../generated/wire'
import { Signal } from '@preact/signals-core'

/** What lessons need of the store. */
interface Runs {
  /** The lessons that there are. */
  list(): Promise<readonly Lesson[]>
  /** Restarts the run as the lesson says; null if that was refused. */
  begin(lesson: ReturnType<typeof beginOf>): Promise<Ack | null>
}

/**
 * The lessons, and the one that is on: the run says which, until somebody chooses
 * other data or takes it back. To close it is this page's affair.
 */
export class Lessons {
  readonly list = new Signal<readonly Lesson[]>([])
  /** Whose card and marks are seen. */
  readonly shown = new Signal<Lesson | null>(null)
  /** Whether the run is a lesson whose card is to be seen, also while its text has not come yet. */
  readonly on = new Signal(false)
  /** The name of a lesson that was asked for and that there is not; else empty. */
  readonly missing = new Signal('')
  readonly #runs: Runs
  /** The name of the one that the run says it is; null until it has said something. */
  #name: string | null = null
  /** That of the one that was closed here. */
  #closed = ''
  #asked: Promise<void> | null = null

  constructor(
    runs: Runs,
    /** Whether the lesson that is on when the page opens had been closed. */
    readonly wasClosed = false,
    /** Whether the run of the page is about to be a lesson, which has its room from the beginning. */
    isExpected = false,
  ) {
    this.#runs = runs
    this.on.value = isExpected
  }

  /** Asks for the list, once. */
  load(): Promise<void> {
    this.#asked ??= this.#runs.list().then((list) => {
      this.list.value = list
      this.#settle()
    }).catch(() => {
      // Whoever looks again asks again.
      this.#asked = null
    })
    return this.#asked
  }

  /** The run says which lesson it is now, by its name, or none. */
  told(name: string): void {
    if (name === this.#name) return
    this.#closed = this.#name === null && this.wasClosed ? name : ''
    this.#name = name
    if (name !== '') void this.load()
    this.#settle()
  }

  /** Begins a lesson, also one that is on, from its beginning. */
  async begin(lesson: Lesson): Promise<void> {
    this.#closed = ''
    this.missing.value = ''
    await this.#runs.begin(beginOf(lesson))
    this.#settle()
  }

  /** Begins the lesson of that name, if there is one. */
  async open(slug: string): Promise<void> {
    await this.load()
    const lesson = this.list.value.find((l) => l.slug === slug)
    if (lesson) await this.begin(lesson)
    else if (this.list.value.length > 0) this.missing.value = slug
  }

  /** The one after the one that is on; after the last the first. */
  get next(): Lesson | null {
    const { list, shown } = this
    const i = list.value.findIndex((l) => l.slug === shown.value?.slug)
    return i < 0 ? null : (list.value[(i + 1) % list.value.length] ?? null)
  }

  /** The run continues, without card and marks. */
  close(): void {
    this.#closed = this.#name ?? ''
    this.#settle()
  }

  #settle(): void {
    const known = this.list.value.length === 0 || this.list.value.some((l) => l.slug === this.#name)
    this.on.value = this.#name !== null && this.#name !== '' && this.#name !== this.#closed && known
    this.shown.value = this.#name === this.#closed ? null : (this.list.value.find((l) => l.slug === this.#name) ?? null)
  }
}
