import { html, nothing, type TemplateResult } from 'lit'
import type { Store } from '../state/store'
import type { Tool } from '../state/view'
import { segments } from './choices'
import { lensChoice } from './lens'
import { several } from './target-choice'

const TOOLS = [
  { value: 'read', label: 'read', help: 'read the prediction under the pointer' },
  { value: 'add', label: 'add', help: 'a click adds a row, a drag paints many; a row that is there can be dragged' },
  { value: 'erase', label: 'erase', help: 'a click takes the nearest row away, a drag all that it comes near' },
] as const

/** With several targets. */
const MOVES = [
  { value: 'read', label: 'read', help: 'read the prediction under the pointer' },
  { value: 'add', label: 'add', help: 'not with several targets: a row needs a value of each, and a click says only one', off: true },
  { value: 'move', label: 'move', help: 'a row can be dragged; of its targets only the one that is shown changes' },
  { value: 'erase', label: 'erase', help: 'a click takes the nearest row away with all its targets, a drag all that it comes near' },
] as const

const SPLITS = [
  { value: 'train', label: 'train', help: 'added rows are trained on; with Shift they are held out' },
  { value: 'test', label: 'test', help: 'added rows are held out; with Shift they are trained on' },
] as const

/** What a pointer does, by what rows are sized, and the next row where it is needed most. */
export function fitTools(store: Store): TemplateResult | typeof nothing {
  const data = store.run.value?.data
  if (!data) return nothing
  const { tool, addsTest } = store.view
  const steers = store.steers.value
  return html`
    <div class="tools">
      ${lensChoice(store)}
      ${steers && data.inputs.length === 1 ? segments({ name: 'tool', label: 'what a click on the fit does', options: several(data) ? MOVES : TOOLS }, tool.value, (v) => { tool.value = v as Tool }) : nothing}
      ${steers && tool.value === 'add' ? segments({ name: 'added', label: 'what added rows are for', options: SPLITS }, addsTest.value ? 'test' : 'train', (v) => { addsTest.value = v === 'test' }) : nothing}
      ${steers && (data.pool > 0 || data.truth) ? html`
        <button type="button" class="quiet-button" title="takes the next row where the first lane is most uncertain" @click=${() => { store.order({ type: 'acquire', count: 1 }) }}>acquire</button>
      ` : nothing}
    </div>
  `
}
