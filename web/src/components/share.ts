import { html, nothing, type TemplateResult } from 'lit'
import type WaSwitch from '@awesome.me/webawesome/dist/components/switch/switch.js'
import { live } from 'lit/directives/live.js'
import { Part } from './part'
import { popup } from './popup'

const SAID_FOR = 2000 // ms

/** The links to the run, and whether everybody who has one may steer. */
class GnllShare extends Part {
  static override properties = { ...Part.properties, copied: { state: true } }
  /** The link that was copied just now. */
  declare copied: string
  #timer: number | undefined

  constructor() {
    super()
    this.copied = ''
  }

  protected override signals(): ReturnType<Part['signals']> {
    return [this.store.run, this.store.steers, this.store.settings]
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  protected override render(): TemplateResult {
    const { store } = this
    const open = store.run.value?.open ?? false
    return popup({
      id: 'share', label: 'share this run', style: 'button', face: html`Share`,
      body: html`
        ${store.key === undefined ? nothing : this.#link('steer', 'to steer', 'Who has it can change everything.')}
        ${this.#link('watch', 'to watch', open ? 'Everybody may steer now.' : 'Who has it sees everything and changes nothing.')}
        ${store.key === undefined ? nothing : html`
          <wa-switch
            size="s" .checked=${live(open)}
            @change=${(e: Event) => { store.order({ type: 'open', open: (e.target as WaSwitch).checked }) }}
          >open to all: everybody who watches may steer</wa-switch>
        `}
      `,
    })
  }

  #link(id: string, label: string, help: string): TemplateResult {
    const link = (): string => this.store.address(id === 'steer')
    return html`
      <label class="popup-row link-row"><span>${label}</span>
        <span class="field"><input type="text" readonly id="link-${id}" .value=${link()} aria-describedby="link-${id}-help" @focus=${(e: Event) => { (e.target as HTMLInputElement).select() }}></span>
        <button type="button" class="button" aria-label="copy the link ${label}" @click=${() => { void this.#copy(id, link()) }}>${this.copied === id ? 'Copied' : 'Copy'}</button>
      </label>
      <p class="note" id="link-${id}-help">${help}</p>
    `
  }

  /** Where the browser gives no clipboard, as over plain HTTP, the link is selected to be copied by hand. */
  async #copy(id: string, link: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(link)
    } catch {
      this.querySelector<HTMLInputElement>(`#link-${id}`)?.select()
      return
    }
    this.copied = id
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => { this.copied = '' }, SAID_FOR)
  }
}

customElements.define('gnll-share', GnllShare)
