import { html, nothing, type TemplateResult } from 'lit'
import { colourOf } from '../state/others'
import './copy'
import './name-field'
import { Part } from './part'
import { personTag } from './person'
import { popup } from './popup'

/**
 * What whoever has not the run's key may do: watch, follow, take a copy along, or, where
 * it is open to all, change settings. In a copy it is the way back.
 */
class GnllViewer extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const { follow, key, me, run, steers } = this.store
    if (!run.value) return nothing
    if (key !== undefined) return this.#way()
    return html`
      <p class="viewer">
        ${steers.value
          ? html`<b>Open to everyone.</b> ${me.value ? html`You appear as ${this.#name()}` : nothing}`
          : html`<b>View only. The owner controls this run.</b>`}
        <gnll-copy></gnll-copy>
        <button
          type="button" class="quiet-button follow" aria-pressed=${follow.follows.value ? 'true' : 'false'}
          title=${follow.isPresented.value ? 'Shows the model, the view and the step that the presenter looks at' : 'Nobody presents at present'}
          @click=${() => { follow.toggle() }}
        >Follow the presenter</button>
      </p>
    `
  }

  #name(): TemplateResult {
    const me = this.store.me.value
    if (!me) return html``
    const name = me.name === undefined || me.name === '' ? colourOf(me) : me.name
    return popup({
      id: 'viewer-name', label: `${name}: your name`, style: 'quiet-button', face: personTag(me, name),
      body: html`<gnll-name-field></gnll-name-field>`,
    })
  }

  #way(): TemplateResult | typeof nothing {
    const original = this.store.original.value
    if (!original) return nothing
    return html`<p class="viewer"><b>Your own copy.</b> <a class="quiet-button" href=${original.page}>Back to the original</a></p>`
  }
}

customElements.define('gnll-viewer', GnllViewer)
