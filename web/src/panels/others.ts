import { html, type TemplateResult } from 'lit'
import { didInWords } from '../charts/marks'
import type { Others } from '../state/others'
import type { Store } from '../state/store'
import { personTag } from './person'

/** Who changed what, and a way to take it back. */
export function othersNotice(store: Store, { by, change, revision }: Others): TemplateResult {
  // Undo takes back everything from a change on.
  const later = store.changes.value.filter((c) => c.undo && c.revision > change.revision).length
  const canUndo = change.kind !== 'undo' && change.kind !== 'redo' && store.past.canUndo.value
  return html`
    <p class="caption by-others" role="status">
      ${personTag(by)}${didInWords(change, store.controls, store.lanes.value)}
      ${canUndo ? html`<button type="button" class="quiet-button" @click=${() => { store.others.dismiss(); void store.past.undo(revision) }}>${later === 0 ? 'Undo' : `Undo this and ${later} later`}</button>` : ''}
      <button type="button" class="quiet-button" @click=${() => { store.others.dismiss() }}>dismiss</button>
    </p>
  `
}
