import { untracked } from '@preact/signals-core'
import { html, nothing, type TemplateResult } from 'lit'
import { floorInWords } from '../charts/noise-words'
import { labelOf } from '../charts/shown'
import { located, withUnit } from '../math/format'
import { columns, height, tight } from '../state/media'
import { projector } from '../state/projector'
import { inWords, nearestRow, readAt, sliced } from '../math/reading'
import './against'
import { bandChoice, ONE_NETWORK } from './band-choice'
import { chartTable, tableButton } from './chart-table'
import { compareItems, laneFits } from './compare'
import { explainChart } from './explain'
import { FitCurves } from './fit-curves'
import { fitTable } from './fit-table'
import { fitItems } from './fit-tools'
import { laneStyle } from './lane-line'
import './inputs'
import './map'
import { Overflow } from './overflow'
import { Part } from './part'
import { place } from './place'
import { TableClock } from './table-clock'
import { ofTarget, targetChoice } from './target-choice'
import './targets'
import { shownView, sliceSelect, viewTitle } from './views'

/** The fit, and under it on the same x the noise; or in their place another view of what is predicted. */
class GnllFit extends Part {
  static override properties = { embedded: { attribute: false }, asTable: { state: true } }
  /** Whether it is the picture within another page, which has no tools. */
  declare embedded: boolean
  declare asTable: boolean
  #curves: FitCurves | null = null
  readonly #line = new Overflow(this)

  constructor() {
    super()
    this.embedded = false
    this.asTable = false
    new TableClock(this)
  }

  protected override firstUpdated(): void {
    this.#curves = new FitCurves(this)
  }

  /** How high the plot of the fit itself is; 0 while there is none. */
  get plotHeight(): number {
    return this.#curves?.plotHeight ?? 0
  }

