import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { controlNumber, controlValue, count, parseNumber, withUnit } from '../math/format'
import { FIGURES, OWN_DATA, type Control, type ControlValue } from '../generated/wire'
import { writeLink } from '../state/link'
import { beginOf, metricsOf, settingsAt, Sweep, type Base, type Cell, type Metric } from '../state/sweep'
import { choices, isNumber, MOST_VALUES, proposed, sweepable, valuesOf, within, type AxisChoice } from '../state/sweep-axis'
import { help } from './help'
import { DialogOf } from './dialog'
import { Part } from './part'
import './sweep-map'
import { several } from './target-choice'

const MOST_CELLS = 400
const STEPS = 1000

type Side = 'x' | 'y'

const SIDES: ReadonlyArray<{ readonly side: Side; readonly label: string; readonly control: string }> = [
  { side: 'x', label: 'horizontal axis', control: 'decay' },
  { side: 'y', label: 'vertical axis', control: 'variance_decay' },
]

/** Trains a run for each pair of two controls' values, and shows them on a map. */
class GnllSweep extends Part {
  static override properties = { asked: { state: true }, x: { state: true }, y: { state: true }, steps: { state: true }, metric: { state: true } }
  /** The cell whose settings are to replace the run, until somebody has said so. */
  declare asked: Cell | null
  declare x: AxisChoice
  declare y: AxisChoice
  declare steps: string
  declare metric: Metric
  #sweep: Sweep | undefined
  readonly #dialog = new DialogOf(this, 'sweep')

  constructor() {
    super()
    this.asked = null
    this.steps = String(STEPS)
    this.metric = { part: 'test', name: 'nll' }
  }

  get sweep(): Sweep {
    this.#sweep ??= new Sweep(this.store.api)
    return this.#sweep
  }

  protected override willUpdate(): void {
    for (const { side, control } of SIDES) if ((this[side] as AxisChoice | undefined) === undefined) this.#propose(side, control)
  }

