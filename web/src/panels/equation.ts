import { untracked } from '@preact/signals-core'
import { html, noChange, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { Collocation } from '../charts/collocation'
import { EquationChart } from '../charts/equation'
import { equationSince, ownEquation, shortest, typedValue, withParameter, type Parameter } from '../math/equation'
import type { LanePicture } from '../net/frame'
import { controlNumber, count, located, significant, withUnit } from '../math/format'
import { AUTO, PICTURE, type Control, type Lane, type LaneParameter, type Scalar } from '../generated/wire'
import type { Curve } from '../state/history'
import { sliced } from '../math/reading'
import type { Settings } from '../net/settings'
import type { Store } from '../state/store'
import { chartTable, spread, tableButton, type ChartTable } from './chart-table'
import './control'
import { segments } from './choices'
import { parameterCurve } from './equation-curve'
import { explainChart, figureName } from './explain'
import { laneLine, laneStyle } from './lane-line'
import { Part } from './part'
import { gridGroundOf, lanesSeen, Scene } from './scene'

const WAYS = [
  { value: 'learned', label: 'learned', help: 'trained together with the network' },
  { value: 'fixed', label: 'fixed', help: 'keeps its present value' },
] as const

const DIGITS = 4
const PLAIN = { kind: 'number', log: false } as const
const ROWS = PICTURE.table_places

/** Whether there is anything to show: a lane has an equation, or the data set is known to obey one. */
export function equationShown({ run, lanes, values }: Pick<Store, 'run' | 'lanes' | 'values'>): boolean {
  return run.value?.data.equation !== undefined || lanes.value.some((l) => equationOf(values.of(l.lane)) !== '')
}

function equationOf(settings: Settings): string {
  return String(settings['equation'] ?? '')
}

/** What the mean is to obey, by how much it does not, and what is learned of it. */
class GnllEquation extends Part {
  static override properties = { asTable: { state: true }, mistakes: { state: true } }
  declare asTable: boolean
  /** Why what was typed for a parameter is no value. */
  declare mistakes: ReadonlyMap<string, string>
  /** The parameter whose field has the focus: what training does meanwhile must not take the text away. */
  #typing = ''
  #stop: (() => void) | undefined

  constructor() {
    super()
    this.asTable = false
    this.mistakes = new Map()
  }

  protected override firstUpdated(): void {
    const { store } = this
    new Scene<EquationChart>(this, {
      ground: () => {
        const ground = gridGroundOf(store)
        return ground?.grid.y ? null : ground
      },
      rooms: () => [...this.querySelectorAll<HTMLElement>('#equation-chart')],
      make: (room) => {
        const chart = new EquationChart(room)
        chart.onPointer((x) => { store.view.probe.value = x })
        return chart
      },
      stand: (charts, { data, grid, palette }) => { for (const chart of charts.values()) chart.setScene(data, grid, palette) },
      draw: (charts, { grid }) => { for (const chart of charts.values()) this.#draw(chart, grid.dataRevision) },
    })
    this.#stop = store.historyVersion.subscribe(() => { this.requestUpdate() })
  }

  protected override updated(): void {
    const { places } = this.store.view
    if (equationShown(this.store)) places.put('equation', this)
    else places.drop('equation', this)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
    this.store.view.places.drop('equation', this)
  }

  protected override render(): TemplateResult | typeof nothing {
    const { store } = this
    const shown = equationShown(store)
    this.toggleAttribute('data-shown', shown)
    if (!shown) return nothing
    const lanes = store.lanes.value
    const lane = lanes.find((l) => l.lane === store.view.focus.value)
    const picture = store.focused(store.reading.value)
    const control = this.#control('equation')
    const some = lanes.some((l) => equationOf(store.values.of(l.lane)) !== '')
    const own = equationOf(store.settings.value) !== ''
    this.style.cssText = laneStyle(lane?.colour ?? 0)
    return html`
      <section class="plot equation explained" aria-labelledby="equation-title" ?data-own=${own}>
        <header class="plot-head">
          <h2 id="equation-title">Equation</h2>
          ${explainChart('equation', control?.help ?? '')}
          ${control ? html`<gnll-control .control=${control}></gnll-control>` : nothing}
          ${equationOf(store.settings.value).includes('=') ? nothing : html`<span class="equation-zero">= 0</span>`}
          ${own ? this.#figures(picture) : nothing}
          ${some ? tableButton('residual of the equation', this.asTable, () => { this.asTable = !this.asTable }) : nothing}
        </header>
        ${own ? nothing : this.#offer(lane, lanes.length)}
        ${some ? html`
          <div class="plot-body">
            <div id="equation-chart" class="chart" role="img"></div>
            ${this.asTable ? chartTable(untracked(() => residuals(store))) : nothing}
          </div>
        ` : nothing}
        ${own && lane ? this.#parameters(lane, picture) : nothing}
        ${lanes.length > 1 && some ? this.#lanes(lanes) : nothing}
      </section>
    `
  }

  #control(name: string): Control | undefined {
    return this.store.controls.find((c) => c.name === name)
  }

  #figures(picture: LanePicture | undefined): TemplateResult {
    const { equation_rms: rms = NaN, equation_noise: noise = NaN } = picture?.fit.scalars ?? {}
    return html`
      <span class="equation-figures">
        <span>${figureName('equation_rms', 'rms')} <b class="figure">${significant(rms, 3)}</b></span>
        ${Number.isNaN(noise) ? nothing : html`<span><i class="swatch band" aria-hidden="true"></i>${figureName('equation_noise', 'noise')} <b class="figure">${significant(noise, 3)}</b></span>`}
      </span>
    `
  }

  /** Where the lane in focus has none: that of the data set, if one is known. */
  #offer(lane: Lane | undefined, lanes: number): TemplateResult | typeof nothing {
    const { store } = this
    const data = store.run.value?.data
    const own = ownEquation(data, store.settings.value)
    const none = lanes > 1 ? `Model “${lane?.name ?? ''}” has no equation.` : ''
    if (!own || !data?.equation) return none === '' ? nothing : html`<p class="equation-offer note">${none}</p>`
    return html`
      <div class="equation-offer">
        <p class="note">${none} This data set obeys <b>${data.equation.text} = 0</b>.${own.restarts ? html` The activation becomes tanh, because an equation needs a second derivative, and training restarts.` : nothing}</p>
        <button type="button" class="button" ?disabled=${!store.steers.value} @click=${() => { void store.setTogether(own.set) }}>Use the equation of this data set</button>
      </div>
    `
  }

  #parameters(lane: Lane, picture: LanePicture | undefined): TemplateResult {
    const { store } = this
    const why = store.values.refusal('parameters')
    const since = this.#since(lane)
    return html`
      ${lane.parameters.length === 0 ? nothing : html`
        <ul class="parameters" aria-label="parameters of the equation">
          ${lane.parameters.map((p, i) => this.#parameter(lane, p, i, since, picture))}
        </ul>
      `}
      ${why === undefined ? nothing : html`<p class="refused" role="alert">${why}</p>`}
    `
  }

  #parameter(lane: Lane, p: LaneParameter, i: number, since: number, picture: LanePicture | undefined): TemplateResult {
    const off = !this.store.steers.value
    const present = picture ? scalar(picture, 'parameter', i) : NaN
    const value = p.learned && Number.isFinite(present) ? present : p.value
    const spread = picture ? scalar(picture, 'spread', i) : NaN
    const many = Number(this.store.settings.value['members'] ?? 1) > 1
    const mistake = this.mistakes.get(p.name)
    const history = this.store.history.series(lane.lane, `parameter_${i + 1}` as Curve)
    return html`
      <li class="parameter" data-parameter=${p.name}>
        <label class="parameter-name" for="parameter-${p.name}">${p.name}</label>
        <span class="field">
          <input
            type="text" inputmode="decimal" size="7" autocomplete="off" spellcheck="false" id="parameter-${p.name}" aria-describedby=${mistake === undefined ? nothing : `mistake-${p.name}`}
            aria-invalid=${mistake === undefined ? nothing : 'true'} title=${p.learned ? 'learned value; type a number to set it' : 'fixed value'} ?disabled=${off}
            .value=${this.#typing === p.name ? noChange : live(significant(value, DIGITS))}
            @input=${() => { this.#typing = p.name }}
            @blur=${() => { this.#typing = ''; this.requestUpdate() }}
            @change=${(e: Event) => { this.#set(lane, p, (e.target as HTMLInputElement)) }}
          >
        </span>
        <span class="parameter-spread" title="standard deviation over the members">${many && p.learned ? `± ${significant(spread, 2)}` : nothing}</span>
        ${segments({ name: 'parameters', label: `${p.name} is`, options: WAYS }, p.learned ? 'learned' : 'fixed', (way) => { void this.#change(lane, { name: p.name, learned: way === 'learned', value: way === 'learned' ? p.value : this.#present(i, p) }) }, off)}
        <span class="parameter-true">${p.true === null ? nothing : html`<i class="swatch dash" aria-hidden="true"></i>true ${controlNumber(PLAIN, p.true)}`}</span>
        ${parameterCurve({ name: p.name, series: history, since, to: Math.max(this.store.history.lastStep, since), colour: lane.colour, truth: p.true })}
        ${mistake === undefined ? nothing : html`<p class="refused" role="alert" id="mistake-${p.name}">${mistake}</p>`}
      </li>
    `
  }

  /** As it is now, whatever moment is looked at. */
  #present(i: number, p: LaneParameter): number {
    const picture = this.store.focused(this.store.live.value)
    const v = picture ? scalar(picture, 'parameter', i) : NaN
    return Number.isFinite(v) ? shortest(v) : p.value
  }

  #set(lane: Lane, p: LaneParameter, field: HTMLInputElement): void {
    this.#typing = ''
    const value = typedValue(field.value)
    const mistakes = new Map(this.mistakes)
    mistakes.delete(p.name)
    if (Number.isFinite(value)) void this.#change(lane, { name: p.name, learned: p.learned, value })
    else if (field.value.trim() !== '') mistakes.set(p.name, `“${field.value}” is not a number`)
    this.mistakes = mistakes
    this.requestUpdate()
  }

  async #change(lane: Lane, changed: Parameter): Promise<void> {
    const { store } = this
    const text = String(store.settings.value['parameters'] ?? '')
    const next = withParameter(text, lane.parameters, changed)
    const was = lane.parameters.find((p) => p.name === changed.name)
    // What is learned can be sent back to where it was set before, which for the settings is no change.
    if (changed.learned && was?.learned && was.value === changed.value) await store.setTogether({ parameters: withParameter(text, lane.parameters, { ...changed, learned: false }) })
    await store.setTogether({ parameters: next })
  }

  /** Since when the lane has had its equation. */
  #since(lane: Lane): number {
    const { changes, run, values } = this.store
    const since = equationSince(changes.value, run.value?.generation ?? 0, lane.lane, lane.from)
    if (lane.from === null) return since
    // What a copy was given when it was made is no change.
    return equationOf(values.of(lane.from.lane)) === equationOf(values.of(lane.lane)) ? since : Math.max(since, lane.from.step)
  }

  /** How far the lanes have come, side by side. */
  #lanes(lanes: readonly Lane[]): TemplateResult {
    const pictures = this.store.reading.value
    return html`
      <ul class="equation-lanes" aria-label="the equation in each model">
        ${lanes.map((l) => {
          const picture = pictures.find((p) => p.lane === l.lane)
          if (equationOf(this.store.values.of(l.lane)) === '' || !picture) return nothing
          return html`<li style=${laneStyle(l.colour)}><span class="unseen">model </span>${laneLine(l.colour)}<span>${l.name}</span>${l.parameters.map((p, i) => html`<span>${p.name} <b>${significant(scalar(picture, 'parameter', i), 3)}</b></span>`)}<span>rms <b>${significant(picture.fit.scalars.equation_rms, 2)}</b></span></li>`
        })}
      </ul>
    `
  }

  /** Where the lane in focus looks at its equation. */
  get #where(): Collocation | null {
    const { store } = this
    const settings = store.settings.value
    if (equationOf(settings) === '') return null
    const end = (name: string): number => {
      const control = this.#control(name)
      return control ? store.number(control, settings[name] ?? AUTO) : NaN
    }
    const [from, to, points] = [end('equation_from'), end('equation_to'), Number(settings['equation_points'] ?? NaN)]
    return [from, to, points].every(Number.isFinite) ? { from, to, points, drawn: settings['equation_spacing'] === 'drawn' } : null
  }

  #draw(chart: EquationChart, revision: number): void {
    const { lanes, values, view: { focus, probe } } = this.store
    const { pictures, focus: picture } = lanesSeen(this.store)
    const [where, equation, at] = [this.#where, equationOf(values.of(focus.value)), probe.value]
    if (picture?.fit.dataRevision !== revision) return
    chart.setEquation(`${focus.value} ${equation} ${picture.fit.generation}`)
    chart.draw({ pictures, focus: picture, lanes: lanes.value, probe: at }, where)
  }
}

