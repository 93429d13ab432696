import { Refusal, type Order } from '../net/connection'
import type { Ack, Change, RunMessage } from '../generated/wire'
import { Gestures } from './gestures'
import { Signal } from '@preact/signals-core'

/** What can be undone and done again. */
export class Past {
  readonly canUndo = new Signal(false)
  readonly canRedo = new Signal(false)
  #gestures = new Gestures()
  readonly #command: (order: Order) => Promise<Ack>
  readonly #tell: (e: unknown) => void

  constructor(command: (order: Order) => Promise<Ack>, tell: (e: unknown) => void) {
    this.#command = command
    this.#tell = tell
  }

  /** Everything that holds, from a run message; another run has a past of its own. */
  begin(m: Pick<RunMessage, 'redo' | 'changes'>, isAnother: boolean): void {
    if (isAnother) this.#gestures = new Gestures()
    for (const c of m.changes) this.#gestures.add(c, 0)
    this.canUndo.value = m.changes.some((c) => c.undo)
    this.canRedo.value = m.redo > 0
  }

  add(change: Change): void {
    this.#gestures.add(change, performance.now())
    // After these a run message says what can be done again.
    if (change.kind === 'undo' || change.kind === 'redo') return
    this.canUndo.value = true
    this.canRedo.value = false
  }

  /** The changes from the one to the other were one stroke of a pointer: one undo takes them back. */
  stroke(first: number, last: number): void {
    this.#gestures.stroke(first, last)
  }

  /** Takes back the last movement, or that change and all that came after it. */
  async undo(revision = this.#gestures.last): Promise<void> {
    try {
      await this.#command({ type: 'undo', revision })
      this.#gestures.undo(revision)
    } catch (e) {
      if (e instanceof Refusal && revision !== 0) {
        // It was taken back elsewhere: whatever is the last now.
        this.#gestures.forget()
        await this.undo(0)
        return
      }
      if (e instanceof Refusal) this.canUndo.value = false
      this.#tell(e)
    }
  }

  async redo(): Promise<void> {
    try {
      await this.#command({ type: 'redo' })
      this.#gestures.redo()
      this.canUndo.value = true
    } catch (e) {
      this.#tell(e)
    }
  }
}
