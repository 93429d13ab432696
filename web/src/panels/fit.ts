import { untracked, type Signal } from '@preact/signals-core'
import { html, nothing, type TemplateResult } from 'lit'
import { PRESETS, type Bands } from '../math/bands'
import type { FitView } from '../charts/fit'
import { floorInWords } from '../charts/noise-words'
import { located, withUnit } from '../math/format'
import { tight } from '../state/media'
import { inWords, nearestRow, readAt, sliced } from '../math/reading'
import './against'
import { bandChoice, ONE_NETWORK } from './band-choice'
import { chartTable, tableButton } from './chart-table'
import { compareChoice, laneFits, type Compare } from './compare'
import { explainChart } from './explain'
import { FitCurves } from './fit-curves'
import { fitTable } from './fit-table'
import { fitTools } from './fit-tools'
import { laneStyle } from './lane-line'
import './map'
import { Part } from './part'
import { ofTarget, targetChoice } from './target-choice'
import './targets'
import { shownView, sliceSelect, viewTitle } from './views'

const TABLE_EVERY = 1000 // ms; a table that changes faster cannot be read

/** The fit, and under it on the same x the noise; or in their place another view of what is predicted. */
class GnllFit extends Part {
  static override properties = { ...Part.properties, apart: { state: true }, compare: { state: true }, asTable: { state: true } }
  /** Whether the bands of an ensemble are taken apart. */
  declare apart: boolean
  declare compare: Compare
  declare asTable: boolean
  #curves: FitCurves | null = null
  #tableTimer: number | undefined
  #stop: (() => void) | undefined

  constructor() {
    super()
    this.apart = false
    this.compare = 'overlay'
    this.asTable = false
  }

