import { html, type TemplateResult } from 'lit'
import type { LanePicture, TargetScore } from '../net/frame'
import { VERDICTS, type Data } from '../generated/wire'
import { METRICS, shown, type Metric, type Split } from '../math/metrics'
import type { Store } from '../state/store'
import { figureName } from './explain'
import { showTarget } from './target-choice'

const SHOWN = METRICS.filter((m) => m.each)

/** Where there is little room. */
const BRIEF: Readonly<Partial<Record<Metric['id'], string>>> = { coverage: '95 %' }

/** What is measured of each target, and last over all, of the lane in focus. */
export function metricsByTarget(store: Store, data: Data, picture: LanePicture | undefined, split: Split): TemplateResult {
  const scores = picture?.targets?.scores
  const figures = (row: number): TemplateResult[] => SHOWN.map((m) => html`
    <td class="figure" data-of=${m.id}>${shown(m, scores?.[`${split}_${m.id}` as TargetScore][row] ?? NaN)}</td>
  `)
  return html`
    <table class="by-target">
      <thead><tr><th scope="col">target</th>${SHOWN.map((m) => html`<th scope="col">${figureName(m.id, BRIEF[m.id] ?? m.label)}</th>`)}<th scope="col">${figureName('verdict')}</th></tr></thead>
      <tbody>
        ${data.targets.map((t, k) => html`
          <tr data-target=${k + 1} ?data-shown=${k + 1 === data.shown_target}>
            <th scope="row" title=${t.name}><button type="button" class="target-link" title="show ${t.name}" aria-pressed=${k + 1 === data.shown_target ? 'true' : 'false'} ?disabled=${!store.steers.value} @click=${() => { showTarget(store, k + 1) }}>${t.name}</button><span class="unit">${t.unit}</span></th>
            ${figures(k)}${verdict(scores?.verdict[k])}
          </tr>
        `)}
        <tr class="over-all">
          <th scope="row" title="NLL: average over the targets. Others: average, each target in its own standard deviations">over all<span class="unit">std</span></th>
          ${figures(data.targets.length)}${verdict(scores?.verdict[data.targets.length])}
        </tr>
      </tbody>
    </table>
  `
}

/** Whether the test rows bear it out. */
function verdict(of: number | undefined): TemplateResult {
  const found = VERDICTS[of ?? NaN]
  return html`<td class="verdict verdict-${found?.id ?? 'none'}" title=${found?.words ?? 'no verdict'}>${found?.id ?? '–'}</td>`
}
