import { html, nothing, type TemplateResult } from 'lit'
import type { Trouble } from '../generated/wire'
import { controlValue, count, scientific } from '../math/format'
import { Part } from './part'

/** From how many models on the strip of models leaves a notice no room beside it. */
const MANY = 4

/** A number as people write it: 0.003, and 1e-6. */
const plain = (v: number): string => Math.abs(v) >= 1e-4 || v === 0 ? Number(v.toPrecision(4)).toString() : scientific(v, 4)

/** What went wrong with a training, and the ways out. It lies above what is there, so that nothing moves when it comes. */
class GnllTrouble extends Part {
  protected override render(): TemplateResult {
    const { run, steers, lanes } = this.store
    const [first, ...others] = run.value?.trouble ?? []
    this.toggleAttribute('data-many', lanes.value.length >= MANY)
    // What is spoken is an element that is always there, and changes only when the trouble is another.
    return html`
      <section class="wreck" aria-label=${first ? 'training has gone wrong' : nothing} ?data-on=${first !== undefined}>
        <p role="alert">${first?.text ?? ''}${others.length === 0 ? '' : ` (${others.length} more ${others.length === 1 ? 'model' : 'models'})`}</p>
        ${first && steers.value ? html`
          <div class="wreck-ways">
            <button type="button" class="button primary" @click=${() => { this.store.recover(first) }}>${this.#back(first)}</button>
            <button type="button" class="button" @click=${() => { this.store.reset() }}>Restart</button>
          </div>
        ` : nothing}
      </section>
    `
  }

  #back({ step, cause }: Trouble): string {
    const back = `Go back to step ${count(step)}`
    const control = this.store.controls.find((c) => c.name === cause?.control)
    if (!cause || !control) return back
    // As the sentence before it writes numbers.
    const value = typeof cause.suggested === 'number' ? plain(cause.suggested) : controlValue(control, cause.suggested)
    return `${back} and use ${control.name === 'lr' ? '' : `${control.label} `}${value}`
  }
}

customElements.define('gnll-trouble', GnllTrouble)