  /** Whether there is more than one network to differ. */
  get #ensemble(): boolean {
    return Number(this.store.settings.value['members'] ?? 1) > 1
  }

  protected override render(): TemplateResult {
    const { store } = this
    const lanes = store.lanes.value
    const lane = lanes.find((l) => l.lane === store.view.focus.value)
    this.style.cssText = laneStyle(lane?.colour ?? 0)
    const shown = shownView(store)
    if (shown === 'map') return html`<gnll-map></gnll-map>`
    if (shown === 'targets') return html`<gnll-targets></gnll-targets>`
    if (shown !== 'lines') return html`<gnll-against .kind=${shown}></gnll-against>`
    // Above the plot there is room for it beside the tools, or where there are none.
    const inHead = tight.value && !this.embedded
    const { view } = store
    const beside = view.compare.value === 'beside' && lanes.length > 1
    // Of a low window on a projector the fit has all.
    const folds = projector.value && columns.value && height.value === 'short' && !this.embedded
    const folded = folds && !view.noise.value
    this.toggleAttribute('data-sketching', store.course.sketch.value?.active === true)
    return html`
      <section class="plot fit" aria-labelledby="fit-title" ${place(view.places, 'fit')}>
        <header class="plot-head">
          ${viewTitle(store, 'fit-title')} ${explainChart('fit', this.#ensemble ? '' : ONE_NETWORK)}
          ${sliceSelect(store, this.embedded)} ${inHead ? targetChoice(store) : nothing}
          ${this.embedded ? html`${this.#keys()} ${tableButton('fit and noise', this.asTable, () => { this.asTable = !this.asTable })}` : html`
            <div class="tools">${this.#line.render('fit-more', 'more tools of the fit', [
              ...fitItems(store),
              { name: 'table', rank: 4, body: tableButton('fit and noise', this.asTable, () => { this.asTable = !this.asTable }) },
              ...compareItems(store),
            ])}</div>
          `}
        </header>
        ${this.embedded ? nothing : this.#keys()}
        <div class="plot-body" ${place(view.places, 'fit x')}>
          ${beside ? laneFits(store) : html`<div id="fit-chart" class="chart fit-room" role="img" data-tool=${store.view.tool.value}></div>`}
          ${inHead ? nothing : targetChoice(store)}
          <gnll-lens></gnll-lens>
          ${this.#probeField()}
          ${this.asTable ? chartTable(untracked(() => fitTable(store, store.view.bands.value))) : nothing}
        </div>
      </section>
      <section class="plot noise" aria-labelledby="noise-title" ?data-folded=${folded} ${place(view.places, 'noise')}>
        <header class="plot-head">
          <h2 id="noise-title">Noise${ofTarget(store.run.value?.data)}</h2> ${explainChart('noise', this.#noiseWords)}
          ${folded ? nothing : html`
            <span class="axis-name">${labelOf({ name: 'standard deviation', unit: store.run.value?.data.target.unit ?? '' })}, log</span>
            <span class="keys-row">
              ${key('line', this.#ensemble ? 'total std' : 'noise that counts')}${key('dots', 'noise before the minimum')}
              ${this.#ensemble ? html`${key('thin', 'aleatoric')}${key('epistemic', 'epistemic')}` : nothing}
              ${store.run.value?.data.truth ? key('dash', 'truth') : nothing}
            </span>
          `}
          ${folds ? html`<button type="button" class="quiet-button noise-fold" aria-expanded=${folded ? 'false' : 'true'} @click=${() => { view.noise.value = folded }}>${folded ? 'show' : 'hide'}</button>` : nothing}
        </header>
        ${folded ? nothing : html`<div class="plot-body" ${place(view.places, 'noise x')}><div id="noise-chart" class="chart" role="img"></div></div>`}
      </section>
      <gnll-inputs></gnll-inputs>
    `
  }

  /** What is drawn otherwise because there are other inputs. */
  #sliceKey(): TemplateResult | typeof nothing {
    const data = this.store.run.value?.data
    if (!data || data.inputs.length < 2) return nothing
    return data.average ? key('dots', '80 % of points') : key('dot faint', 'far from this slice')
  }

  /** What is what in the picture, on the line of the axis' name. */
  #keys(): TemplateResult {
    const { view } = this.store
    return html`
      <span class="keys-row fit-keys">
        ${key('line', 'mean')}
        <span class="key"><i class="swatch band" aria-hidden="true"></i>${bandChoice(view, this.#ensemble)}</span>
        ${this.#ensemble && view.apart.value ? key('epistemic', 'epistemic') : nothing}
        ${this.#rowKeys()}
      </span>
    `
  }

  /** How rows are drawn, which a lens changes. */
  #rowKeys(): TemplateResult {
    const truth = this.store.run.value?.data.truth ? key('dash', 'truth') : nothing
    switch (this.store.view.lens.value) {
      case 'off':
        return html`${key('dot', 'train')}${key('ring', 'test')}${this.#sliceKey()}${truth}`
      case 'mean':
        return html`${key('half', 'wants the curve higher')}${key('half down', 'lower')}${truth}`
      case 'variance':
        return html`${key('dot', 'widens the band')}${key('ring', 'narrows it')}${truth}`
    }
  }

  /** What the floor is now, in both units, and what the figure is of. */
  get #noiseWords(): string {
    const data = this.store.run.value?.data
    const eps = Number(this.store.settings.value['eps'])
    const present = data ? `Now: ${floorInWords(Math.sqrt(eps) * (data.target_std ?? NaN), data)}. ` : ''
    const clamp = 'The dotted line is the std before the minimum that eps sets; the strip and the ticks at the minimum show where, and for which points, eps applies. '
    return present + clamp + (this.#ensemble ? 'Total² = aleatoric² + epistemic².' : ONE_NETWORK)
  }

  /** Reads the fit at x without a pointer: seen when it has the focus. */
  #probeField(): TemplateResult | typeof nothing {
    const { grid, run, view: { probe, bands } } = this.store
    const picture = this.store.focused(this.store.frames.peek())
    const data = run.value?.data
    const x = grid.value?.x
    const [left, right] = [x?.[0], x?.at(-1)]
    if (!data || !grid.value || left === undefined || right === undefined) return nothing
    const at = probe.value ?? (left + right) / 2
    const row = data.inputs.length === 1 ? nearestRow(data, at, null, [1, 1]) : -1
    const words = probe.value === null || !picture
      ? `x ${withUnit(located(at, right - left), sliced(data).column.unit)}: not inspecting`
      : inWords(readAt(picture, grid.value, data, { x: at, bands: bands.value, y: null, row }), data).join(', ')
    return html`
      <input
        class="probe" type="range" min=${left} max=${right} step=${(right - left) / 120} .value=${String(at)}
        aria-label="inspect the fit at x" aria-valuetext=${words}
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

declare global {
  interface HTMLElementTagNameMap {
    'gnll-fit': GnllFit
  }
}
