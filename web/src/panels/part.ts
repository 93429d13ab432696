import { LitElement } from 'lit'
import { Watch, type Signal } from '../state/signal'
import type { Store } from '../state/store'

/**
 * A part of the page. Parts render into the document itself: one style sheet
 * and one set of ids serve them all.
 */
export abstract class Part extends LitElement {
  static override properties = { store: { attribute: false } }
  declare store: Store
  #watch: Watch | undefined

  /** What the part shows; it renders again when one of these changes. */
  protected signals(): ReadonlyArray<Pick<Signal<unknown>, 'subscribe'>> {
    return []
  }

  protected override willUpdate(): void {
    this.#watch ??= new Watch(this, ...this.signals())
  }

  protected override createRenderRoot(): HTMLElement {
    return this
  }
}
