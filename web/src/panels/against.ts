import { signal } from '@preact/signals-core'
import { html, nothing, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import { Actual } from '../charts/actual'
import { lookOf } from '../charts/lanes'
import type { Palette } from '../charts/palette'
import { Residual } from '../charts/residual'
import { RowsChart, type LaneRows } from '../charts/rows'
import { labelOf } from '../charts/shown'
import { located, significant, withUnit } from '../math/format'
import type { LanePicture } from '../net/frame'
import { PICTURE, type Data } from '../generated/wire'
import { beyondInWords, bySurprise, INTERVALS, judge, type Judged } from '../math/judged'
import { inputsInWords, zInWords } from '../state/place'
import { spanOf } from '../math/reading'
import { sayPainted } from '../state/where'
import { chartTable, tableButton, type ChartTable } from './chart-table'
import { segments } from './choices'
import { explainChart } from './explain'
import { laneStyle } from './lane-line'
import { Part } from './part'
import { groundOf, lanesSeen, Scene, type Ground } from './scene'
import { TableClock } from './table-clock'
import { targetChoice } from './target-choice'
import { viewTitle } from './views'

const BANDS = Object.entries(INTERVALS).map(([value, { label }]) => ({ value, label, help: `bars that should contain ${label} of the points` }))
const ROWS = PICTURE.table_rows

/** The rows against what is predicted of them. */
class GnllAgainst extends Part {
  static override properties = { kind: { attribute: false }, asTable: { state: true } }
  declare kind: 'actual' | 'residual'
  declare asTable: boolean
  /** The place in the data of the row that is read. */
  readonly #row = signal<number | null>(null)

  constructor() {
    super()
    this.asTable = false
    new TableClock(this)
  }

  protected override firstUpdated(): void {
    new Scene<Chart, Ground>(this, {
      ground: () => groundOf(this.store),
      rooms: () => [...this.querySelectorAll<HTMLElement>('.rows-chart')],
      make: (room) => {
        const chart = room.dataset['kind'] === 'actual' ? new ActualChart(room) : new ResidualChart(room)
        chart.rows.onRow((row) => { this.#row.value = row?.index ?? null })
        return chart
      },
      stand: (charts, { data, palette }) => { for (const chart of charts.values()) chart.stand(data, palette) },
      draw: (charts, ground) => { for (const chart of charts.values()) this.#draw(chart, ground) },
    })
  }

  #draw(chart: Chart, { data, palette }: Ground): void {
    const { lanes, view } = this.store
    const { pictures, focus } = lanesSeen(this.store)
    const [read, bars] = [this.#row.value, view.bars.value]
    if (!focus || focus.rows.dataRevision !== data.revision) return
    const rowsOf = (f: LanePicture): LaneRows => ({
      rows: judge(data, f.rows), colour: lookOf(lanes.value.find((l) => l.lane === f.lane)?.colour ?? 0, palette).colour,
    })
    const mine = rowsOf(focus)
    chart.begin(`${data.name} ${data.shown_target} ${focus.fit.generation}`, data)
    const row = mine.rows.find((r) => r.index === read)
    chart.rows.draw({
      focus: mine, others: pictures.filter((f) => f !== focus).map(rowsOf),
      reach: chart.reach(bars),
      probe: row ? { row, lines: rowInWords(row, data) } : null,
    })
    sayPainted(pictures)
  }

  /** The rows of a moment that can be read. */
  get #read(): Judged[] {
    const { reading, frames, run } = this.store
    const newest = this.store.focused(reading.value) ?? this.store.focused(frames.peek())
    const data = run.value?.data
    return newest && data && newest.rows.dataRevision === data.revision ? judge(data, newest.rows) : []
  }

  protected override render(): TemplateResult {
    const { store } = this
    const lanes = store.lanes.value
    const interval = INTERVALS[this.kind === 'actual' ? store.view.bars.value : 95]
    this.style.cssText = laneStyle(lanes.find((l) => l.lane === store.view.focus.value)?.colour ?? 0)
    const rows = this.#read
    return html`
      <section class="plot against" aria-labelledby="against-title">
        <header class="plot-head">
          ${viewTitle(store, 'against-title')} ${explainChart(this.kind === 'actual' ? 'predictions' : 'residuals')}
          ${targetChoice(store)}
          <span class="keys-row">
            ${this.kind === 'actual' ? html`<span class="key">bars</span>${segments({ name: 'band', label: 'interval of the bars', options: BANDS }, String(store.view.bars.value), (v) => { store.view.bars.value = v === '68' ? 68 : 95 })}` : nothing}
            <span class="key"><i class="swatch dot mine" aria-hidden="true"></i>train</span><span class="key"><i class="swatch ring mine" aria-hidden="true"></i>test</span>
            <span class="key"><i class="swatch ring out" aria-hidden="true"></i>beyond ${Number(interval.reach.toFixed(2))} σ</span>
            ${lanes.length > 1 ? html`<span class="key">faint: other models</span>` : nothing}
          </span>
          ${tableButton('rows', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="plot-body">
          ${keyed(this.kind, html`<div id="rows-chart" class="chart rows-chart" role="img" data-kind=${this.kind}></div>`)}
          ${this.#rowField(rows)}
          ${this.asTable ? chartTable(this.#table(rows)) : nothing}
        </div>
        <footer class="plot-foot">
          <span class="beyond"><b>${beyondInWords(rows, true, interval)}</b> · ${beyondInWords(rows, false, interval)}</span>
        </footer>
      </section>
    `
  }

  /** Reads row after row without a pointer, the most surprising first: seen when it has the focus. */
  #rowField(rows: readonly Judged[]): TemplateResult | typeof nothing {
    const data = this.store.run.value?.data
    if (!data || rows.length === 0) return nothing
    const order = bySurprise(rows)
    const at = Math.max(0, order.findIndex((r) => r.index === this.#row.value))
    const row = this.#row.value === null ? undefined : order[at]
    return html`
      <input
        class="probe" type="range" min="1" max=${order.length} step="1" .value=${String(at + 1)}
        aria-label="inspect the points, largest |z| first" aria-valuetext=${row ? `point ${at + 1}: ${rowInWords(row, data).join(', ')}` : 'not inspecting'}
        @input=${(e: Event) => { this.#row.value = order[(e.target as HTMLInputElement).valueAsNumber - 1]?.index ?? null }}
        @blur=${() => { this.#row.value = null }}
        @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape') this.#row.value = null }}
      >
    `
  }

  #table(rows: readonly Judged[]): ChartTable {
    const data = this.store.run.value?.data
    if (!data || rows.length === 0) return { caption: 'no frame yet', columns: [], rows: [] }
    const unit = data.target.unit === '' ? '' : ` (${data.target.unit})`
    return {
      caption: `${data.title}: the ${Math.min(ROWS, rows.length)} rows with the largest |z|`,
      columns: ['row', 'part', ...data.inputs.map(labelOf), labelOf(data.target), `mean${unit}`, `std${unit}`, 'z', 'NLL (nats)'],
      rows: bySurprise(rows).slice(0, ROWS).map((r) => [
        String(data.ids[r.index]), r.test ? 'test' : 'train',
        ...data.x.map((x) => located(x[r.index] ?? NaN, spanOf(x))), ...[r.y, r.mean].map((v) => located(v, spanOf(data.y))),
        ...[r.std, r.z, r.nll].map((v) => significant(v, 3)),
      ]),
    }
  }
}

/** A chart of rows in its room. */
abstract class Chart {
  abstract readonly rows: RowsChart
  /** What it is, for whoever cannot see it. */
  protected abstract words(data: Data): string
  /** The axes are chosen again when the data change. */
  abstract begin(of: string, data: Data): void
  /** From how many standard deviations on a row is far out, while the bars hold so many per cent. */
  abstract reach(bars: keyof typeof INTERVALS): number

  stand(data: Data, palette: Palette): void {
    this.rows.setTheme(this.words(data), palette)
  }

  dispose(): void {
    this.rows.dispose()
  }
}

class ActualChart extends Chart {
  readonly #form = new Actual()
  readonly rows: RowsChart

  constructor(room: HTMLElement) {
    super()
    this.rows = new RowsChart(room, 'actual', this.#form)
  }

  protected words({ title, target }: Data): string {
    return `Predicted against observed ${labelOf(target)} for the points of ${title}. On the diagonal the prediction is right; the bars are the predicted intervals.`
  }

  begin(of: string, { target, y }: Data): void {
    this.#form.setTargets(of, target, y)
  }

  reach(bars: keyof typeof INTERVALS): number {
    return INTERVALS[bars].reach
  }
}

class ResidualChart extends Chart {
  readonly #form = new Residual()
  readonly rows: RowsChart

  constructor(room: HTMLElement) {
    super()
    this.rows = new RowsChart(room, 'residual', this.#form)
  }

  protected words({ title }: Data): string {
    return `Absolute error of the points of ${title} against the predicted standard deviation, both on log axes, with lines at 1 and 1.96 standard deviations.`
  }

  begin(of: string, { target }: Data): void {
    this.#form.setData(of, target.unit)
  }

  /** What is far out is so by 95 %, whatever the bars of the other chart hold. */
  reach(): number {
    return INTERVALS[95].reach
  }
}

/** A row in lines, as its card and the screen reader have it. */
function rowInWords(r: Judged, data: Data): string[] {
  const unit = data.target.unit
  const value = (v: number): string => withUnit(located(v, spanOf(data.y)), unit)
  const spans = data.x.map(spanOf)
  const x = data.x.map((column) => column[r.index] ?? NaN)
  // Two inputs in a line: more make a card wider than a telephone.
  const pairs = Array.from({ length: Math.ceil(x.length / 2) }, (_, i) => inputsInWords(data.inputs.slice(2 * i, 2 * i + 2), x.slice(2 * i, 2 * i + 2), spans.slice(2 * i, 2 * i + 2)))
  return [
    `${r.test ? 'test' : 'training'} point, ${data.target.name} = ${value(r.y)}`,
    `mean ${value(r.mean)}, std ${withUnit(significant(r.std, 3), unit)}`,
    `${zInWords(r.z)}, NLL ${significant(r.nll, 3)} nats`,
    ...pairs,
  ]
}

customElements.define('gnll-against', GnllAgainst)
