import { html, nothing, type TemplateResult } from 'lit'
import { fixed } from '../math/format'
import { concentration } from '../math/pull'
import type { Store } from '../state/store'
import type { Lens } from '../state/view'
import { segments } from './choices'
import { Part } from './part'
import { popup } from './popup'

const LENSES = [
  { value: 'off', label: 'equal', help: 'all dots have the same size' },
  { value: 'mean', label: 'mean gradient', help: 'how strongly a point pushes on the predicted mean' },
  { value: 'variance', label: 'variance gradient', help: 'how strongly a point pushes on the predicted variance' },
] as const

/** The size of the dots of the fit. */
export function lensChoice(store: Store): TemplateResult {
  const { lens } = store.view
  const name = LENSES.find((l) => l.value === lens.value)?.label ?? ''
  return popup({
    id: 'lens-panel', label: `dot size: ${name}`, style: 'quiet-button choice-button', face: html`<span>dot size<span class="choice-now">: ${name}</span></span><span class="caret-sign" aria-hidden="true">▾</span>`,
    body: html`
      <p class="popup-title">Dot size</p>
      <div class="popup-row">${segments({ name: 'size', label: 'dot size', options: LENSES }, lens.value, (v) => { lens.value = v as Lens })}</div>
      <gnll-lens></gnll-lens>
      <p class="note band-note">Dot area shows how strongly each point pushes on the prediction (gradient of the loss). Sizes are relative: the strongest point always has the same size. For the mean, the filled half shows the direction; for the variance, full dots widen the band and hollow dots narrow it.</p>
    `,
  })
}

/** How unevenly the gradient is spread over the points, in a sentence, while a lens is on. */
class GnllLens extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const { reading, view: { lens: { value: lens } } } = this.store
    const rows = this.store.focused(reading.value)?.rows
    if (lens === 'off' || !rows) return nothing
    const share = concentration(lens === 'mean' ? rows.pullMean : rows.pullVariance)
    return html`<p class="lens-says">${Number.isNaN(share)
      ? html`the gradient on the ${lens} is zero`
      : html`10&nbsp;% of the training points cause <b>${fixed(100 * share, 0)}&nbsp;%</b> of the gradient on the ${lens}`}</p>`
  }
}

customElements.define('gnll-lens', GnllLens)
