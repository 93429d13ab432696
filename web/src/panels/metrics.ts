import { html, nothing, type TemplateResult } from 'lit'
import type { LanePicture } from '../net/frame'
import type { Data, Lane } from '../generated/wire'
import { ClearBest } from '../math/clear-best'
import { metricsOf, shown, valueOf, type Metric, type Split } from '../math/metrics'
import { segments } from './choices'
import { explain, unitOf } from './explain'
import { laneLine, laneStyle } from './lane-line'
import { LatePart } from './late'
import { metricsByTarget } from './metrics-by-target'
import { several } from './target-choice'

const SPLITS = [
  { value: 'train', label: 'train', help: 'on the training points' },
  { value: 'test', label: 'test', help: 'on the test points' },
] as const

const TARGETS = [
  { value: 'each', label: 'each target', help: 'the main metrics of each target, and over all targets' },
  { value: 'shown', label: 'shown', help: 'all metrics of the shown target' },
] as const

/** With more lanes than this the columns are narrow. */
const ROOMY = 3

/** By how much: the figures of the present frame. */
class GnllMetrics extends LatePart {
  readonly #best = new ClearBest()

  protected override render(): TemplateResult {
    const { view } = this.store
    const frames = this.store.reading.value
    const data = this.store.run.value?.data
    const lanes = this.store.lanes.value
    const rows = `${data?.train ?? 0} training, ${data?.test ?? 0} test points${data && data.pool > 0 ? `, ${data.pool} in the pool` : ''}`
    const byTarget = data && several(data) && view.metricsOf.value === 'each' ? data : null
    this.dataset['step'] = String(frames[0]?.fit.step ?? '')
    return html`
      <section class="card metrics" aria-labelledby="metrics-title">
        <header class="plot-head">
          <h2 id="metrics-title">Metrics</h2>
          <span class="aside" title=${rows}>${rows}</span>
          ${several(data) ? segments({ name: 'metrics-of', label: 'targets', options: TARGETS }, view.metricsOf.value, (v) => { view.metricsOf.value = v === 'shown' ? 'shown' : 'each' }) : nothing}
          ${lanes.length > 1 || byTarget ? segments({ name: 'split', label: 'training or test points', options: SPLITS }, view.split.value, (v) => { view.split.value = v as Split }) : nothing}
        </header>
        <div class="metrics-room" tabindex="0" role="region" aria-label="all metrics">
          ${byTarget ? this.#byTarget(byTarget, frames, lanes) : lanes.length > 1 ? this.#byLane(lanes, frames, data) : this.#bySplit(frames[0], data)}
        </div>
      </section>
    `
  }

  /** Of the lane in focus, as a lane more would be a table more. */
  #byTarget(data: Data, frames: readonly LanePicture[], lanes: readonly Lane[]): TemplateResult {
    const lane = lanes.find((l) => l.lane === this.store.view.focus.value)
    return html`
      ${lane && lanes.length > 1 ? html`<p class="note" style=${laneStyle(lane.colour)}>${laneLine(lane.colour)} model ${lane.name}</p>` : nothing}
      ${metricsByTarget(this.store, data, this.store.focused(frames), this.store.view.split.value)}
    `
  }

  #name(m: Metric, unit = '', tie: TemplateResult | typeof nothing = nothing): TemplateResult {
    return html`<th scope="row">${m.label}${unit === '' ? nothing : html` <span class="unit-of">(${unitWords(unit)})</span>`} ${explain(m)} ${tie}</th>`
  }

  #bySplit(frame: LanePicture | undefined, data: Data | undefined): TemplateResult {
    const value = (m: Metric, split: Split): string => shown(m, valueOf(m, split, frame?.fit.scalars, data))
    return html`
      <table>
        <thead><tr><td></td><th scope="col">train</th><th scope="col">test</th><td></td></tr></thead>
        <tbody>
          ${metricsOf(data, this.store.view.bands.value).map((m) => html`
            <tr data-metric=${m.id}>
              ${this.#name(m)}
              <td class="figure">${value(m, 'train')}</td>
              <td class="figure test">${value(m, 'test')}</td>
              ${unitCell(unitOf(m, data))}
            </tr>
          `)}
        </tbody>
      </table>
    `
  }

  /** The lanes' figures side by side, the best of each row marked where it is clear which that is. */
  #byLane(lanes: readonly Lane[], frames: readonly LanePicture[], data: Data | undefined): TemplateResult {
    const isRoomy = lanes.length <= ROOMY
    const { view: { bands, split }, rewind, run } = this.store
    const metrics = metricsOf(data, bands.value)
    const pictures = lanes.flatMap((l) => frames.find((f) => f.lane === l.lane) ?? [])
    const clear = data && pictures.length === lanes.length
      ? this.#best.look({ metrics, pictures, data, split: split.value, of: `${run.value?.generation ?? ''} ${rewind.at.value ?? ''}` })
      : new Map<string, number>()
    return html`
      <table class="by-lane" ?data-many=${!isRoomy}>
        <thead><tr><td></td>${lanes.map((l) => html`<th scope="col" title=${l.name} style=${laneStyle(l.colour)}>${laneLine(l.colour)}<span class="lane-head">${l.name}</span></th>`)}${isRoomy ? html`<td></td>` : nothing}</tr></thead>
        <tbody>
          ${metrics.map((m) => {
            const best = clear.get(m.id)
            const unit = unitOf(m, data)
            const tie = m.better === 'none' || best !== undefined ? nothing : html`<span class="unseen">no clear best</span>`
            return html`
              <tr data-metric=${m.id} data-best=${lanes.find((l) => l.lane === best)?.name ?? ''}>
                ${this.#name(m, isRoomy || unit === '%' ? '' : unit, tie)}
                ${lanes.map((l) => {
                  const v = valueOf(m, split.value, frames.find((f) => f.lane === l.lane)?.fit.scalars, data)
                  const isBest = l.lane === best
                  return html`<td class="figure ${isBest ? 'best' : ''}">${shown(m, v)}${isBest ? BEST : nothing}</td>`
                })}
                ${isRoomy ? unitCell(unit) : nothing}
              </tr>
            `
          })}
        </tbody>
      </table>
      <p class="note metrics-note">${clear.size === 0 ? 'No clear best in any row: the models differ by no more than chance explains on these points.' : 'Bold: better than every other model by more than the standard error of the difference, point by point. Rows without bold have no clear best.'}</p>
    `
  }
}

/** A unit; what it is divided by is left out where there is no room. */
function unitWords(unit: string): TemplateResult {
  const [what = '', per] = unit === 'nats/point' ? unit.split('/') : [unit]
  return html`${what}${per === undefined ? nothing : html`<span class="unit-per">/${per}</span>`}`
}

function unitCell(unit: string): TemplateResult {
  return html`<td class="unit" title=${unit}>${unitWords(unit)}</td>`
}

const BEST = html`<span class="best-sign" aria-hidden="true"></span><span class="unseen"> best</span>`

customElements.define('gnll-metrics', GnllMetrics)
