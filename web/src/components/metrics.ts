import { html, nothing, type TemplateResult } from 'lit'
import { fixed, significant } from '../format'
import type { LanePicture } from '../frame'
import { FIGURES, type Data, type Figure, type Lane, type Scalar } from '../generated/wire'
import { explain, unitOf } from './explain'
import { laneLine, laneStyle } from './lane-line'
import { Part } from './part'

interface Metric {
  readonly figure: Figure
  readonly train: Scalar
  readonly test: Scalar
  show(v: number): string
  /** How far a value is from the best there is. */
  miss(v: number): number
}

const METRICS: readonly Metric[] = [
  { figure: FIGURES.nll, train: 'train_nll', test: 'test_nll', show: (v) => fixed(v, 2), miss: (v) => v },
  { figure: FIGURES.rmse, train: 'train_rmse', test: 'test_rmse', show: (v) => significant(v, 3), miss: (v) => v },
  { figure: FIGURES.crps, train: 'train_crps', test: 'test_crps', show: (v) => significant(v, 3), miss: (v) => v },
  { figure: FIGURES.coverage, train: 'train_coverage', test: 'test_coverage', show: (v) => fixed(100 * v, 1), miss: (v) => Math.abs(v - FIGURES.coverage.best) },
]

/** By how much: the figures of the present frame. */
class GnllMetrics extends Part {
  protected override signals(): ReturnType<Part['signals']> {
    const { reading, run, lanes, focus } = this.store
    return [reading, run, lanes, focus]
  }

  protected override render(): TemplateResult {
    const frames = this.store.reading.value
    const data = this.store.run.value?.data
    const lanes = this.store.lanes.value
    this.dataset['step'] = String(frames[0]?.fit.step ?? '')
    return html`
      <section class="card metrics" aria-labelledby="metrics-title">
        <header class="plot-head">
          <h2 id="metrics-title">Metrics${lanes.length > 1 ? ', test' : ''}</h2>
          <span class="aside">${data?.train ?? 0} train, ${data?.test ?? 0} test rows${data && data.pool > 0 ? `, ${data.pool} in the pool` : ''}</span>
        </header>
        ${lanes.length > 1 ? this.#byLane(lanes, frames, data) : this.#bySplit(frames[0], data)}
      </section>
    `
  }

  #bySplit(frame: LanePicture | undefined, data: Data | undefined): TemplateResult {
    const { scalars } = frame?.fit ?? {}
    return html`
      <table>
        <thead><tr><td></td><th scope="col">train</th><th scope="col">test</th><td></td></tr></thead>
        <tbody>
          ${METRICS.map((m) => html`
            <tr>
              <th scope="row">${m.figure.label} ${explain(m.figure)}</th>
              <td class="figure">${m.show(scalars?.[m.train] ?? NaN)}</td>
              <td class="figure test">${m.show(scalars?.[m.test] ?? NaN)}</td>
              <td class="unit">${unitOf(m.figure, data)}</td>
            </tr>
          `)}
        </tbody>
      </table>
    `
  }

  /** The test figures side by side, the best of each row marked. */
  #byLane(lanes: readonly Lane[], frames: readonly LanePicture[], data: Data | undefined): TemplateResult {
    const value = (m: Metric, lane: Lane): number => frames.find((f) => f.lane === lane.lane)?.fit.scalars[m.test] ?? NaN
    return html`
      <div class="by-lane-room"><table class="by-lane" ?data-many=${lanes.length > 3}>
        <thead><tr><td></td>${lanes.map((l) => html`<th scope="col" title=${l.name} style=${laneStyle(l.colour)}>${laneLine(l.colour)}<span class="lane-head">${l.name}</span></th>`)}<td></td></tr></thead>
        <tbody>
          ${METRICS.map((m) => {
            const best = Math.min(...lanes.map((l) => m.miss(value(m, l))).filter(Number.isFinite))
            return html`
              <tr>
                <th scope="row">${m.figure.label} ${explain(m.figure)}</th>
                ${lanes.map((l) => {
                  const v = value(m, l)
                  const isBest = m.miss(v) === best
                  return html`<td class="figure ${isBest ? 'best' : ''}">${m.show(v)}${isBest ? html`<span class="unseen"> best</span>` : nothing}</td>`
                })}
                <td class="unit">${lanes.length > 3 ? '' : unitOf(m.figure, data)}</td>
              </tr>
            `
          })}
        </tbody>
      </table></div>
    `
  }
}

customElements.define('gnll-metrics', GnllMetrics)
