import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { LossChart, type LossKind } from '../charts/loss'
import { changeInWords, type Mark } from '../charts/marks'
import { count, fixed } from '../format'
import { chartTable, spread, tableButton, type ChartTable } from './chart-table'
import { onScene } from './charts'
import { segments } from './control'
import { laneStyle } from './lane-line'
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
  static override properties = { ...Part.properties, kind: { state: true }, asTable: { state: true }, mark: { state: true } }
  declare kind: LossKind
  declare asTable: boolean
  /** The change that was clicked. */
  declare mark: Mark | null
  #chart: LossChart | null = null
  #stops: Array<() => void> = []
  #redraw: number | undefined
  #points = { shown: 0, of: 0 }

  constructor() {
    super()
    this.kind = 'loss'
    this.asTable = false
    this.mark = null
  }

  protected override signals(): ReturnType<Part['signals']> {
    return [this.store.lanes, this.store.focus, this.store.steers]
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
          this.#chart.onMarks(([mark]) => { this.mark = mark ?? null })
        }
        this.#chart?.setTheme(palette)
        soon()
      }),
      store.historyVersion.subscribe(() => { this.#drawSoon(DRAW_EVERY) }),
      store.changes.subscribe(() => {
        this.mark = null
        soon()
      }),
      store.focus.subscribe(soon),
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
    const { history, changes, run, lanes, focus } = this.store
    if (!this.#chart || !run.value) return
    this.#points = this.#chart.draw({ history, kind: this.kind, changes: changes.value, epoch: run.value.epoch, lanes: lanes.value, focus: focus.value })
    this.requestUpdate()
  }

  protected override render(): TemplateResult {
    const { shown, of } = this.#points
    const lanes = this.store.lanes.value
    this.style.cssText = laneStyle(lanes.find((l) => l.lane === this.store.focus.value)?.colour ?? 0)
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
          ${this.mark ? this.#offer(this.mark) : html`
            <span class="key"><i class="swatch line" aria-hidden="true"></i>test</span>
            <span class="key"><i class="swatch thin" aria-hidden="true"></i>train</span>
            ${lanes.length > 1 ? html`<span class="key">others’ test</span>` : nothing}
            <span class="points">${shown} of ${of} points</span>
          `}
        </footer>
      </section>
    `
  }

  /** What can be done about a change that was clicked. */
  #offer(mark: Mark): TemplateResult {
    const { store } = this
    return html`
      <span class="offer" role="status">${changeInWords(mark, store.controls, store.lanes.value)}, step ${count(mark.step)}</span>
      ${mark.undo && store.steers.value ? html`<button type="button" class="quiet-button" @click=${() => { this.mark = null; void store.past.undo(mark.revision) }}>undo it and what followed</button>` : nothing}
      <button type="button" class="quiet-button" @click=${() => { this.mark = null }}>close</button>
    `
  }

  #table(): ChartTable {
    const { history, changes, controls, run, lanes, focus } = this.store
    const step = history.column(focus.value, 'step')
    const train = history.column(focus.value, `train_${this.kind}`)
    const test = history.column(focus.value, `test_${this.kind}`)
    const others = lanes.value.filter((l) => l.lane !== focus.value)
    const valueAt = (lane: number, at: number): number =>
      history.column(lane, `test_${this.kind}`)[history.column(lane, 'step').indexOf(at)] ?? NaN
    const rows = spread(step.length, ROWS)
    // What was changed since the row above.
    const changed = (row: number): string =>
      changes.value
        .filter((c) => c.epoch === run.value?.epoch && c.step <= (step[rows[row] ?? -1] ?? 0) && c.step > (step[rows[row - 1] ?? -1] ?? 0))
        .map((c) => changeInWords(c, controls, lanes.value))
        .join(', ')
    return {
      caption: this.kind === 'nll' ? 'NLL in data units, nats per row' : 'Loss as trained, per row',
      columns: ['step', 'train', 'test', ...others.map((l) => `test, ${l.name}`), 'changed'],
      rows: rows.map((i, row) => [String(step[i]), fixed(train[i] ?? NaN, 3), fixed(test[i] ?? NaN, 3), ...others.map((l) => fixed(valueAt(l.lane, step[i] ?? 0), 3)), changed(row)]),
    }
  }
}

customElements.define('gnll-loss', GnllLoss)
