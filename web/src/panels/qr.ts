import { html, LitElement, nothing, svg, type TemplateResult } from 'lit'
import { DialogOf } from './dialog'
import { Part } from './part'

const QUIET = 4 // modules of paper around the code, without which cameras do not find it

/** A text as a QR code. */
class GnllQr extends LitElement {
  static override properties = { text: {}, modules: { state: true } }
  declare text: string
  declare modules: ReadonlyArray<readonly boolean[]> | null

  constructor() {
    super()
    this.text = ''
    this.modules = null
  }

  protected override createRenderRoot(): HTMLElement {
    return this
  }

  protected override willUpdate(changed: ReadonlyMap<PropertyKey, unknown>): void {
    if (changed.has('text')) void this.#encode(this.text)
  }

  /** What makes codes is fetched when one is wanted. */
  async #encode(text: string): Promise<void> {
    const { encode } = await import('uqr')
    if (text === this.text) this.modules = encode(text, { ecc: 'M', border: QUIET }).data
  }

  protected override render(): TemplateResult | typeof nothing {
    const { modules } = this
    if (!modules) return nothing
    const path = modules.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
    const size = modules.length
    return html`<svg class="qr-code" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" aria-hidden="true">${svg`<rect width=${size} height=${size}></rect><path d=${path}></path>`}</svg>`
  }
}

/** A QR code as large as the screen, with its text beneath; a click or Escape puts it away. */
class GnllQrWall extends Part {
  readonly #dialog = new DialogOf(this, 'code', async () => {
    this.#isFull = document.fullscreenElement === null
    // Where that is forbidden the code is as large as the window.
    if (this.#isFull) await document.documentElement.requestFullscreen().catch(() => { this.#isFull = false })
  })

  #isFull = false

  #closed(): void {
    if (this.#isFull && document.fullscreenElement) void document.exitFullscreen()
    this.#isFull = false
    this.#dialog.closed()
  }

  protected override render(): TemplateResult {
    const dialog = this.store.view.dialog.value
    const { text, label } = dialog?.name === 'code' ? dialog : { text: '', label: '' }
    return html`
      <dialog class="qr-wall" aria-label="QR code: ${label}" @close=${() => { this.#closed() }} @click=${(e: Event) => { (e.currentTarget as HTMLDialogElement).close() }}>
        ${text === '' ? nothing : html`<gnll-qr text=${text}></gnll-qr>`}
        <p class="qr-text">${text}</p>
        <button type="button" class="button square" aria-label="close">✕</button>
      </dialog>
    `
  }
}

customElements.define('gnll-qr', GnllQr)
customElements.define('gnll-qr-wall', GnllQrWall)
