import { html, nothing, type TemplateResult } from 'lit'

/** What can be done with the range of steps, by buttons and by keys alike. */
export type Move = 'in' | 'out' | 'left' | 'right' | 'first' | 'last' | 'whole'

const MOVES: Readonly<Record<string, Move>> = {
  '+': 'in', '=': 'in', '-': 'out', '−': 'out', ArrowLeft: 'left', ArrowRight: 'right', Home: 'first', End: 'last', 0: 'whole', Escape: 'whole',
}

/** Which move a key means where it was pressed; arrows belong to a field that has them. */
export function moveOf(e: KeyboardEvent): Move | undefined {
  if (e.ctrlKey || e.metaKey || e.altKey) return undefined
  const isField = e.target instanceof HTMLInputElement
  return isField && /^(Arrow|Home|End)/.test(e.key) ? undefined : MOVES[e.key]
}

/** Which mark a key means: the one before or after. */
export function markStep(e: KeyboardEvent): -1 | 1 | undefined {
  if (e.ctrlKey || e.metaKey || e.altKey) return undefined
  return e.key === ',' ? -1 : e.key === '.' ? 1 : undefined
}

export const KEYS = 'plus and minus zoom, the arrow keys, Home and End move, 0 or Escape shows the whole run, comma and full stop go from change to change'

export function zoomButtons(zoomed: boolean, move: (m: Move) => void): TemplateResult {
  const button = (m: Move, label: string, key: string, face: string): TemplateResult =>
    html`<button type="button" class="quiet-button" aria-label=${label} title="${label} (${key})" @click=${() => { move(m) }}>${face}</button>`
  return html`
    <div class="loss-zoom" role="group" aria-label="range of steps">
      ${zoomed ? html`
        ${button('whole', 'whole run', '0', 'whole run')}
        ${button('left', 'earlier steps', '←', '‹')}
        ${button('right', 'later steps', '→', '›')}
      ` : nothing}
      ${button('out', 'more steps', '−', '−')}
      ${button('in', 'fewer steps', '+', '+')}
    </div>
  `
}
