import { html, nothing, type TemplateResult } from 'lit'
import { fixed } from '../math/format'
import { concentration } from '../math/pull'
import type { Store } from '../state/store'
import type { Lens } from '../state/view'
import { segments } from './choices'
import { Part } from './part'
import { popup } from './popup'

const LENSES = [
  { value: 'off', label: 'off', help: 'all rows are of one size' },
  { value: 'mean', label: 'mean', help: 'a row is as large as it pulls on the mean' },
  { value: 'variance', label: 'variance', help: 'a row is as large as it pulls on the variance' },
] as const

/** By what the rows of the fit are sized. */
export function lensChoice(store: Store): TemplateResult {
  const { lens } = store.view
  return popup({
    id: 'lens-panel', label: `lens: ${lens.value}`, style: 'quiet-button choice-button', face: html`lens: ${lens.value}<span class="caret-sign" aria-hidden="true">▾</span>`,
    body: html`
      <p class="popup-title">Size rows by their pull on</p>
      <div class="popup-row">${segments({ name: 'size', label: 'size rows by their pull on', options: LENSES }, lens.value, (v) => { lens.value = v as Lens })}</div>
      <gnll-lens></gnll-lens>
      <p class="note band-note">How much a step’s loss would change if the prediction at a row did. The area of a dot goes with it, and the largest is always as large. On the mean, the half is filled to which the row pulls; on the variance, a full dot widens the band and a hollow one narrows it.</p>
    `,
  })
}

/** Who pulls, in a sentence, while a lens is on. */
class GnllLens extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const { reading, view: { lens: { value: lens } } } = this.store
    const rows = this.store.focused(reading.value)?.rows
    if (lens === 'off' || !rows) return nothing
    const share = concentration(lens === 'mean' ? rows.pullMean : rows.pullVariance)
    return html`<p class="lens-says">${Number.isNaN(share)
      ? html`no row pulls on the ${lens}`
      : html`10&nbsp;% of the train rows make <b>${fixed(100 * share, 0)}&nbsp;%</b> of the pull on the ${lens}`}</p>`
  }
}

customElements.define('gnll-lens', GnllLens)
