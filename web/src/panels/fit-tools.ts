import { html, nothing, type TemplateResult } from 'lit'
import type { Store } from '../state/store'
import type { Tool } from '../state/view'
import { segments } from './choices'
import { lensChoice } from './lens'
import type { LineItem } from './overflow'
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

/** What a pointer does, the size of the dots, and a button for the most informative point: on a map. */
export function fitTools(store: Store): TemplateResult | typeof nothing {
  const items = fitItems(store)
  return items.length === 0 ? nothing : html`<div class="tools">${items.map(({ body }) => body)}</div>`
}

/** The same one by one, for a line in which there may be no room for all. */
export function fitItems(store: Store): LineItem[] {
  const data = store.run.value?.data
  if (!data) return []
  const { tool, addsTest } = store.view
  const steers = store.steers.value
  return [
    ...(steers && data.inputs.length === 1 ? [{ name: 'tool', rank: 1, body: segments({ name: 'tool', label: 'what a click on the fit does', options: several(data) ? MOVES : TOOLS }, tool.value, (v) => { tool.value = v as Tool }) }] : []),
    { name: 'lens', rank: 9, body: lensChoice(store) },
    ...(steers && tool.value === 'add' ? [{ name: 'added', rank: 2, body: segments({ name: 'added', label: 'use of added points', options: SPLITS }, addsTest.value ? 'test' : 'train', (v) => { addsTest.value = v === 'test' }) }] : []),
    ...(steers && (data.pool > 0 || data.truth) ? [{ name: 'acquire', rank: 5, body: html`
      <button type="button" class="quiet-button" title="Adds the point where the first model is most uncertain" @click=${() => { store.order({ type: 'acquire', count: 1 }) }}>add informative point</button>
    ` }] : []),
  ]
}
