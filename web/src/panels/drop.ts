import { html, type TemplateResult } from 'lit'
import { Part } from './part'

/** Takes files that are dropped anywhere on the page, and says so while one is over it. */
class GnllDrop extends Part {
  override connectedCallback(): void {
    super.connectedCallback()
    for (const [name, listener] of this.#listeners) addEventListener(name, listener)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const [name, listener] of this.#listeners) removeEventListener(name, listener)
  }

  protected override render(): TemplateResult {
    return html`<div class="drop" popover="manual" id="drop"><p><b>Drop it here</b><br>A CSV to train on it, or an exported model to reopen it.</p></div>`
  }

  readonly #listeners = new Map<string, (e: Event) => void>([
    ['dragenter', (e) => { this.#over(e as DragEvent) }],
    ['dragover', (e) => { this.#over(e as DragEvent) }],
    // What leaves the window enters nothing else of it.
    ['dragleave', (e) => { if ((e as DragEvent).relatedTarget === null) this.#show(false) }],
    ['drop', (e) => { this.#drop(e as DragEvent) }],
  ])

  #over(e: DragEvent): void {
    if (!e.dataTransfer?.types.includes('Files')) return
    e.preventDefault() // else the browser opens the file
    e.dataTransfer.dropEffect = this.#isBusy ? 'none' : 'copy'
    this.#show(!this.#isBusy)
  }

  /** A dialog is open: what was written in it is not to be lost to a file. */
  get #isBusy(): boolean {
    return this.store.view.dialog.value !== null
  }

  #drop(e: DragEvent): void {
    this.#show(false)
    const files = e.dataTransfer?.files
    if (!files || !e.dataTransfer.types.includes('Files')) return
    e.preventDefault()
    if (this.#isBusy) return
    this.store.view.dropped.value = [...files]
  }

  #show(shown: boolean): void {
    const drop = this.querySelector<HTMLElement>('#drop')
    if (drop?.matches(':popover-open') === shown) return
    if (shown) drop?.showPopover()
    else drop?.hidePopover()
  }
}

customElements.define('gnll-drop', GnllDrop)
