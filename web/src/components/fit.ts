import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { FitChart, type Bands } from '../charts/fit'
import { NoiseChart } from '../charts/noise'
import { effective, REACH_95 } from '../frame'
import { significant, withUnit } from '../format'
import { inWords, readAt } from '../reading'
import { chartTable, spread, tableButton, type ChartTable } from './chart-table'
import { onScene, type Scene } from './charts'
import { segments } from './control'
import { Part } from './part'

/** The choices of bands, and how far each reaches in standard deviations. */
const BANDS: Readonly<Record<string, { label: string; help: string; reach: Bands }>> = {
  percent: { label: '38·68·95 %', help: 'central intervals that hold so much of the prediction', reach: [1.959964, 0.994458, 0.495850] },
  sigma: { label: '½·1·2 σ', help: 'half, one and two standard deviations', reach: [2, 1, 0.5] },
}

const ROWS = 21
const TABLE_EVERY = 1000 // ms; a table that changes faster cannot be read

/** The fit, and under it on the same x the noise. */
class GnllFit extends Part {
  static override properties = { ...Part.properties, bands: { state: true }, asTable: { state: true } }
  declare bands: string
  declare asTable: boolean
  #fit: FitChart | null = null
  #noise: NoiseChart | null = null
  #scene: Scene | null = null
  #stops: Array<() => void> = []
  #redraw = 0
  #tableTimer: number | undefined

  constructor() {
    super()
    this.bands = 'percent'
    this.asTable = false
  }

  protected override signals(): ReturnType<Part['signals']> {
    return [this.store.run, this.store.grid, this.store.probe]
  }

