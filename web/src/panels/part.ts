import { ContextConsumer, createContext } from '@lit/context'
import { effect } from '@preact/signals-core'
import { LitElement, type PropertyValues } from 'lit'
import type { Store } from '../state/store'

/** The store of the run that a page shows. */
export const STORE = createContext<Store>('store')

/**
 * Renders again when a signal that it read while it rendered has another value; what
 * comes too often for that is read by peek or untracked. It renders into the document
 * itself: one style sheet and one set of ids serve all.
 */
export abstract class Watching extends LitElement {
  #unwatch: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.requestUpdate()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unwatch?.()
  }

  protected override update(changed: PropertyValues): void {
    this.#unwatch?.()
    let renders = true
    const failures: unknown[] = []
    // What is no longer on the page may still render once more, but listens to nothing.
    if (!this.isConnected) {
      super.update(changed)
      return
    }
    this.#unwatch = effect(() => {
      if (!renders) {
        this.requestUpdate()
        return
      }
      renders = false
      try {
        super.update(changed)
      } catch (e) {
        failures.push(e) // thrown within, it would be the end of listening
      }
    })
    if (failures.length > 0) throw failures[0]
  }

  protected override createRenderRoot(): HTMLElement {
    return this
  }
}

/** A part of the page, which shows something of its run. */
export abstract class Part extends Watching {
  readonly #store = new ContextConsumer(this, { context: STORE })

  get store(): Store {
    const { value } = this.#store
    if (!value) throw new Error(`${this.localName} is not within a page that has a run`)
    return value
  }
}
