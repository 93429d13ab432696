import { html, nothing, type TemplateResult } from 'lit'
import { count } from '../math/format'
import { Part } from './part'

/** Says over the fit that what is seen is not now. */
class GnllMoment extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const at = this.store.rewind.at.value
    return at === null ? nothing : html`<span class="moment" title="the weights of then, under the controls and on the rows of now">looking back: step <b>${count(at)}</b></span>`
  }
}

customElements.define('gnll-moment', GnllMoment)
