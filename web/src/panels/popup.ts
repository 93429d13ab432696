import { html, type TemplateResult } from 'lit'

const GAP = 6 // pixels

interface Options {
  /** Of the panel; unique in the document. */
  readonly id: string
  /** What the panel is for. */
  readonly label: string
  /** Of the button. */
  readonly style: string
  readonly face: unknown
  readonly body: unknown
  readonly off?: boolean
}

/** A button, and the panel that it opens under itself: not modal, and closed by Escape or a click elsewhere. */
export function popup(o: Options): TemplateResult {
  return html`
    <button type="button" class=${o.style} popovertarget=${o.id} aria-label=${o.label} title=${o.label} ?disabled=${o.off ?? false}>${o.face}</button>
    ${popupPanel(o, (panel) => panel.previousElementSibling)}
  `
}

/** The panel alone, and what it opens under. */
export function popupPanel({ id, label, body }: Pick<Options, 'id' | 'label' | 'body'>, under: (panel: HTMLElement) => Element | null | undefined): TemplateResult {
  return html`<div class="popup" popover id=${id} role="dialog" aria-label=${label} @beforetoggle=${(e: ToggleEvent) => { place(e, under) }}>${body}</div>`
}

function place(e: ToggleEvent, under: (panel: HTMLElement) => Element | null | undefined): void {
  const panel = e.target as HTMLElement
  if (e.newState !== 'open' || !panel.matches('.popup')) return
  const anchor = under(panel)
  // It has a size once it is shown, and is not painted before this.
  requestAnimationFrame(() => {
    const at = anchor?.getBoundingClientRect()
    if (!at) return
    const { offsetWidth: width, offsetHeight: height } = panel
    const below = at.bottom + GAP
    const top = below + height <= innerHeight ? below : at.top - GAP - height
    panel.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`
    panel.style.top = `${Math.max(GAP, top)}px`
    panel.querySelector<HTMLElement>('[autofocus], input, button')?.focus({ preventScroll: true })
  })
}
