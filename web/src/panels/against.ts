import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { Actual } from '../charts/actual'
import { lookOf } from '../charts/lanes'
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
import { onScene, type Scene } from './charts'
import { segments } from './choices'
import { explainChart } from './explain'
import { laneStyle } from './lane-line'
import { Part } from './part'
import { targetChoice } from './target-choice'
import { viewTitle } from './views'

const BANDS = Object.entries(INTERVALS).map(([value, { label }]) => ({ value, label, help: `bars that should hold ${label} of the rows` }))
const ROWS = PICTURE.table_rows
const TABLE_EVERY = 1000 // ms; a table that changes faster cannot be read

/** The rows against what is predicted of them. */
class GnllAgainst extends Part {
  static override properties = { ...Part.properties, kind: { attribute: false }, band: { state: true }, row: { state: true }, asTable: { state: true } }
  declare kind: 'actual' | 'residual'
  declare band: keyof typeof INTERVALS
  /** The place in the data of the row that is read. */
  declare row: number | null
  declare asTable: boolean
  #chart: RowsChart | null = null
  #form: Actual | Residual = new Actual()
  #scene: Scene | null = null
  #stops: Array<() => void> = []
  #redraw = 0
  #tableTimer: number | undefined

  constructor() {
    super()
    this.band = 95
    this.row = null
    this.asTable = false
  }

  protected override firstUpdated(): void {
    const { store } = this
    const soon = (): void => { this.#drawSoon() }
    this.#stops = [
      onScene(store, (s, fresh) => {
        this.#scene = s
        if (fresh) this.#make()
        this.#chart?.setTheme(s.palette)
        this.#draw()
      }),
      store.run.subscribe(soon),
      store.frames.subscribe(() => { this.#draw() }),
      store.focus.subscribe(soon),
      store.lanes.subscribe(soon),
    ]
    this.#tableTimer = window.setInterval(() => { if (this.asTable) this.requestUpdate() }, TABLE_EVERY)
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('kind') && this.#scene) {
      this.#make()
      this.#chart?.setTheme(this.#scene.palette)
    }
    if (changed.has('band') || changed.has('row') || changed.has('kind')) this.#drawSoon()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#tableTimer)
    cancelAnimationFrame(this.#redraw)
    for (const stop of this.#stops) stop()
    // What has the focus loses it now, and asks for another drawing.
    this.#chart?.dispose()
    this.#chart = null
  }

  #make(): void {
    const host = this.querySelector<HTMLElement>('#rows-chart')
    if (!host || !this.#scene) return
    this.#chart?.dispose()
    this.#form = this.kind === 'actual' ? new Actual() : new Residual()
    this.#chart = new RowsChart(host, this.kind, this.#scene.skeletons[this.kind], this.#form)
    this.#chart.onRow((row) => { this.row = row?.index ?? null })
  }

  #drawSoon(): void {
    if (this.#redraw === 0) this.#redraw = requestAnimationFrame(() => { this.#redraw = 0; this.#draw() })
  }

  #draw(): void {
    const { frames, lanes, run } = this.store
    const data = run.value?.data
    const [focus, palette] = [this.store.focused(frames.value), this.#scene?.palette]
    if (!data || !focus || !palette || !this.#chart || focus.rows.dataRevision !== data.revision) return
    const known = frames.value.filter((f) => lanes.value.some((l) => l.lane === f.lane))
    const rowsOf = (f: LanePicture): LaneRows => ({
      rows: judge(data, f.rows), colour: lookOf(lanes.value.find((l) => l.lane === f.lane)?.colour ?? 0, palette).colour,
    })
    const mine = rowsOf(focus)
    const of = `${data.name} ${data.shown_target} ${focus.fit.generation}`
    if (this.#form instanceof Actual) this.#form.setTargets(of, data.target, data.y)
    else this.#form.setData(of)
    const row = mine.rows.find((r) => r.index === this.row)
    this.#chart.draw({
      focus: mine, others: known.filter((f) => f !== focus).map(rowsOf),
      // What is far out is so by 95 % whatever the bars show.
      reach: this.kind === 'actual' ? INTERVALS[this.band].reach : INTERVALS[95].reach,
      probe: row ? { row, lines: rowInWords(row, data) } : null,
    })
    sayPainted(known)
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
    const interval = INTERVALS[this.kind === 'actual' ? this.band : 95]
    this.style.cssText = laneStyle(lanes.find((l) => l.lane === store.focus.value)?.colour ?? 0)
    const rows = this.#read
    return html`
      <section class="plot against" aria-labelledby="against-title">
        <header class="plot-head">
          ${viewTitle(store, 'against-title')} ${explainChart(this.kind === 'actual' ? 'predictions' : 'residuals')}
          ${targetChoice(store)}
          <span class="keys-row">
            ${this.kind === 'actual' ? html`<span class="key">bars</span>${segments({ name: 'band', label: 'what the bars hold', options: BANDS }, String(this.band), (v) => { this.band = v === '68' ? 68 : 95 })}` : nothing}
            <span class="key"><i class="swatch dot mine" aria-hidden="true"></i>train</span><span class="key"><i class="swatch ring mine" aria-hidden="true"></i>test</span>
            <span class="key"><i class="swatch ring out" aria-hidden="true"></i>beyond ${Number(interval.reach.toFixed(2))} σ</span>
            ${lanes.length > 1 ? html`<span class="key">faint: other lanes</span>` : nothing}
          </span>
          ${tableButton('rows', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="plot-body">
          <div id="rows-chart" class="chart" role="img"></div>
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
    const at = Math.max(0, order.findIndex((r) => r.index === this.row))
    const row = this.row === null ? undefined : order[at]
    return html`
      <input
        class="probe" type="range" min="1" max=${order.length} step="1" .value=${String(at + 1)}
        aria-label="read the rows, the most surprising first" aria-valuetext=${row ? `row ${at + 1}: ${rowInWords(row, data).join(', ')}` : 'nothing read'}
        @input=${(e: Event) => { this.row = order[(e.target as HTMLInputElement).valueAsNumber - 1]?.index ?? null }}
        @blur=${() => { this.row = null }}
        @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape') this.row = null }}
      >
    `
  }

  #table(rows: readonly Judged[]): ChartTable {
    const data = this.store.run.value?.data
    if (!data || rows.length === 0) return { caption: 'no frame yet', columns: [], rows: [] }
    const unit = data.target.unit === '' ? '' : ` (${data.target.unit})`
    return {
      caption: `${data.title}: the ${Math.min(ROWS, rows.length)} rows furthest from their mean, in standard deviations`,
      columns: ['row', 'part', ...data.inputs.map(labelOf), labelOf(data.target), `mean${unit}`, `std${unit}`, 'z', 'NLL (nats)'],
      rows: bySurprise(rows).slice(0, ROWS).map((r) => [
        String(data.ids[r.index]), r.test ? 'test' : 'train',
        ...data.x.map((x) => located(x[r.index] ?? NaN, spanOf(x))), ...[r.y, r.mean].map((v) => located(v, spanOf(data.y))),
        ...[r.std, r.z, r.nll].map((v) => significant(v, 3)),
      ]),
    }
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
    `${r.test ? 'test' : 'train'} row, ${data.target.name} = ${value(r.y)}`,
    `mean ${value(r.mean)}, std ${withUnit(significant(r.std, 3), unit)}`,
    `${zInWords(r.z)}, NLL ${significant(r.nll, 3)} nats`,
    ...pairs,
  ]
}

customElements.define('gnll-against', GnllAgainst)
