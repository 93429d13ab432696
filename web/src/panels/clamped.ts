import { html, nothing, type TemplateResult } from 'lit'
import { clampedOf } from '../math/clamped'
import { count } from '../math/format'
import { figureName } from './explain'
import { isNLL } from './formula'
import { Part } from './part'

/** How many training points are clamped: with every frame, as the noise chart says it too, of the same. */
class GnllClamped extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const { store } = this
    const picture = store.focused(store.frames.value)
    const data = store.run.value?.data
    if (!picture || !data) return nothing
    const { points, of } = clampedOf(picture, data)
    const nll = isNLL(String(store.settings.value['loss'] ?? ''))
    this.dataset['clamped'] = `${points} of ${of}`
    this.toggleAttribute('data-some', points > 0)
    return html`${figureName('clamped', nll ? `eps applies to ${count(points)} of ${count(of)}` : `${count(points)} of ${count(of)} clamped`)}`
  }
}

customElements.define('gnll-clamped', GnllClamped)
