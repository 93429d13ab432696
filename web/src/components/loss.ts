import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { LossChart, type LossKind } from '../charts/loss'
import { changeInWords } from '../charts/marks'
import { fixed } from '../format'
import { chartTable, spread, tableButton, type ChartTable } from './chart-table'
import { onScene } from './charts'
import { segments } from './control'
import { Part } from './part'

// The loss as trained is drawn first: it is the curve that `full` lifts by
// 0.919 and that answers to eps, while the NLL in the data's units compares
// runs whatever they were trained with.
const KINDS = [
  { value: 'loss', label: 'as trained', help: 'what training minimises: standardised target, with eps and full as they are set' },
  { value: 'nll', label: 'NLL, data units', help: 'negative log likelihood in the target’s own units, with its constant' },
]

const ROWS = 25
const DRAW_EVERY = 150 // ms; new points are hardly to be seen sooner

/** The loss over the steps. */
class GnllLoss extends Part {
  static override properties = { ...Part.properties, kind: { state: true }, asTable: { state: true } }
  declare kind: LossKind
  declare asTable: boolean
  #chart: LossChart | null = null
  #stops: Array<() => void> = []
  #redraw: number | undefined
  #points = { shown: 0, of: 0 }

  constructor() {
    super()
    this.kind = 'loss'
    this.asTable = false
  }

  protected override firstUpdated(): void {
    const { store } = this
    const soon = (): void => { this.#drawSoon() }
    this.#stops = [
      onScene(store, ({ skeletons, palette }, fresh) => {
        const host = this.querySelector<HTMLElement>('#loss-chart')
        if (!host) return
        if (fresh) {
          this.#chart?.dispose()
          this.#chart = new LossChart(host, skeletons.loss, store.controls)
        }
        this.#chart?.setTheme(palette)
        soon()
      }),
      store.historyVersion.subscribe(() => { this.#drawSoon(DRAW_EVERY) }),
      store.changes.subscribe(soon),
    ]
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('kind')) this.#drawSoon()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const stop of this.#stops) stop()
    clearTimeout(this.#redraw)
    this.#chart?.dispose()
  }

  #drawSoon(wait = 0): void {
    if (wait > 0 && this.#redraw !== undefined) return
    clearTimeout(this.#redraw)
    this.#redraw = window.setTimeout(() => {
      // A hidden page has no animation frames: it waits for its next one here.
      requestAnimationFrame(() => {
        this.#redraw = undefined
        this.#draw()
      })
    }, wait)
  }

  #draw(): void {
    const { history, changes, run } = this.store
    if (!this.#chart || !run.value) return
    this.#points = this.#chart.draw({ history, kind: this.kind, changes: changes.value, epoch: run.value.epoch })
    this.requestUpdate()
  }

  protected override render(): TemplateResult {
    const { shown, of } = this.#points
    return html`
      <section class="plot loss" aria-labelledby="loss-title">
        <header class="plot-head">
          <h2 id="loss-title">Loss</h2>
          <span class="keys-row">
            ${segments({ name: 'loss-kind', label: 'which loss', options: KINDS }, this.kind, (v) => { this.kind = v === 'nll' ? 'nll' : 'loss' })}
          </span>
          ${tableButton('loss', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="plot-body">
          <div id="loss-chart" class="chart" role="img"></div>
          ${this.asTable ? chartTable(this.#table()) : nothing}
        </div>
        <footer class="plot-foot">
          <span class="key"><i class="swatch line" aria-hidden="true"></i>train</span>
          <span class="key"><i class="swatch thin" aria-hidden="true"></i>test</span>
          <span class="points">${shown} of ${of} points</span>
        </footer>
      </section>
    `
  }

  #table(): ChartTable {
    const { history, changes, controls, run } = this.store
    const step = history.column('step')
    const train = history.column(`train_${this.kind}`)
    const test = history.column(`test_${this.kind}`)
    const rows = spread(step.length, ROWS)
    // What was changed since the row above.
    const changed = (row: number): string =>
      changes.value
        .filter((c) => c.epoch === run.value?.epoch && c.step <= (step[rows[row] ?? -1] ?? 0) && c.step > (step[rows[row - 1] ?? -1] ?? 0))
        .map((c) => changeInWords(c, controls))
        .join(', ')
    return {
      caption: this.kind === 'nll' ? 'NLL in data units, nats per row' : 'Loss as trained, per row',
      columns: ['step', 'train', 'test', 'changed'],
      rows: rows.map((i, row) => [String(step[i]), fixed(train[i] ?? NaN, 3), fixed(test[i] ?? NaN, 3), changed(row)]),
    }
  }
}

customElements.define('gnll-loss', GnllLoss)
