import { CODE_MOVING, Problem, STATUS, type Api, type Opened, type Order } from '../net/api'
import type { Signal } from '@preact/signals-core'

export const RESTARTED = 'The server restarted, so training started again from step 0 with the same settings.'
export const GONE = 'This run is no longer available. The page will reconnect if it comes back.'

export const MOVING = 'Another machine is taking over this run. The page will reconnect by itself; nothing that was saved is lost.'

export const DELETED = 'This run was deleted.'

/** Finds a run again after its connection broke, or makes it again if the server has forgotten it. */
export class Recovery {
  /** The next run message is of another run, even if its generation has the same number. */
  forgotten = false
  readonly #id: string
  readonly #key: string | undefined
  /** When the server made the run: another time is another run under the same id. */
  #created: string

  constructor(
    { run, key }: Opened,
    readonly api: Api,
    /** The order for a run like this one. */
    readonly again: () => Order,
    readonly notice: Signal<string>,
  ) {
    this.#id = run.id
    this.#key = key
    this.#created = run.created
  }

  /**
   * A refused upgrade looks to the page like a broken network: ask for the run,
   * and make it again if the server was restarted. Another page of the run
   * may have done so already; a page without the key can only wait for that.
   * Throws if there is no run to talk to.
   */
  async recover(): Promise<void> {
    try {
      const { run } = await (this.#key === undefined ? this.api.find(this.#id) : this.api.open(this.#id, this.#key, this.again()))
      if ([GONE, DELETED, MOVING].includes(this.notice.value)) this.notice.value = ''
      if (run.created === this.#created) return
      this.#created = run.created
      this.forgotten = true
      this.notice.value = RESTARTED
    } catch (e) {
      if (e instanceof Problem) {
        const gone = this.#key === undefined && e.status === STATUS.NOT_FOUND
        this.notice.value = e.status === STATUS.GONE ? DELETED : gone ? GONE : e.code === CODE_MOVING ? MOVING : `The server cannot create this run: ${e.message}`
      }
      throw e
    }
  }
}
