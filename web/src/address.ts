import type { Control } from './generated/wire'
import { fromHash, sameValue, toHash, type Settings } from './settings'

const EVERY = 400 // ms; browsers refuse more than some hundred updates a minute

/** Keeps the part of the address after # and the run's settings the same. */
export class Address {
  #timer: number | undefined
  #settings: Settings = {}

  constructor(readonly controls: readonly Control[]) {}

  /** Puts the settings into the address, a little later and the newest only. */
  show(settings: Settings): void {
    this.#settings = settings
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined
      const hash = toHash(this.controls, this.#settings)
      history.replaceState(null, '', location.pathname + location.search + (hash === '' ? '' : `#${hash}`))
    }, EVERY)
  }

  /** Calls back with every control that somebody has set by editing the address. */
  onEdit(set: (name: string, value: Settings[string]) => void): void {
    addEventListener('hashchange', () => {
      const hash = fromHash(this.controls, location.hash)
      for (const c of this.controls) {
        const value = hash[c.name] ?? c.default
        if (!sameValue(value, this.#settings[c.name])) set(c.name, value)
      }
    })
  }
}