  /** What the address says of the bands: the unit of a preset. */
  get #unit(): Signal<string> {
    return this.store.looks.choice('bands', PRESETS.map(({ bands }) => bands.unit), PRESETS[0].bands.unit)
  }

  protected override firstUpdated(): void {
    const told = (): void => {
      const preset = PRESETS.find(({ bands }) => bands.unit === this.#unit.value)
      const { bands } = this.store
      if (preset && preset.bands.unit !== bands.value.unit) bands.value = preset.bands
    }
    this.#stop = this.#unit.subscribe(told)
    this.#tableTimer = window.setInterval(() => { if (this.asTable) this.requestUpdate() }, TABLE_EVERY)
  }

  protected override updated(): void {
    if (shownView(this.store) === 'lines') {
      this.#curves ??= new FitCurves(this.store, this, this.#view)
      this.#curves.show(this.#view)
    } else {
      this.#curves?.dispose()
      this.#curves = null
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#tableTimer)
    this.#stop?.()
    this.#curves?.dispose()
  }

  #choose(bands: Bands): void {
    this.store.bands.value = bands
    this.#unit.value = bands.unit
  }

  get #view(): FitView {
    return { bands: this.store.bands.value, apart: this.apart && this.#ensemble, lens: this.store.lens.value }
  }

  /** Whether there is more than one network to differ. */
  get #ensemble(): boolean {
    return Number(this.store.settings.value['members'] ?? 1) > 1
  }

  protected override render(): TemplateResult {
    const { store } = this
    const lanes = store.lanes.value
    const lane = lanes.find((l) => l.lane === store.focus.value)
    this.style.cssText = laneStyle(lane?.colour ?? 0)
    const shown = shownView(store)
    if (shown === 'map') return html`<gnll-map .store=${store}></gnll-map>`
    if (shown === 'targets') return html`<gnll-targets .store=${store}></gnll-targets>`
    if (shown !== 'lines') return html`<gnll-against .store=${store} .kind=${shown}></gnll-against>`
    // Above the plot there is room for it beside the tools, or where there are none.
    const inHead = tight.value && this.closest('.embed') === null
    const beside = this.compare === 'beside' && lanes.length > 1
    return html`
      <section class="plot fit" aria-labelledby="fit-title">
        <header class="plot-head">
          ${viewTitle(store, 'fit-title')} ${explainChart('fit', this.#ensemble ? '' : ONE_NETWORK)}
          ${sliceSelect(store)} ${inHead ? targetChoice(store) : nothing}
          <span class="keys-row">
            ${key('line', 'mean')}
            <span class="key"><i class="swatch band" aria-hidden="true"></i>${bandChoice({ bands: this.store.bands.value, apart: this.#ensemble ? this.apart : null }, (b) => { this.#choose(b) }, (a) => { this.apart = a })}</span>
            ${this.#ensemble && this.apart ? key('epistemic', 'epistemic') : nothing}
            ${this.#rowKeys()}
            ${compareChoice(store, this.compare, (c) => { this.compare = c })}
          </span>
          ${tableButton('fit and noise', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="plot-body">
          ${beside ? laneFits(store) : html`<div id="fit-chart" class="chart fit-room" role="img" data-tool=${store.tool.value}></div>`}
          ${inHead ? nothing : targetChoice(store)}
          ${fitTools(store)}
          <gnll-lens .store=${store}></gnll-lens>
          ${this.#probeField()}
          ${this.asTable ? chartTable(untracked(() => fitTable(store, store.bands.value))) : nothing}
        </div>
      </section>
      <section class="plot noise" aria-labelledby="noise-title">
        <header class="plot-head">
          <h2 id="noise-title">Noise${ofTarget(store.run.value?.data)}</h2> ${explainChart('noise', this.#noiseWords)}
          <span class="keys-row">
            ${key('line', this.#ensemble ? 'total std' : 'std, clamped')}${key('dots', 'unclamped')}
            ${this.#ensemble ? html`${key('thin', 'aleatoric')}${key('epistemic', 'epistemic')}` : nothing}
            ${store.run.value?.data.truth ? key('dash', 'truth') : nothing}
          </span>
        </header>
        <div class="plot-body"><div id="noise-chart" class="chart" role="img"></div></div>
      </section>
    `
  }

  /** How rows are drawn, which a lens changes. */
  #rowKeys(): TemplateResult {
    const truth = this.store.run.value?.data.truth ? key('dash', 'truth') : nothing
    switch (this.store.lens.value) {
      case 'off':
        return html`${key('dot', 'train')}${key('ring', 'test')}${(this.store.run.value?.data.inputs.length ?? 1) > 1 ? key('dot faint', 'off slice') : nothing}${truth}`
      case 'mean':
        return html`${key('half', 'pulls up')}${key('half down', 'down')}${truth}`
      case 'variance':
        return html`${key('dot', 'widens')}${key('ring', 'narrows')}${truth}`
    }
  }

  /** What the floor is now, in both units, and what the figure is of. */
  get #noiseWords(): string {
    const data = this.store.run.value?.data
    const eps = Number(this.store.settings.value['eps'])
    const present = data ? `Now ${floorInWords(Math.sqrt(eps) * (data.target_std ?? NaN), data)}. ` : ''
    const clamp = 'Where the line is dotted the network would go below it; the strip under the floor and the ticks on it show for which x and for which rows. '
    return present + clamp + (this.#ensemble ? 'Total² = aleatoric² + epistemic².' : ONE_NETWORK)
  }

  /** Reads the fit at x without a pointer: seen when it has the focus. */
  #probeField(): TemplateResult | typeof nothing {
    const { grid, probe, run } = this.store
    const picture = this.store.focused(this.store.frames.peek())
    const data = run.value?.data
    const x = grid.value?.x
    const [left, right] = [x?.[0], x?.at(-1)]
    if (!data || !grid.value || left === undefined || right === undefined) return nothing
    const at = probe.value ?? (left + right) / 2
    const row = data.inputs.length === 1 ? nearestRow(data, at, null, [1, 1]) : -1
    const words = probe.value === null || !picture
      ? `x ${withUnit(located(at, right - left), sliced(data).column.unit)}: nothing read`
      : inWords(readAt(picture, grid.value, data, { x: at, bands: this.store.bands.value, y: null, row }), data).join(', ')
    return html`
      <input
        class="probe" type="range" min=${left} max=${right} step=${(right - left) / 120} .value=${String(at)}
        aria-label="read the fit at x" aria-valuetext=${words}
        @input=${(e: Event) => { probe.value = (e.target as HTMLInputElement).valueAsNumber }}
        @blur=${() => { probe.value = null }}
        @keydown=${(e: KeyboardEvent) => {
          if (e.key === 'Escape') probe.value = null
          if (e.key === 'Enter') this.#curves?.useAt(at, e.shiftKey)
        }}
      >
    `
  }
}

function key(kind: string, words: string): TemplateResult {
  return html`<span class="key key-${kind}"><i class="swatch ${kind}" aria-hidden="true"></i>${words}</span>`
}

customElements.define('gnll-fit', GnllFit)
