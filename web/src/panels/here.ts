import { html, nothing, type TemplateResult } from 'lit'
import type { Reach } from '../net/api'
import { pageAt } from '../state/loopback'
import { Part } from './part'

const SAID_FOR = 2000 // ms
const SHOWN = 3 // addresses

/** What to do instead where the page's own address leads to this computer alone. */
class GnllHere extends Part {
  static override properties = { wanted: { attribute: false }, reach: { state: true }, copied: { state: true } }
  /** Somebody wants to share: the server is asked once. */
  declare wanted: boolean
  /** Where the machine can be reached; null until that is known. */
  declare reach: Reach | null
  declare copied: boolean
  #asked = false
  #timer: number | undefined

  constructor() {
    super()
    this.wanted = false
    this.reach = null
    this.copied = false
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  protected override updated(): void {
    if (this.wanted) void this.#ask()
  }

  async #ask(): Promise<void> {
    if (this.#asked) return
    this.#asked = true
    try {
      this.reach = await this.store.api.addresses()
    } catch {
      this.#asked = false // the command is told all the same
    }
  }

  protected override render(): TemplateResult {
    const { reach } = this
    const port = reach?.port ?? (location.port === '' ? '80' : location.port)
    const pages = (reach?.addresses ?? []).slice(0, SHOWN).map((a) => ({ name: new URL('/', pageAt(new URL(location.href), a, port)).href, page: pageAt(new URL(location.href), a, port) }))
    if (reach?.every && pages.length > 0) {
      return html`
        <div class="here">
          <p><b>Open this page at its network address, and share it from there.</b> The present address works only on this computer.</p>
          <ul>${pages.map(({ name, page }) => html`<li><a class="button" href=${page}>${name}</a></li>`)}</ul>
        </div>
      `
    }
    return html`
      <div class="here">
        <p><b>To share this, start the server so that others can reach it:</b></p>
        <p class="here-command"><code>${commandFor(port)}</code> <button type="button" class="button" aria-label=${this.copied ? 'Copied: the command' : 'Copy the command'} @click=${() => { void this.#copy(port) }}>${this.copied ? 'Copied' : 'Copy'}</button></p>
        <p class="note">Then open and share the address that it prints${pages.length === 0 ? nothing : html`, such as ${pages.map(({ name }, i) => html`${i === 0 ? '' : ' or '}<code>${name}</code>`)}`}. The present address works only on this computer. Stop the present server first: its runs are kept, unless it was started with <code>--store none</code>.</p>
      </div>
    `
  }

  /** Where the browser gives no clipboard the command is selected. */
  async #copy(port: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(commandFor(port))
    } catch {
      const code = this.querySelector('.here-command code')
      if (code) getSelection()?.selectAllChildren(code)
      return
    }
    this.copied = true
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => { this.copied = false }, SAID_FOR)
  }
}

function commandFor(port: string): string {
  return `gnllviz --addr 0.0.0.0:${port}`
}

customElements.define('gnll-here', GnllHere)
