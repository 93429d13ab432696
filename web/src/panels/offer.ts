import { html, nothing, type TemplateResult } from 'lit'
import { changeAndWho, type Mark } from '../charts/marks'
import { count } from '../math/format'
import type { Store } from '../state/store'

/** What was changed at a mark, and what can be done about it; done is called when that is settled. */
export function offer(store: Store, mark: Mark, done: () => void): TemplateResult {
  return html`
    <span class="offer" role="status">${changeAndWho(mark, store.controls, store.lanes.value)}, step ${count(mark.step)}</span>
    ${mark.undo && store.steers.value ? html`<button type="button" class="quiet-button" @click=${() => { done(); void store.past.undo(mark.revision) }}>undo this and later changes</button>` : nothing}
    <button type="button" class="quiet-button" @click=${done}>close</button>
  `
}
