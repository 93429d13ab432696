import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { isHere, root } from '../net/root'

const GAP = 10 // pixels
const LEAVE = 400 // ms; so long it stays open while the pointer is on its way to it

/** What a help explains: the nearest of these around it. */
const EXPLAINED = '.control, tr, .explained, .plot-head'

/**
 * A question mark, or a word, that opens a sentence on hover, on focus and on a tap, with a
 * link to what the help says of it. It opens beside the row that it explains,
 * never over it: a slider can be moved while its help is read. The sentence has
 * the id `help-{name}`, for aria-describedby.
 *
 * A control is one stop of the Tab key, and its question mark none: F1 or ? opens it
 * (openHelp). The question marks of a table are one stop, and the arrow keys go from one to
 * the next. Tab goes to the link only once the sentence was asked for by a click or a key.
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
  /** Where the focus was before a key opened the help. */
  #from: HTMLElement | null = null

  protected override createRenderRoot(): HTMLElement {
    return this
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#hide()
  }

  protected override updated(): void {
    const button = this.querySelector('button')
    if (!button) return
    const rows = this.#inTable()
    const isStop = rows.length === 0 ? this.closest('.control') === null : !rows.some((b) => b !== button && b.tabIndex === 0)
    button.tabIndex = isStop ? 0 : -1
  }

  /** Opens it and takes the focus; Escape gives it back. */
  ask(): void {
    this.#from = document.activeElement instanceof HTMLElement ? document.activeElement : null
    this.querySelector('button')?.focus()
    this.#pin()
  }

  /** What explains the other rows of the same table, in their order. */
  #inTable(): HTMLButtonElement[] {
    return [...this.closest('tr')?.closest('table')?.querySelectorAll<HTMLButtonElement>('tr :is(.help, .told)') ?? []]
  }

  /** Shows it with its link within reach of the Tab key. */
  #pin(): void {
    this.#show()
    const link = this.querySelector('a')
    if (link) link.tabIndex = 0
  }

  #show(): void {
    clearTimeout(this.#leaving)
    const tip = this.querySelector<HTMLElement>('.tip')
    const row = this.closest(EXPLAINED)?.getBoundingClientRect()
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
    const link = this.querySelector('a')
    if (link) link.tabIndex = -1
  }

  #leave(): void {
    clearTimeout(this.#leaving)
    this.#leaving = window.setTimeout(() => { this.#hide() }, LEAVE)
  }

  #blur(e: FocusEvent): void {
    if (!(e.relatedTarget instanceof Node && this.contains(e.relatedTarget))) this.#hide()
  }

  #key(e: KeyboardEvent): void {
    const button = this.querySelector('button')
    if (e.key === 'Escape') {
      const back = this.#from ?? button
      this.#from = null
      this.#hide()
      back?.focus() // which may have been on the link
    } else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      const rows = this.#inTable()
      const at = rows.findIndex((b) => b === button)
      const next = at < 0 ? undefined : rows[at + (e.key === 'ArrowDown' ? 1 : -1)]
      if (!button || !next) return
      e.preventDefault()
      button.tabIndex = -1
      next.tabIndex = 0
      next.focus()
    } else return
    e.stopPropagation()
  }

  protected override render(): TemplateResult {
    return html`
      <span @focusout=${(e: FocusEvent) => { this.#blur(e) }} @keydown=${(e: KeyboardEvent) => { this.#key(e) }}>
        <button
          type="button" class=${this.face ? 'told' : 'help'} aria-label=${this.face ? nothing : `help: ${this.of}`} aria-describedby="help-${this.name}"
          @mouseenter=${() => { this.#show() }} @focus=${() => { this.#show() }} @click=${() => { this.#pin() }}
          @mouseleave=${() => { this.#leave() }}
        >${this.face ?? '?'}</button>
        <span class="tip" popover="manual" @mouseenter=${() => { this.#show() }} @mouseleave=${() => { this.#leave() }}>
          <span role="tooltip" id="help-${this.name}">${this.sentence}</span>
          <a tabindex="-1" href="${helpAddress(this.anchor)}" target="_blank" rel="noopener">more<span class="unseen"> on ${this.of}, in a new tab</span></a>
        </span>
      </span>
    `
  }
}

customElements.define('gnll-help', GnllHelp)

/** Opens the help of what has the focus at F1 or ?, unless the ? is typed into a text. */
export function openHelp(e: KeyboardEvent): void {
  const at = document.activeElement
  if ((e.key !== 'F1' && e.key !== '?') || e.ctrlKey || e.altKey || e.metaKey || e.defaultPrevented || !at) return
  if (e.key === '?' && at.matches('input:not([type=range], [type=checkbox]), textarea')) return
  for (let around = at.closest(`${EXPLAINED}, section`); around; around = around.parentElement?.closest(`${EXPLAINED}, section`) ?? null) {
    const found = around.querySelector('.help, .told')?.closest('gnll-help')
    if (!(found instanceof GnllHelp)) continue
    e.preventDefault()
    found.ask()
    return
  }
}

/** The address of the help, or of a place in it: a control's or a figure's name, or chart- and a chart's. */
export function helpAddress(anchor = ''): string {
  const address = new URL(isHere ? 'help.html' : 'help', root)
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
