import { html, type TemplateResult } from 'lit'
import type { Control } from '../generated/wire'
import './control'
import { Part } from './part'

/** The panel of controls, built from the server's table; the data set has its place in the header. */
class GnllControls extends Part {
  protected override render(): TemplateResult {
    const groups = new Map<string, Control[]>()
    for (const c of this.store.controls) {
      if (c.name === 'dataset') continue
      groups.set(c.group, [...(groups.get(c.group) ?? []), c])
    }
    return html`
      ${[...groups].map(([group, controls]) => html`
        <section class="group" aria-labelledby="group-${group}">
          <h2 id="group-${group}" class="group-name">${group}</h2>
          ${controls.map((c) => html`<gnll-control .store=${this.store} .control=${c}></gnll-control>`)}
        </section>
      `)}
      <p class="keys" id="keys"><kbd>←</kbd> <kbd>→</kbd> move a slider, with <kbd>Shift</kbd> by ten; <kbd>Home</kbd> is its default. <kbd>Space</kbd> plays and pauses.</p>
    `
  }
}

customElements.define('gnll-controls', GnllControls)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-controls': GnllControls
  }
}
