import { effect } from '@preact/signals-core'
import { LitElement, type PropertyValues } from 'lit'
import type { Store } from '../state/store'

/**
 * A part of the page. It renders again when a signal that it read while it rendered has
 * another value; what comes too often for that is read by peek or untracked. Parts render
 * into the document itself: one style sheet and one set of ids serve them all.
 */
export abstract class Part extends LitElement {
  static override properties = { store: { attribute: false } }
  declare store: Store
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
    this.#unwatch = effect(() => {
      if (renders) super.update(changed)
      else this.requestUpdate()
      renders = false
    })
  }

  protected override createRenderRoot(): HTMLElement {
    return this
  }
}
