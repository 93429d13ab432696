import { html, type TemplateResult } from 'lit'
import { fixed, significant } from '../format'
import type { Scalar } from '../generated/wire'
import { help } from './help'
import { Part } from './part'

interface Metric {
  readonly id: string
  readonly name: string
  readonly help: string
  readonly train: Scalar
  readonly test: Scalar
  /** null: the target's. */
  readonly unit: string | null
  show(v: number): string
}

const METRICS: readonly Metric[] = [
  {
    id: 'nll', name: 'NLL', unit: 'nats', train: 'train_nll', test: 'test_nll', show: (v) => fixed(v, 2),
    help: 'Mean negative log likelihood of a row, in the target’s own units and with the constant: lower is better.',
  },
  {
    id: 'rmse', name: 'RMSE', unit: null, train: 'train_rmse', test: 'test_rmse', show: (v) => significant(v, 3),
    help: 'Root of the mean squared distance from the predicted mean: it knows nothing of the variance.',
  },
  {
    id: 'coverage', name: 'coverage 95 %', unit: '%', train: 'train_coverage', test: 'test_coverage', show: (v) => fixed(100 * v, 1),
    help: 'Share of the rows within the central 95 % interval: below 95 the network is overconfident, above it is too wide.',
  },
]

/** By how much: the figures of the present frame. */
class GnllMetrics extends Part {
  protected override signals(): ReturnType<Part['signals']> {
    return [this.store.reading, this.store.run]
  }

  protected override render(): TemplateResult {
    const scalars = this.store.reading.value?.scalars
    const data = this.store.run.value?.data
    const held = data?.test.filter(Boolean).length ?? 0
    const rows = data?.test.length ?? 0
    return html`
      <section class="card metrics" aria-labelledby="metrics-title">
        <header class="plot-head"><h2 id="metrics-title">Metrics</h2><span class="aside">${rows - held} train, ${held} test rows</span></header>
        <table>
          <thead><tr><td></td><th scope="col">train</th><th scope="col">test</th><td></td></tr></thead>
          <tbody>
            ${METRICS.map((m) => html`
              <tr>
                <th scope="row">${m.name} ${help(`metric-${m.id}`, m.name, m.help)}</th>
                <td class="figure">${m.show(scalars?.[m.train] ?? NaN)}</td>
                <td class="figure test">${m.show(scalars?.[m.test] ?? NaN)}</td>
                <td class="unit">${m.unit ?? data?.target.unit ?? ''}</td>
              </tr>
            `)}
          </tbody>
        </table>
      </section>
    `
  }
}

customElements.define('gnll-metrics', GnllMetrics)
