import { effect } from '@preact/signals-core'
import type { ReactiveController } from 'lit'
import type { Dialog } from '../state/view'
import type { Part } from './part'

/** The dialog of a panel: it is open while the page's view says so, and when somebody closes it the view says that. */
export class DialogOf<Name extends Dialog['name']> implements ReactiveController {
  #stop: (() => void) | undefined

  constructor(
    readonly host: Part,
    readonly name: Name,
    /** What is done once it is open. */
    readonly opened: (of: Dialog & { readonly name: Name }) => unknown = () => undefined,
  ) {
    host.addController(this)
  }

  hostConnected(): void {
    this.#stop = effect(() => {
      const wanted = this.host.store.view.dialog.value
      void this.host.updateComplete.then(() => { this.#show(wanted) })
    })
  }

  hostDisconnected(): void {
    this.#stop?.()
  }

  /** To be called when the dialog was closed. */
  readonly closed = (): void => {
    const { dialog } = this.host.store.view
    if (dialog.peek()?.name === this.name) dialog.value = null
  }

  #show(wanted: Dialog | null): void {
    const dialog = this.host.querySelector('dialog')
    if (!dialog || wanted !== this.host.store.view.dialog.peek()) return
    if (wanted?.name !== this.name) {
      dialog.close()
      return
    }
    if (!dialog.open) dialog.showModal()
    this.opened(wanted as Dialog & { readonly name: Name })
  }
}