function scalar({ fit }: LanePicture, of: 'parameter' | 'spread', i: number): number {
  return fit.scalars[`${of}_${i + 1}` as Scalar]
}

/** The residual in figures: at some x, of each lane that has one. */
function residuals({ run, grid, frames, lanes, view: { focus } }: Store): ChartTable {
  const data = run.value?.data
  const x = grid.value?.x
  const pictures = frames.value.filter((p) => p.residual)
  const step = frames.value.find((p) => p.lane === focus.value)?.fit.step
  if (!data || !x || step === undefined) return { caption: 'no frame yet', columns: [], rows: [] }
  const input = sliced(data).column
  const span = (x.at(-1) ?? NaN) - (x[0] ?? NaN)
  const name = (p: LanePicture): string => (lanes.value.length > 1 ? `model ${lanes.value.find((l) => l.lane === p.lane)?.name ?? ''}` : 'residual')
  return {
    caption: `residual of the equation at step ${count(step)}`,
    columns: [withUnit(input.name, input.unit === '' ? '' : `(${input.unit})`), ...pictures.map(name)],
    rows: spread(x.length, ROWS).map((i) => [located(x[i] ?? NaN, span), ...pictures.map((p) => significant(p.residual?.residual[i] ?? NaN, 3))]),
  }
}

customElements.define('gnll-equation', GnllEquation)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-equation': GnllEquation
  }
}
