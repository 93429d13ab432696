import { html, nothing, type TemplateResult } from 'lit'
import type { Data } from '../generated/wire'
import type { Store, View } from '../store'
import { select } from './control'

/** What the fit's panel is: lines over one input, a map of two, or the rows against their predictions. */
export type Shown = 'lines' | 'map' | Exclude<View, 'fit'>

export function shownView(store: Store): Shown {
  const view = store.view.value
  if (view !== 'fit') return view
  return store.run.value && isMap(store.run.value.data) ? 'map' : 'lines'
}

function isMap({ inputs, slice }: Data): boolean {
  return inputs.length === 2 && slice === 0
}

/** The panel's title, which is also the choice of what it shows. */
export function viewTitle(store: Store, id: string): TemplateResult {
  const isMapped = store.run.value && isMap(store.run.value.data)
  const options = [
    { value: 'fit', label: isMapped ? 'Map' : 'Fit', help: isMapped ? 'what is predicted, over both inputs' : 'what is predicted, over one input' },
    { value: 'actual', label: 'Predicted vs. actual', help: 'each row’s prediction against its target' },
    { value: 'residual', label: 'Std vs. residual', help: 'how far each row is from its mean, against how far that was expected' },
  ]
  const view = store.view.value
  return html`
    <h2 id=${id} class="unseen">${options.find((o) => o.value === view)?.label}</h2>
    <div class="title-select">${select({ name: 'view', label: 'what this panel shows', unit: '', options }, view, (v) => { store.view.value = v as View })}</div>
  `
}

/** Along which input the fit is shown, by its name; nothing where there is but one. */
export function sliceSelect(store: Store): TemplateResult | typeof nothing {
  const data = store.run.value?.data
  const control = store.controls.find((c) => c.name === 'slice')
  if (!data || !control || data.inputs.length < 2) return nothing
  const options = data.inputs.map(({ name }, i) => ({ value: String(i + 1), label: name, help: `along ${name}, the others at their means` }))
  if (data.inputs.length === 2) options.unshift({ value: '0', label: 'map', help: 'over both inputs' })
  const slice = Number(store.shown(control))
  // With more than two inputs the natural view is along the first.
  const value = String(data.inputs.length === 2 ? slice : Math.max(1, slice))
  return select({ name: 'slice', label: 'along which input', unit: '', options }, value, (v) => { store.set('slice', Number(v)) }, !store.steers.value)
}
