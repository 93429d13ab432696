import type { Control } from './generated/wire'
import { lessonIn, withLesson } from './lesson'
import { fromHash, keyOf, sameValue, toHash, type Settings } from './settings'

const EVERY = 400 // ms; browsers refuse more than some hundred updates a minute

/**
 * Keeps the part of the address after # and the run's settings the same. The
 * run's key stands there too: that part of an address is never sent.
 */
export class Address {
  #timer: number | undefined
  #settings: Settings = {}

  constructor(
    readonly controls: readonly Control[], readonly key: string | undefined,
    /** The name of the lesson that is on, or empty. */
    readonly lesson: () => string,
  ) {}

  /** Puts the settings into the address, a little later and the newest only. */
  show(settings: Settings): void {
    this.#settings = settings
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined
      history.replaceState(null, '', this.link(this.key))
    }, EVERY)
  }

  /** The address of the run: with its key to steer, without it to watch. */
  link(key: string | undefined): string {
    const hash = withLesson(toHash(this.controls, this.#settings, key), this.lesson())
    return location.origin + location.pathname + location.search + (hash === '' ? '' : `#${hash}`)
  }

  /** Calls back with every control that somebody has set by editing the address, or with the lesson. */
  onEdit(set: (name: string, value: Settings[string]) => void, begin: (lesson: string) => void): void {
    addEventListener('hashchange', () => {
      const key = keyOf(location.hash)
      if (key !== undefined && key !== this.key) {
        // The link to steer was opened over the one to watch.
        location.reload()
        return
      }
      const lesson = lessonIn(location.hash)
      if (lesson !== null && lesson !== this.lesson()) {
        begin(lesson)
        this.show(this.#settings)
        return
      }
      const hash = fromHash(this.controls, location.hash)
      for (const c of this.controls) {
        const value = hash[c.name] ?? c.default
        if (!sameValue(value, this.#settings[c.name])) set(c.name, value)
      }
      this.show(this.#settings)
    })
  }
}
