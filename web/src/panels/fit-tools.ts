import { html, nothing, type TemplateResult } from 'lit'
import type { Store } from '../state/store'
import type { Tool } from '../state/view'
import { segments } from './choices'
import { lensChoice } from './lens'
import { several } from './target-choice'

const TOOLS = [
  { value: 'read', label: 'inspect', help: 'shows the prediction under the pointer' },
  { value: 'add', label: 'add points', help: 'click to add a point, drag to paint many; existing points can be dragged' },
  { value: 'erase', label: 'erase', help: 'click to erase the nearest point, drag to erase many' },
] as const

/** With several targets. */
const MOVES = [
  { value: 'read', label: 'inspect', help: 'shows the prediction under the pointer' },
  { value: 'add', label: 'add points', help: 'not with several targets: a point needs a value of each, and a click gives only one', off: true },
  { value: 'move', label: 'move', help: 'drag a point; only the shown target changes' },
  { value: 'erase', label: 'erase', help: 'click to erase the nearest point with all its targets, drag to erase many' },
] as const

const SPLITS = [
  { value: 'train', label: 'train', help: 'added points are used for training; with Shift for testing' },
  { value: 'test', label: 'test', help: 'added points are used for testing; with Shift for training' },
] as const

/** What a pointer does, the size of the dots, and a button for the most informative point. */
export function fitTools(store: Store): TemplateResult | typeof nothing {
  const data = store.run.value?.data
  if (!data) return nothing
  const { tool, addsTest } = store.view
  const steers = store.steers.value
  return html`
    <div class="tools">
      ${lensChoice(store)}
      ${steers && data.inputs.length === 1 ? segments({ name: 'tool', label: 'what a click on the fit does', options: several(data) ? MOVES : TOOLS }, tool.value, (v) => { tool.value = v as Tool }) : nothing}
      ${steers && tool.value === 'add' ? segments({ name: 'added', label: 'use of added points', options: SPLITS }, addsTest.value ? 'test' : 'train', (v) => { addsTest.value = v === 'test' }) : nothing}
      ${steers && (data.pool > 0 || data.truth) ? html`
        <button type="button" class="quiet-button" title="Adds the point where the first model is most uncertain" @click=${() => { store.order({ type: 'acquire', count: 1 }) }}>add informative point</button>
      ` : nothing}
    </div>
  `
}