  protected override firstUpdated(): void {
    const { store } = this
    const scene = (): void => { this.#setScene() }
    this.#stops = [
      onScene(store, (s, fresh) => {
        this.#scene = s
        if (fresh) this.#make(s)
        this.#setScene()
      }),
      store.run.subscribe(scene),
      store.grid.subscribe(scene),
      store.truth.subscribe(scene),
      store.frame.subscribe(() => { this.#draw() }),
      store.probe.subscribe(() => { this.#drawSoon() }),
    ]
    this.#tableTimer = window.setInterval(() => { if (this.asTable) this.requestUpdate() }, TABLE_EVERY)
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('bands')) this.#drawSoon()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#tableTimer)
    for (const stop of this.#stops) stop()
    this.#fit?.dispose()
    this.#noise?.dispose()
  }

  #make({ skeletons }: Scene): void {
    const host = (name: string): HTMLElement | null => this.querySelector(`#${name}-chart`)
    const fit = host('fit')
    const noise = host('noise')
    if (!fit || !noise) return
    this.#fit?.dispose()
    this.#noise?.dispose()
    this.#fit = new FitChart(fit, skeletons.fit)
    this.#noise = new NoiseChart(noise, skeletons.noise)
    for (const chart of [this.#fit, this.#noise]) chart.onPointer((x) => { this.store.probe.value = x })
  }

  #setScene(): void {
    const { run, grid, truth } = this.store
    const data = run.value?.data
    if (!this.#scene || !data || grid.value?.dataRevision !== data.revision || (data.truth && !truth.value)) return
    this.#fit?.setScene(data, grid.value, data.truth ? truth.value : null, this.#scene.palette)
    this.#noise?.setScene(data, grid.value, data.truth ? truth.value : null, this.#scene.palette)
    this.#draw()
  }

  #drawSoon(): void {
    if (this.#redraw === 0) this.#redraw = requestAnimationFrame(() => { this.#redraw = 0; this.#draw() })
  }

  #draw(): void {
    const frame = this.store.frame.value
    if (!frame || !this.#fit || !this.#noise || frame.dataRevision !== this.store.grid.value?.dataRevision) return
    this.#fit.draw(frame, BANDS[this.bands]?.reach ?? [], this.store.probe.value)
    this.#noise.draw(frame, this.store.probe.value)
    // What is painted now, for tests and for whoever scripts the page.
    this.dataset['step'] = String(frame.step)
    this.dataset['revision'] = String(frame.revision)
  }

  /** Whether there is more than one network to differ. */
  get #ensemble(): boolean {
    return Number(this.store.settings.value['members'] ?? 1) > 1
  }

  protected override render(): TemplateResult {
    const data = this.store.run.value?.data
    const key = (kind: string, words: string): TemplateResult => html`<span class="key key-${kind}"><i class="swatch ${kind}" aria-hidden="true"></i>${words}</span>`
    return html`
      <section class="plot fit" aria-labelledby="fit-title">
        <header class="plot-head">
          <h2 id="fit-title">Fit</h2>
          <span class="keys-row">
            ${key('line', 'mean')}${key('band', 'bands')}
            ${segments({ name: 'bands', label: 'bands', options: Object.entries(BANDS).map(([value, b]) => ({ value, label: b.label, help: b.help })) }, this.bands, (v) => { this.bands = v })}
            ${key('dot', 'train')}${key('ring', 'test')}${data?.truth ? key('dash', 'truth') : nothing}
          </span>
          ${tableButton('fit and noise', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="plot-body">
          <div id="fit-chart" class="chart" role="img"></div>
          ${this.#probeField()}
          ${this.asTable ? chartTable(this.#table()) : nothing}
        </div>
      </section>
      <section class="plot noise" aria-labelledby="noise-title">
        <header class="plot-head">
          <h2 id="noise-title">Noise</h2>
          <span class="keys-row">
            ${key('line', 'std, clamped')}${key('dots', 'unclamped')}${this.#ensemble ? key('epistemic', 'epistemic') : nothing}${data?.truth ? key('dash', 'truth') : nothing}
          </span>
        </header>
        <div class="plot-body"><div id="noise-chart" class="chart" role="img"></div></div>
      </section>
    `
  }

  /** Reads the fit at x without a pointer: seen when it has the focus. */
  #probeField(): TemplateResult | typeof nothing {
    const { grid, frame, probe, run } = this.store
    const data = run.value?.data
    const x = grid.value?.x
    const [left, right] = [x?.[0], x?.at(-1)]
    if (!data || !grid.value || left === undefined || right === undefined) return nothing
    const at = probe.value ?? (left + right) / 2
    const words = probe.value === null || !frame.value ? 'nothing read' : inWords(readAt(frame.value, grid.value, data, at), data).join(', ')
    return html`
      <input
        class="probe" type="range" min=${left} max=${right} step=${(right - left) / 120} .value=${String(at)}
        aria-label="read the fit at x" aria-valuetext="x ${withUnit(significant(at, 3), data.inputs[0]?.unit ?? '')}: ${words}"
        @input=${(e: Event) => { probe.value = (e.target as HTMLInputElement).valueAsNumber }}
        @blur=${() => { probe.value = null }}
        @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape') probe.value = null }}
      >
    `
  }

  #table(): ChartTable {
    const { grid, frame, run } = this.store
    const data = run.value?.data
    const f = frame.value
    const x = grid.value?.x
    if (!data || !f || !x) return { caption: 'no frame yet', columns: [], rows: [] }
    const input = data.inputs[0]
    const unit = data.target.unit === '' ? '' : ` (${data.target.unit})`
    return {
      caption: `${data.title}: the fit at step ${f.step}`,
      columns: [withUnit(input?.name ?? 'x', input?.unit ? `(${input.unit})` : ''), `mean${unit}`, `std before the clamp${unit}`, `std${unit}`, ...(f.epistemic ? [`epistemic std${unit}`] : []), `95 % from${unit}`, `95 % to${unit}`],
      rows: spread(x.length, ROWS).map((i) => {
        const mean = f.mean[i] ?? NaN
        const std = effective(f, i)
        return [x[i] ?? NaN, mean, f.std[i] ?? NaN, std, ...(f.epistemic ? [f.epistemic[i] ?? NaN] : []), mean - REACH_95 * std, mean + REACH_95 * std].map((v) => significant(v, 3))
      }),
    }
  }
}

customElements.define('gnll-fit', GnllFit)
