import { html, type TemplateResult } from 'lit'
import { Part } from './part'

/** The steps of the run on one line: its changes, and its snapshots to look back at. */
class GnllTimeline extends Part {
  protected override render(): TemplateResult {
    return html`<footer class="timeline" aria-label="timeline"></footer>`
  }
}

customElements.define('gnll-timeline', GnllTimeline)
