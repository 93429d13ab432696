import { html, nothing, type TemplateResult } from 'lit'
import { labelOf } from '../charts/shown'
import type { Control, Data, MovedRow } from '../generated/wire'
import type { Store } from '../state/store'
import { select } from './choices'
import { place } from './place'

/** Whether there is more than one target. */
export function several(data: Data | undefined): boolean {
  return (data?.targets.length ?? 1) > 1
}

/** ", east wind" where it is to be said of which of several targets something is. */
export function ofTarget(data: Data | undefined): string {
  return data && several(data) ? `, ${data.target.name}` : ''
}

/** The targets by name. */
export function targetOptions(data: Data | undefined): Control['options'] {
  return (data?.targets ?? []).map((t, i) => ({ value: String(i + 1), label: labelOf(t), help: `target ${i + 1} of ${data?.targets.length ?? 0}` }))
}

/** Shows another target, counted from 1. */
export function showTarget(store: Store, target: number): void {
  store.set('shown_target', target)
}

/** Which of several targets is shown, by name, and the way to a picture of all; nothing where there is one. */
export function targetChoice(store: Store): TemplateResult | typeof nothing {
  const data = store.run.value?.data
  const control = store.controls.find((c) => c.name === 'shown_target')
  if (!data || !control || !several(data)) return nothing
  return html`
    <span class="target-choice" ${place(store.view.places, 'target')}>
      ${select({ name: 'target', label: 'which target is shown', unit: '', options: targetOptions(data) }, String(store.shown(control)), (v) => { showTarget(store, Number(v)) }, !store.steers.value)}
      <button type="button" class="quiet-button" aria-label="all ${data.targets.length} targets" title="Show all targets at once" @click=${() => { store.view.panel.value = 'targets' }}>all ${data.targets.length}</button>
    </span>
  `
}

/** What an edit says of a row that is moved: of several targets, which one its y is; the others stay. */
export function movedTarget(data: Data | null | undefined): Pick<MovedRow, 'target'> {
  return data && several(data) ? { target: data.shown_target } : {}
}