  #control(name: string): Control {
    const found = this.store.controls.find((c) => c.name === name)
    if (!found) throw new Error(`there is no control ${name}`)
    return found
  }

  #propose(side: Side, name: string): void {
    const c = this.#control(name)
    const value = this.store.settings.value[name] ?? c.default
    this[side] = isNumber(c) ? proposed(c, this.store.number(c, value), this.store.number(c, c.default)) : proposed(c, value)
  }

  #values(side: Side): ControlValue[] {
    return valuesOf(this.#control(this[side].control), this[side])
  }

  /** What keeps it from being started, or nothing. */
  #obstacle(): string {
    const [nx, ny] = [this.#values('x').length, this.#values('y').length]
    const steps = parseNumber(this.steps)
    if (this.x.control === this.y.control) return 'Choose two different controls.'
    if (nx * ny === 0) return 'Choose at least one value of each control.'
    if (nx * ny > MOST_CELLS) return `${nx * ny} runs are too many; the limit is ${MOST_CELLS}.`
    if (!Number.isInteger(steps) || steps < 1) return 'The steps must be a whole number, 1 or more.'
    return ''
  }

  async #start(): Promise<void> {
    if (this.#obstacle() !== '') return
    const { store } = this
    try {
      await this.sweep.start({
        base: await this.#base(), steps: parseNumber(this.steps),
        x: { control: this.x.control, values: this.#values('x') }, y: { control: this.y.control, values: this.#values('y') },
      })
    } catch (e) {
      this.sweep.mistake.value = `Cannot read the data of run ${store.id}: ${e instanceof Error ? e.message : String(e)}.`
    }
  }

  /** The run as it is, with the lane in focus alone. */
  async #base(): Promise<Base> {
    const { store } = this
    const lane = store.lanes.value.find((l) => l.lane === store.view.focus.value) ?? store.lanes.value[0]
    const isOwn = store.run.value?.data.name === OWN_DATA
    return {
      run: store.values.run,
      lane: { name: lane?.name ?? 'A', colour: lane?.colour ?? 0, settings: store.values.of(lane?.lane ?? 0) },
      data: isOwn ? (store.own.given ?? await store.api.given(store.id, store.key)) : undefined,
    }
  }

  /** What is replaced is asked about first; a new run replaces nothing. */
  #ask(cell: Cell): void {
    if (!this.store.steers.value) {
      void this.#openCell(cell)
      return
    }
    this.asked = cell
    void this.updateComplete.then(() => { this.querySelector<HTMLElement>('.sweep-question .primary')?.focus() })
  }

  #question(): TemplateResult | typeof nothing {
    const cell = this.asked
    if (!cell) return nothing
    const lanes = this.store.lanes.value
    const names = lanes.map(({ name }) => `“${name}”`)
    const models = names.length === 1 ? `Model ${names.join('')}` : `${names.length} models (${names.join(', ')})`
    const step = this.store.focused(this.store.frames.peek())?.fit.step
    return html`
      <div class="sweep-question" role="alertdialog" aria-labelledby="sweep-asked" @keydown=${(e: KeyboardEvent) => {
        if (e.key !== 'Escape') return
        e.preventDefault()
        e.stopPropagation()
        this.#keep()
      }}>
        <p id="sweep-asked">Start a new run with <b>${this.#said(cell)}</b>? ${models}${step === undefined ? '' : ` at step ${count(step)}`} will be replaced. Undo brings ${names.length === 1 ? 'it' : 'them'} back.</p>
        <button type="button" class="button primary" @click=${() => { void this.#openCell(cell) }}>Replace</button>
        <button type="button" class="button" @click=${() => { this.#keep() }}>Keep my run</button>
      </div>
    `
  }

  #keep(): void {
    this.asked = null
    this.querySelector<HTMLElement>('.sweep-cell[tabindex="0"]')?.focus()
  }

  /** Replaces this run by that of the cell; for a viewer it opens in a new run. */
  async #openCell(cell: Cell): Promise<void> {
    const { store } = this
    const grid = this.sweep.grid.value
    if (!grid) return
    const said = this.#said(cell)
    if (!store.steers.value) {
      const { run, lane } = settingsAt(grid, cell)
      const hash = writeLink(store.controls, { run, lesson: '', lanes: [lane], data: store.own.packed.value, view: '' })
      window.open(new URL(`#${hash}`, store.api.root), '_blank', 'noopener')
      return
    }
    this.asked = null
    this.querySelector('dialog')?.close()
    const count = store.lanes.value.length
    const models = count === 1 ? '1 model' : `${count} models`
    const ack = await store.ask(beginOf(grid, cell, `sweep: ${said}`))
    if (!ack) return
    store.touched.value = true
    store.notice.value = `Started a new run with ${said}. Undo returns to your previous run (${models}).`
  }

  /** A cell's values in words. */
  #said(cell: Pick<Cell, 'x' | 'y'>): string {
    const grid = this.sweep.grid.value
    return !grid ? '' : [{ axis: grid.x, i: cell.x }, { axis: grid.y, i: cell.y }].map(({ axis, i }) => {
      const c = this.#control(axis.control)
      return `${c.label} ${controlValue(c, axis.values[i] ?? c.default)}`
    }).join(', ')
  }

  protected override render(): TemplateResult {
    const isTraining = this.sweep.state.value === 'training'
    const obstacle = this.#obstacle()
    const runs = this.#values('x').length * this.#values('y').length
    const lane = this.store.lanes.value.find((l) => l.lane === this.store.view.focus.value)
    return html`
      <dialog @close=${this.#dialog.closed} class="own sweep" aria-labelledby="sweep-title">
        <header class="plot-head explained">
          <h2 id="sweep-title">Grid of settings</h2>
          ${help('sweep', 'grids of settings', 'Trains one run for each pair of values, with the same seed and data, and shows the scores on a map (a sweep). This slows down runs that are being watched.', 'sweeps')}
          <span class="aside">all other settings as in model <b>${lane?.name}</b></span>
          <button type="button" class="button square" aria-label="close" @click=${() => { this.querySelector('dialog')?.close() }}>✕</button>
        </header>
        <form class="own-form" @submit=${(e: Event) => { e.preventDefault(); void this.#start() }}>
          <div class="sweep-axes">${SIDES.map(({ side, label }) => this.#axis(side, label))}</div>
          <div class="sweep-go">
            <label>steps each <span class="field"><input type="text" inputmode="numeric" size="7" id="sweep-steps" autocomplete="off" .value=${this.steps} @input=${(e: Event) => { this.steps = (e.target as HTMLInputElement).value }}></span></label>
            <span class="note">${runs === 1 ? '1 run' : `${runs} runs`}${this.#warning()}</span>
            <button type=${isTraining ? 'button' : 'submit'} class="button ${isTraining ? '' : 'primary'}" ?disabled=${!isTraining && obstacle !== ''} @click=${(e: Event) => {
              if (!isTraining) return
              e.preventDefault() // by then it may be Start again
              this.sweep.stop()
            }}>${isTraining ? 'Stop' : 'Start'}</button>
          </div>
          <p class="why" role="alert">${obstacle === '' ? this.sweep.mistake.value : obstacle}</p>
        </form>
        ${this.#found()}
      </dialog>
    `
  }

  #warning(): string {
    const edited = this.store.changes.value.some((c) => c.kind === 'data' && c.dataset === undefined)
    return edited ? '; uses the original points, without edits' : ''
  }

  #axis(side: Side, label: string): TemplateResult {
    const axis = this[side]
    const c = this.#control(axis.control)
    const all = sweepable(this.store.controls)
    const groups = [...new Set(all.map((of) => of.group))]
    const set = (part: Partial<AxisChoice>): void => { this[side] = { ...axis, ...part } }
    return html`
      <fieldset class="sweep-axis">
        <legend>${label}</legend>
        <span class="select">
          <select aria-label="control ${label}" ?autofocus=${side === 'x'} @change=${(e: Event) => { this.#propose(side, (e.target as HTMLSelectElement).value) }}>
            ${groups.map((group) => html`<optgroup label=${group}>${all.filter((of) => of.group === group).map((of) => html`<option value=${of.name} ?selected=${of.name === axis.control} title=${of.help}>${of.label}</option>`)}</optgroup>`)}
          </select>
        </span>
        ${isNumber(c) ? html`
          <div class="sweep-range">
            ${this.#number(c, label, 'from', axis.from, (v) => { set({ from: v }) })}
            ${this.#number(c, label, 'to', axis.to, (v) => { set({ to: v }) })}
            ${this.#number(null, label, 'values', axis.count, (v) => { set({ count: Math.min(MOST_VALUES, Math.max(1, Math.round(v))) }) })}
          </div>
        ` : html`
          <div class="sweep-choices">
            ${choices(c).map((v) => html`<label><input type="checkbox" .checked=${axis.taken.includes(v)} @change=${(e: Event) => {
              set({ taken: (e.target as HTMLInputElement).checked ? [...axis.taken, v] : axis.taken.filter((t) => t !== v) })
            }}> ${controlValue(c, v)}</label>`)}
          </div>
        `}
        <p class="note">${this.#matters(c)}${isNumber(c) ? this.#values(side).map((v) => controlValue(c, v)).join(', ') : nothing}</p>
      </fieldset>
    `
  }

  /** Some controls matter only with a value of another. */
  #matters({ when }: Control): string {
    if (when.control === '') return ''
    const isSwept = this.x.control === when.control || this.y.control === when.control
    const now = String(this.store.settings.value[when.control])
    return isSwept || when.values.includes(now) ? '' : `No effect while ${this.#control(when.control).label} is ${controlValue(this.#control(when.control), now)}. `
  }

  #number(c: Control | null, side: string, label: string, value: number, set: (v: number) => void): TemplateResult {
    const text = c ? controlNumber(c, value) : String(value)
    return html`
      <label>${label} <span class="field"><input
        type="text" inputmode="decimal" size="5" autocomplete="off" aria-label="${side}: ${label}" .value=${live(text)}
        @change=${(e: Event) => {
          const input = e.target as HTMLInputElement
          const v = parseNumber(input.value)
          if (Number.isFinite(v)) set(c ? within(c, v) : v)
          else input.value = text
          this.requestUpdate() // what is put within its bounds may be what it was
        }}
      ></span></label>
    `
  }

  /** What has been found so far. */
  #found(): TemplateResult | typeof nothing {
    const { grid, cells, state } = this.sweep
    if (!grid.value) return nothing
    const all = grid.value.x.values.length * grid.value.y.values.length
    const failed = cells.value.filter((c) => c.failed !== undefined)
    const metrics = metricsOf(cells.value)
    return html`
      <section class="sweep-found" aria-label="results">
        <div class="sweep-head">
          <span class="select"><select aria-label="score" @change=${(e: Event) => {
            const [part, name] = (e.target as HTMLSelectElement).value.split(' ')
            this.metric = metrics.find((m) => m.part === part && m.name === name) ?? this.metric
          }}>
            ${(metrics.length === 0 ? [this.metric] : metrics).map((m) => html`<option value="${m.part} ${m.name}" ?selected=${m.part === this.metric.part && m.name === this.metric.name}>${metricLabel(m)}</option>`)}
          </select></span>
          <progress max=${all} .value=${cells.value.length} aria-label="finished runs"></progress>
          <span class="note" role="status">${state.value}, ${count(cells.value.length)} of ${count(all)}${failed.length === 0 ? nothing : `, ${failed.length} failed`}</span>
        </div>
        <gnll-sweep-map
          .grid=${grid.value} .cells=${cells.value} .metric=${this.metric} .unit=${this.#unit()}
          .label=${(name: string) => withUnit(this.#control(name).label, unitInBrackets(this.#control(name).unit))}
          .value=${(name: string, v: ControlValue) => controlValue(this.#control(name), v)}
          @open-cell=${(e: CustomEvent<Cell>) => { this.#ask(e.detail) }}
        ></gnll-sweep-map>
        ${this.#question()}
        <p class="note">${this.store.steers.value ? 'Click a cell to load its settings (replaces the current run; undo reverts).' : 'Click a cell to start a run of your own with its settings, in a new tab.'}</p>
        ${failed.length === 0 ? nothing : html`<ul class="sweep-failed">${failed.map((c) => html`<li><b>${this.#said(c)}:</b> ${c.failed}</li>`)}</ul>`}
      </section>
    `
  }

  #unit(): string {
    const { unit } = FIGURES[this.metric.name]
    const data = this.store.run.value?.data
    // Over several targets it is in standard deviations of each.
    return unit === 'target' ? (several(data) ? 'std' : (data?.target.unit ?? '')) : unit === '%' ? '' : unit
  }
}

function unitInBrackets(unit: string): string {
  return unit === '' ? '' : `(${unit})`
}

function metricLabel({ part, name }: Metric): string {
  return `${part} ${FIGURES[name].label}`
}

customElements.define('gnll-sweep', GnllSweep)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-sweep': GnllSweep
  }
}
