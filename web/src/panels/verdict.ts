import { html, nothing, type TemplateResult } from 'lit'
import { verdictOf, type Verdict } from '../math/calibration'
import { FIGURES } from '../generated/wire'
import { told } from './help'
import { laneLine, laneStyle } from './lane-line'
import { LatePart } from './late'

/** The answer to the question that stands before it. */
const ANSWER: Readonly<Partial<Record<Verdict['kind'], string>>> = {
  well: 'right on average', over: 'too narrow: overconfident', under: 'too wide: underconfident', few: 'too few test points to judge',
}

/** Of the simple page: whether the bands of the model in focus can be believed, in a word. */
class GnllVerdict extends LatePart {
  protected override render(): TemplateResult {
    const { store } = this
    const lanes = store.lanes.value
    const lane = lanes.find((l) => l.lane === store.view.focus.value)
    const picture = store.focused(store.reading.value)
    const verdict = picture && verdictOf(picture, 'predicted', store.run.value?.data)
    return html`
      <section class="verdict-line explained" aria-labelledby="verdict-title" style=${laneStyle(lane?.colour ?? 0)}>
        <h2 id="verdict-title">Are the bands right?</h2>
        <span class="verdict-says">
          ${lane && lanes.length > 1 ? html`${laneLine(lane.colour)}<span class="unseen">${lane.name}: </span>` : nothing}
          ${verdict ? told('verdict', FIGURES.verdict.label, html`<span class="unseen">calibration: </span><span class="verdict verdict-${verdict.kind}">${ANSWER[verdict.kind] ?? verdict.word}</span>${verdict.where === '' ? nothing : html`<span class="verdict-where">, ${verdict.where}</span>`}`, verdict.sentence, 'verdict') : nothing}
        </span>
      </section>
    `
  }
}

customElements.define('gnll-verdict', GnllVerdict)
