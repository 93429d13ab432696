import { html, nothing, type TemplateResult } from 'lit'
import { isMap } from '../math/reading'
import type { Store } from '../state/store'
import type { Panel } from '../state/view'
import { select } from './choices'
import { heldChoice } from './held'
import { sliceChoice } from './slice'
import { several } from './target-choice'

/** What the fit's panel is: lines over one input, a map of two, the rows against their predictions, or all targets. */
export type Shown = 'lines' | 'map' | Exclude<Panel, 'fit'>

export function shownView(store: Store): Shown {
  const view = store.view.panel.value
  // Of one target there is no picture of all.
  const isThere = view !== 'targets' || several(store.run.value?.data)
  if (view !== 'fit' && isThere) return view
  return store.run.value && isMap(store.run.value.data) ? 'map' : 'lines'
}

/** The panel's title, which is also the choice of what it shows. */
export function viewTitle(store: Store, id: string): TemplateResult {
  const isMapped = store.run.value && isMap(store.run.value.data)
  const options = [
    { value: 'fit', label: isMapped ? 'Map' : 'Fit', help: isMapped ? 'the prediction over both inputs' : 'the prediction over one input' },
    { value: 'actual', label: 'Predicted vs. actual', help: 'the prediction of each point against its target' },
    { value: 'residual', label: 'Std vs. residual', help: 'the error of each point against its predicted std' },
    ...(several(store.run.value?.data) ? [{ value: 'targets', label: 'All targets', help: 'a small fit of each target, and their residuals plotted against each other' }] : []),
  ]
  const view = shownView(store) === 'targets' || store.view.panel.value !== 'targets' ? store.view.panel.value : 'fit'
  return html`
    <h2 id=${id} class="unseen">${options.find((o) => o.value === view)?.label}</h2>
    <div class="title-select">${select({ name: 'view', label: 'what this panel shows', unit: '', options }, view, (v) => { store.view.panel.value = v as Panel })}</div>
  `
}

/** Over which input the fit is shown, and within another page where the others stand; nothing where there is but one. */
export function sliceSelect(store: Store, embedded: boolean): TemplateResult | typeof nothing {
  const choice = sliceChoice(store)
  if (!choice) return nothing
  return html`
    <label class="over">over ${select({ name: 'over', label: 'input of the chart', unit: '', options: choice.options }, choice.value, (v) => { store.set('slice', Number(v)) }, !store.steers.value)}</label>
    ${embedded ? heldChoice(store) : nothing}
  `
}
