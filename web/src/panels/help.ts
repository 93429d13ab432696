import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { root } from '../net/root'

const GAP = 10 // pixels
const LEAVE = 400 // ms; so long it stays open while the pointer is on its way to it

/**
 * A question mark, or a word, that opens a sentence on hover, on focus and on a tap, with a
 * link to what the help says of it. It opens beside the row that it explains,
 * never over it: a slider can be moved while its help is read. The sentence has
 * the id `help-{name}`, for aria-describedby.
 */
class GnllHelp extends LitElement {
  static override properties = { name: {}, of: {}, sentence: {}, anchor: {}, face: { attribute: false } }
  declare name: string
  declare of: string
  declare sentence: string
  /** Where the help explains it. */
  declare anchor: string
  /** What is seen instead of the question mark. */
  declare face: TemplateResult | undefined

  static #open: GnllHelp | null = null
  #leaving: number | undefined

  protected override createRenderRoot(): HTMLElement {
    return this
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#hide()
  }

  #show(): void {
    clearTimeout(this.#leaving)
    const tip = this.querySelector<HTMLElement>('.tip')
    const row = this.closest('.control, tr, .explained, .plot-head')?.getBoundingClientRect()
    if (!tip || !row || tip.matches(':popover-open')) return
    const other = GnllHelp.#open
    if (other) other.#hide()
    GnllHelp.#open = this
    tip.showPopover()
    const { offsetWidth: width, offsetHeight: height } = tip
    let [left, top] = [row.right + GAP, row.top]
    if (left + width > innerWidth) left = row.left - GAP - width
    if (left < 0) [left, top] = [Math.max(4, Math.min(row.left, innerWidth - width - 4)), row.top - GAP - height]
    tip.style.left = `${left}px`
    tip.style.top = `${Math.max(4, Math.min(top, innerHeight - height - 4))}px`
  }

  #hide(): void {
    clearTimeout(this.#leaving)
    if (GnllHelp.#open === this) GnllHelp.#open = null
    const tip = this.querySelector<HTMLElement>('.tip')
    if (tip?.matches(':popover-open')) tip.hidePopover()
  }

  #leave(): void {
    clearTimeout(this.#leaving)
    this.#leaving = window.setTimeout(() => { this.#hide() }, LEAVE)
  }

  #blur(e: FocusEvent): void {
    if (!(e.relatedTarget instanceof Node && this.contains(e.relatedTarget))) this.#hide()
  }

  #key(e: KeyboardEvent): void {
    if (e.key !== 'Escape') return
    this.querySelector('button')?.focus() // it may have been on the link
    this.#hide()
  }

  protected override render(): TemplateResult {
    return html`
      <span @focusout=${(e: FocusEvent) => { this.#blur(e) }} @keydown=${(e: KeyboardEvent) => { this.#key(e) }}>
        <button
          type="button" class=${this.face ? 'told' : 'help'} aria-label=${this.face ? nothing : `help: ${this.of}`} aria-describedby="help-${this.name}"
          @mouseenter=${() => { this.#show() }} @focus=${() => { this.#show() }} @click=${() => { this.#show() }}
          @mouseleave=${() => { this.#leave() }}
        >${this.face ?? '?'}</button>
        <span class="tip" popover="manual" @mouseenter=${() => { this.#show() }} @mouseleave=${() => { this.#leave() }}>
          <span role="tooltip" id="help-${this.name}">${this.sentence}</span>
          <a href="${helpAddress(this.anchor)}" target="_blank" rel="noopener">more<span class="unseen"> on ${this.of}, in a new tab</span></a>
        </span>
      </span>
    `
  }
}

customElements.define('gnll-help', GnllHelp)

/** The address of the help, or of a place in it: a control's or a figure's name, or chart- and a chart's. */
export function helpAddress(anchor = ''): string {
  const address = new URL('help', root)
  address.hash = anchor
  return address.href
}

export function help(name: string, of: string, sentence: string, anchor = name): TemplateResult {
  return html`<gnll-help name=${name} of=${of} sentence=${sentence} anchor=${anchor}></gnll-help>`
}

/** A word that tells more when it is asked. */
export function told(name: string, of: string, face: TemplateResult, sentence: string, anchor: string): TemplateResult {
  return html`<gnll-help name=${name} of=${of} sentence=${sentence} anchor=${anchor} .face=${face}></gnll-help>`
}
