import { html, type TemplateResult } from 'lit'
import type { Control } from '../generated/wire'
import './control'
import { narrow } from '../media'
import { Part } from './part'

/** The panel of controls, built from the server's table, without those that stand in the header. */
class GnllControls extends Part {
  protected override signals(): ReturnType<Part['signals']> {
    return [narrow]
  }

  protected override render(): TemplateResult {
    const groups = new Map<string, Control[]>()
    for (const c of this.store.controls) {
      if (inHeader(c)) continue
      groups.set(c.group, [...(groups.get(c.group) ?? []), c])
    }
    return html`
      ${[...groups].map(([group, controls]) => html`
        <div class="group" role="group" aria-labelledby="group-${group}">
          <h2 id="group-${group}" class="group-name">${group}</h2>
          ${controls.map((c) => html`<gnll-control .store=${this.store} .control=${c}></gnll-control>`)}
        </div>
      `)}
      <p class="keys" id="keys"><kbd>←</kbd> <kbd>→</kbd> move a slider, with <kbd>Shift</kbd> by ten; <kbd>Home</kbd> is its default. <kbd>Space</kbd> plays and pauses.</p>
    `
  }
}

/** What is learned from, and, where there is room, how fast. */
export function inHeader(c: Control): boolean {
  return c.name === 'dataset' || (c.group === 'time' && !narrow.value)
}

customElements.define('gnll-controls', GnllControls)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-controls': GnllControls
  }
}
