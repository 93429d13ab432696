import { html, LitElement, type TemplateResult } from 'lit'

const GAP = 10 // pixels

/**
 * A question mark that opens a sentence on hover, on focus and on a tap. It
 * opens beside the row that it explains, never over it: a slider can be moved
 * while its help is read. The sentence has the id `help-{name}`, for
 * aria-describedby.
 */
class GnllHelp extends LitElement {
  static override properties = { name: {}, of: {}, sentence: {} }
  declare name: string
  declare of: string
  declare sentence: string

  protected override createRenderRoot(): HTMLElement {
    return this
  }

  #show(): void {
    const tip = this.querySelector<HTMLElement>('.tip')
    const row = this.closest('.control, tr, .explained')?.getBoundingClientRect()
    if (!tip || !row || tip.matches(':popover-open')) return
    tip.showPopover()
    const { offsetWidth: width, offsetHeight: height } = tip
    let [left, top] = [row.right + GAP, row.top]
    if (left + width > innerWidth) left = row.left - GAP - width
    if (left < 0) [left, top] = [Math.max(4, Math.min(row.left, innerWidth - width - 4)), row.top - GAP - height]
    tip.style.left = `${left}px`
    tip.style.top = `${Math.max(4, Math.min(top, innerHeight - height - 4))}px`
  }

  #hide(): void {
    const tip = this.querySelector<HTMLElement>('.tip')
    if (tip?.matches(':popover-open')) tip.hidePopover()
  }

  protected override render(): TemplateResult {
    return html`
      <button
        type="button" class="help" aria-label="help: ${this.of}" aria-describedby="help-${this.name}"
        @mouseenter=${() => { this.#show() }} @focus=${() => { this.#show() }} @click=${() => { this.#show() }}
        @mouseleave=${() => { this.#hide() }} @blur=${() => { this.#hide() }}
        @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape') this.#hide() }}
      >?</button>
      <span class="tip" popover="manual" role="tooltip" id="help-${this.name}">${this.sentence}</span>
    `
  }
}

customElements.define('gnll-help', GnllHelp)

export function help(name: string, of: string, sentence: string): TemplateResult {
  return html`<gnll-help name=${name} of=${of} sentence=${sentence}></gnll-help>`
}
