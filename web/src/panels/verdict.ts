import { html, nothing, type TemplateResult } from 'lit'
import { verdictOf } from '../math/calibration'
import { FIGURES } from '../generated/wire'
import { told } from './help'
import { laneLine, laneStyle } from './lane-line'
import { LatePart } from './late'

/** Of the simple page: whether the bands of the model in focus can be believed, in a word. */
class GnllVerdict extends LatePart {
  protected override render(): TemplateResult {
    const { store } = this
    const lanes = store.lanes.value
    const lane = lanes.find((l) => l.lane === store.view.focus.value)
    const picture = store.focused(store.reading.value)
    const verdict = picture && verdictOf(picture, 'predicted')
    return html`
      <section class="verdict-line explained" aria-labelledby="verdict-title" style=${laneStyle(lane?.colour ?? 0)}>
        <h2 id="verdict-title">Are the bands right?</h2>
        <span class="verdict-says">
          ${lane && lanes.length > 1 ? html`${laneLine(lane.colour)}<span class="unseen">${lane.name}: </span>` : nothing}
          ${verdict ? told('verdict', FIGURES.verdict.label, html`<span class="unseen">calibration: </span><span class="verdict verdict-${verdict.kind}">${verdict.word}</span>`, verdict.sentence, 'verdict') : nothing}
        </span>
      </section>
    `
  }
}

customElements.define('gnll-verdict', GnllVerdict)
