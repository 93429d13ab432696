import type { Change } from '../generated/wire'

const TOGETHER = 1000 // ms between two changes of one movement

interface Step {
  readonly revision: number
  readonly what: string
  /** When it was heard of, in ms. */
  readonly at: number
}

/**
 * Which changes were one movement of a hand: a dragged slider makes dozens, and
 * undo is to take back all of them at once. The server alone knows what can be
 * undone; this only says from where on.
 */
export class Gestures {
  #steps: Step[] = []
  #undone: Step[][] = []
  #seen = 0
  /** The first and the last change of each stroke of a pointer. */
  readonly #strokes = new Map<number, number>()

  /** Notes a change, in the order in which they come; what was noted before is passed over. */
  add(c: Pick<Change, 'revision' | 'kind' | 'lane' | 'control'>, now: number): void {
    if (c.revision <= this.#seen) return
    this.#seen = c.revision
    // These cannot be undone themselves.
    if (c.kind === 'undo' || c.kind === 'redo') return
    this.#undone = []
    // Rows, lanes and weights come one by one, unless it is said that they were one stroke.
    const what = c.kind === 'control' ? `${c.lane ?? ''} ${c.control}` : ''
    this.#steps.push({ revision: c.revision, what, at: now })
  }

  /** The changes from the one to the other were made in one stroke of a pointer, whenever they are heard of. */
  stroke(first: number, last: number): void {
    this.#strokes.set(first, last)
  }

  /** What there was is no longer known: undo takes back one change. */
  forget(): void {
    this.#steps = []
    this.#undone = []
  }

  /** The first change of the last movement; 0 if nothing is known of it. */
  get last(): number {
    return this.#steps[this.#begin()]?.revision ?? 0
  }

  /** Everything from that change on was undone; 0 is the last one. */
  undo(revision: number): void {
    const found = this.#steps.findIndex((s) => s.revision === revision)
    const from = found < 0 ? Math.max(0, this.#steps.length - 1) : found
    this.#undone.push(this.#steps.splice(from))
  }

  redo(): void {
    this.#steps.push(...(this.#undone.pop() ?? []))
  }

  #begin(): number {
    let i = this.#steps.length - 1
    for (; i > 0; i--) {
      const [before, step] = [this.#steps[i - 1], this.#steps[i]]
      if (before && step && this.#inOneStroke(before.revision, step.revision)) continue
      if (!before || !step || step.what === '' || before.what !== step.what || step.at - before.at > TOGETHER) break
    }
    return i
  }

  #inOneStroke(a: number, b: number): boolean {
    for (const [first, last] of this.#strokes) if (first <= a && b <= last) return true
    return false
  }
}
