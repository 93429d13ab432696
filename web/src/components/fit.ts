import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { Bands } from '../charts/fit'
import { effective, REACH_95 } from '../frame'
import { significant, withUnit } from '../format'
import { inWords, readAt, sliced } from '../reading'
import type { Tool } from '../store'
import { chartTable, spread, tableButton, type ChartTable } from './chart-table'
import { segments } from './control'
import { explainChart } from './explain'
import { FitCurves } from './fit-curves'
import { laneStyle } from './lane-line'
import { Part } from './part'

/** The choices of bands, and how far each reaches in standard deviations. */
const BANDS: Readonly<Record<string, { label: string; help: string; reach: Bands }>> = {
  percent: { label: '38·68·95 %', help: 'central intervals that hold so much of the prediction', reach: [1.959964, 0.994458, 0.495850] },
  sigma: { label: '½·1·2 σ', help: 'half, one and two standard deviations', reach: [2, 1, 0.5] },
}

const TOOLS = [
  { value: 'read', label: 'read', help: 'read the prediction under the pointer' },
  { value: 'add', label: 'add', help: 'a click adds a training row; a row can be dragged' },
  { value: 'erase', label: 'erase', help: 'a click takes the nearest row away' },
] as const

const ROWS = 21
const TABLE_EVERY = 1000 // ms; a table that changes faster cannot be read

/** The fit, and under it on the same x the noise. */
class GnllFit extends Part {
  static override properties = { ...Part.properties, bands: { state: true }, asTable: { state: true } }
  declare bands: string
  declare asTable: boolean
  #curves: FitCurves | null = null
  #tableTimer: number | undefined

  constructor() {
    super()
    this.bands = 'percent'
    this.asTable = false
  }

  protected override signals(): ReturnType<Part['signals']> {
    const { run, grid, probe, steers, tool, focus, lanes, settings } = this.store
    return [run, grid, probe, steers, tool, focus, lanes, settings]
  }

  protected override firstUpdated(): void {
    this.#curves = new FitCurves(this.store, this)
    this.#tableTimer = window.setInterval(() => { if (this.asTable) this.requestUpdate() }, TABLE_EVERY)
  }

  protected override updated(changed: PropertyValues): void {
    if (this.#curves && changed.has('bands')) this.#curves.bands = BANDS[this.bands]?.reach ?? []
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#tableTimer)
    this.#curves?.dispose()
  }

  /** Whether there is more than one network to differ. */
  get #ensemble(): boolean {
    return Number(this.store.settings.value['members'] ?? 1) > 1
  }

  protected override render(): TemplateResult {
    const data = this.store.run.value?.data
    const lane = this.store.lanes.value.find((l) => l.lane === this.store.focus.value)
    this.style.cssText = laneStyle(lane?.colour ?? 0)
    const key = (kind: string, words: string): TemplateResult => html`<span class="key key-${kind}"><i class="swatch ${kind}" aria-hidden="true"></i>${words}</span>`
    return html`
      <section class="plot fit" aria-labelledby="fit-title">
        <header class="plot-head">
          <h2 id="fit-title">Fit</h2> ${explainChart('fit')}
          <span class="keys-row">
            ${key('line', 'mean')}${key('band', 'bands')}
            ${segments({ name: 'bands', label: 'bands', options: Object.entries(BANDS).map(([value, b]) => ({ value, label: b.label, help: b.help })) }, this.bands, (v) => { this.bands = v })}
            ${key('dot', 'train')}${key('ring', 'test')}${data?.truth ? key('dash', 'truth') : nothing}
          </span>
          ${tableButton('fit and noise', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="plot-body">
          <div id="fit-chart" class="chart" role="img" data-tool=${this.store.tool.value}></div>
          ${this.#tools()}
          ${this.#probeField()}
          ${this.asTable ? chartTable(this.#table()) : nothing}
        </div>
      </section>
      <section class="plot noise" aria-labelledby="noise-title">
        <header class="plot-head">
          <h2 id="noise-title">Noise</h2> ${explainChart('noise')}
          <span class="keys-row">
            ${key('line', 'std, clamped')}${key('dots', 'unclamped')}${this.#ensemble ? key('epistemic', 'epistemic') : nothing}${data?.truth ? key('dash', 'truth') : nothing}
          </span>
        </header>
        <div class="plot-body"><div id="noise-chart" class="chart" role="img"></div></div>
      </section>
    `
  }

  /** What a pointer does, and the next row where it is needed most. */
  #tools(): TemplateResult | typeof nothing {
    const { store } = this
    const data = store.run.value?.data
    if (!data || !store.steers.value) return nothing
    const use = (tool: string): void => { store.tool.value = tool as Tool }
    return html`
      <div class="tools">
        ${data.inputs.length === 1 ? segments({ name: 'tool', label: 'what a click on the fit does', options: TOOLS }, store.tool.value, use) : nothing}
        ${data.pool > 0 || data.truth ? html`
          <button type="button" class="quiet-button" title="takes the next row where the first lane is most uncertain" @click=${() => { store.order({ type: 'acquire', count: 1 }) }}>acquire</button>
        ` : nothing}
      </div>
    `
  }

  /** Reads the fit at x without a pointer: seen when it has the focus. */
  #probeField(): TemplateResult | typeof nothing {
    const { grid, probe, run } = this.store
    const frame = this.store.focused(this.store.frames.value)?.fit
    const data = run.value?.data
    const x = grid.value?.x
    const [left, right] = [x?.[0], x?.at(-1)]
    if (!data || !grid.value || left === undefined || right === undefined) return nothing
    const at = probe.value ?? (left + right) / 2
    const words = probe.value === null || !frame ? 'nothing read' : inWords(readAt(frame, grid.value, data, at), data).join(', ')
    return html`
      <input
        class="probe" type="range" min=${left} max=${right} step=${(right - left) / 120} .value=${String(at)}
        aria-label="read the fit at x" aria-valuetext="x ${withUnit(significant(at, 3), sliced(data).column.unit)}: ${words}"
        @input=${(e: Event) => { probe.value = (e.target as HTMLInputElement).valueAsNumber }}
        @blur=${() => { probe.value = null }}
        @keydown=${(e: KeyboardEvent) => {
          if (e.key === 'Escape') probe.value = null
          if (e.key === 'Enter') this.#curves?.useAt(at)
        }}
      >
    `
  }

  #table(): ChartTable {
    const { grid, run, frames } = this.store
    const data = run.value?.data
    const f = this.store.focused(frames.value)?.fit
    const x = grid.value?.x
    if (!data || !f || !x) return { caption: 'no frame yet', columns: [], rows: [] }
    const input = sliced(data).column
    const unit = data.target.unit === '' ? '' : ` (${data.target.unit})`
    return {
      caption: `${data.title}: the fit at step ${f.step}`,
      columns: [withUnit(input.name, input.unit === '' ? '' : `(${input.unit})`), `mean${unit}`, `std before the clamp${unit}`, `std${unit}`, ...(f.epistemic ? [`epistemic std${unit}`] : []), `95 % from${unit}`, `95 % to${unit}`],
      rows: spread(x.length, ROWS).map((i) => {
        const mean = f.mean[i] ?? NaN
        const std = effective(f, i)
        return [x[i] ?? NaN, mean, f.std[i] ?? NaN, std, ...(f.epistemic ? [f.epistemic[i] ?? NaN] : []), mean - REACH_95 * std, mean + REACH_95 * std].map((v) => significant(v, 3))
      }),
    }
  }
}

customElements.define('gnll-fit', GnllFit)
