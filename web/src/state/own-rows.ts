import type { Api } from '../net/api'
import { OWN_DATA, type DataSpec, type RunMessage } from '../generated/wire'
import { pack } from './packed'
import { Signal } from '@preact/signals-core'

const MOST_ROWS = 4000 // beyond these no file fits into an address

/** The user's own rows in the run, as they were given: to restart it with them, and for its address. */
export class OwnRows {
  /** As the address has them; empty if there are none, or too many. */
  readonly packed = new Signal('')
  #given: DataSpec | null
  /** What is asked for or known, so that an older answer is ignored. */
  #generation: number | undefined

  constructor(readonly api: Api, readonly key: string | undefined, given: DataSpec | null) {
    this.#given = given
  }

  get given(): DataSpec | null {
    return this.#given
  }

  /** They were sent from here. */
  give(data: DataSpec): void {
    this.#given = data
  }

  /** Whichever page they came from, the run's recipe has them, if they are for this page to know. */
  async learn({ id, generation, controls, data }: Pick<RunMessage, 'id' | 'generation' | 'controls' | 'data'>): Promise<void> {
    if (controls['dataset'] !== OWN_DATA || (data.private && this.key === undefined) || data.train + data.test + data.pool > MOST_ROWS) {
      this.#generation = undefined
      this.packed.value = ''
      return
    }
    if (generation === this.#generation) return
    this.#generation = generation
    try {
      const given = await this.api.given(id, this.key)
      const packed = given ? await pack(given) : ''
      if (this.#generation !== generation) return
      this.#given = given ?? this.#given
      this.packed.value = packed
    } catch {
      // The next run message asks again.
      if (this.#generation === generation) this.#generation = undefined
    }
  }
}
