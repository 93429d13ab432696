import { signal } from '@preact/signals-core'
import type { Change, Person } from '../generated/wire'

/** A change that somebody else made, or several that were one movement. */
export interface Others {
  readonly by: Person
  /** As one change: from the first value to the last. */
  readonly change: Change
  /** Of the first of them: to undo it is to undo all. */
  readonly revision: number
  readonly at: number
}

const TOGETHER = 1500 // ms between two changes of one movement

/** What others change, for whoever may change it, too. */
export class OthersChanges {
  readonly newest = signal<Others | null>(null)

  add(change: Change, me: number | undefined, now: number): void {
    const { by } = change
    if (!by || by.person === me) {
      // What was told before is of no interest any more to whoever goes on.
      if (by) this.newest.value = null
      return
    }
    const last = this.newest.peek()
    const isOne = last?.by.person === by.person && change.kind === 'control' && last.change.kind === 'control' &&
      last.change.control === change.control && last.change.lane === change.lane && now - last.at < TOGETHER
    this.newest.value = isOne
      ? { by, change: { ...change, old: last.change.old }, revision: last.revision, at: now }
      : { by, change, revision: change.revision, at: now }
  }

  dismiss(): void {
    this.newest.value = null
  }
}

/**
 * Changes without who made them where that was whoever is at this page, under the number
 * that they have now or under those that they had before, which are asked for only where
 * there is somebody else.
 */
export function byOthers(changes: readonly Change[], me: number | undefined, before: () => readonly number[]): readonly Change[] {
  if (changes.every(({ by }) => !by)) return changes
  let mine: ReadonlySet<number> | undefined
  return changes.map((change) => {
    const { by, ...rest } = change
    if (!by) return change
    if (by.person === me) return rest
    mine ??= new Set(before())
    return mine.has(by.person) ? rest : change
  })
}

/** What people are called who chose no name, by their colours; person.css has these in the same order. */
const COLOURS = ['teal', 'violet', 'amber', 'rose', 'olive', 'indigo', 'bronze', 'sky', 'plum', 'moss', 'coral', 'slate']

export function nameOf(person: Person): string {
  return person.name !== undefined && person.name !== '' ? person.name : `Someone (${colourOf(person)})`
}

/** The word for a person's colour. */
export function colourOf({ colour }: Person): string {
  return COLOURS[colour % COLOURS.length] ?? ''
}
