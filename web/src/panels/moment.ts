import { html, nothing, type TemplateResult } from 'lit'
import { count } from '../math/format'
import { Part } from './part'

/** Says over the fit that an earlier step is shown. */
class GnllMoment extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const at = this.store.rewind.at.value
    return at === null ? nothing : html`<span class="moment" title="Past weights, with today’s settings and data">viewing step <b>${count(at)}</b></span>`
  }
}

customElements.define('gnll-moment', GnllMoment)
