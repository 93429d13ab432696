import { effect, signal } from '@preact/signals-core'
import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { bestOf, type Best } from '../math/best'
import { LossChart, NOTHING_DRAWN, type Drawn } from '../charts/loss'
import { isLogValid } from '../charts/loss-axes'
import type { Mark } from '../charts/marks'
import { count, significant } from '../math/format'
import type { Change, Data } from '../generated/wire'
import type { History } from '../state/history'
import { minimiseTheSame } from '../state/comparable'
import { later } from '../state/later'
import { rememberedSmoothing } from '../state/smoothing'
import type { LossView } from '../state/view'
import type { Span } from '../state/zoom'
import { chartTable, tableButton } from './chart-table'
import { segments } from './choices'
import { explainChart } from './explain'
import { laneStyle } from './lane-line'
import { KEYS, markStep, moveOf, zoomButtons, type Move } from './loss-keys'
import { lossLegend } from './loss-legend'
import { LossSource, SMOOTHABLE } from './loss-source'
import { lossTable } from './loss-table'
import { lossViewPopup } from './loss-view'
import { smoothingField } from './loss-smoothing'
import { whyNegative } from './why-negative'
import { offer } from './offer'
import { LatePart } from './late'
import { groundOf, Scene, type Ground } from './scene'
import { several } from './target-choice'

// The training loss is drawn first: it is the curve that `full` lifts by
// 0.919 and that answers to eps, while the NLL in the data's units compares
// runs whatever they were trained with.
const KINDS = [
  { value: 'loss', label: 'training loss', help: 'what training minimises, on the standardised target, with eps and full as set' },
  { value: 'nll', label: 'NLL', help: 'negative log likelihood in the target’s units, with its constant: comparable between models' },
  { value: 'batch', label: 'every batch', help: 'the training loss of each step’s batch' },
]

/** By how much of its width a range is moved. */
const PAN = { left: -0.25, right: 0.25, first: -Infinity, last: Infinity } as const

const DRAW_EVERY = 150 // ms; new points are hardly to be seen sooner

/** The loss over the steps. */
class GnllLoss extends LatePart {
  static override properties = { asTable: { state: true }, mark: { state: true }, said: { state: true } }
  declare asTable: boolean
  /** The change that was clicked. */
  declare mark: Mark | null
  /** What has just been done, for whoever does not see it. */
  declare said: string
  /** The history with the newest points that are to be drawn. */
  readonly #seen = signal<{ readonly history: History } | null>(null)
  #redraw: number | undefined
  #stops: Array<() => void> = []
  #drawn: Drawn = NOTHING_DRAWN
  #span: Span = { from: 0, to: 1 }
  /** Where the chart is read without a pointer, and what it says there. */
  #readAt: number | null = null
  #reading = ''
  #source: LossSource | null = null
  #scene: Scene<LossChart, Ground> | null = null

  constructor() {
    super()
    this.asTable = false
    this.mark = null
    this.said = ''
  }

  protected override firstUpdated(): void {
    const { store } = this
    store.view.setLoss({ smoothing: rememberedSmoothing() })
    const more = (): void => { this.#seen.value = { history: store.history } }
    more()
    const source = new LossSource(store, more)
    this.#source = source
    this.#scene = new Scene<LossChart, Ground>(this, {
      ground: () => groundOf(store),
      rooms: () => [...this.querySelectorAll<HTMLElement>('#loss-chart')],
      make: (room) => this.#chartIn(room),
      stand: (charts, { data, palette }) => { for (const chart of charts.values()) chart.setTheme(data.title, palette) },
      draw: (charts, { data }) => { for (const chart of charts.values()) this.#draw(chart, source, data) },
    })
    this.#stops = [
      later(store.historyVersion, () => {
        this.#redraw ??= window.setTimeout(() => {
          this.#redraw = undefined
          more()
        }, DRAW_EVERY)
      }),
      later(store.changes, () => { this.mark = null }),
      effect(() => { source.look() }),
      () => { source.stop() },
    ]
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const stop of this.#stops) stop()
    clearTimeout(this.#redraw)
  }

  get #chart(): LossChart | undefined {
    return this.#scene?.charts.values().next().value
  }

  /** Unless one was chosen, models that minimise different losses are compared by their NLL. */
  get #view(): LossView {
    const view = this.store.view.loss.value
    return view.chosen || this.#comparable ? view : { ...view, kind: 'nll' }
  }

  get #comparable(): boolean {
    const { lanes, values, controls } = this.store
    return minimiseTheSame(lanes.value, (lane) => values.of(lane), controls)
  }

  #chartIn(room: HTMLElement): LossChart {
    const chart = new LossChart(room, this.store.controls)
    chart.onMarks(([mark]) => { this.mark = mark ?? null })
    chart.onRange((from, to) => { this.#move((zoom, last, end) => { zoom.show(from, to, last, end) }) })
    return chart
  }

  #draw(chart: LossChart, source: LossSource, data: Data): void {
    const { told, run, lanes, rewind, view: { focus } } = this.store
    const view = this.#view
    const seen = this.#seen.value
    if (!run.value || !seen) return
    this.#span = source.span
    this.#drawn = chart.draw({
      history: seen.history, view, generation: run.value.generation, span: this.#span, batches: source.batches(view, chart.pixels), changes: told.value,
      lanes: lanes.value, focus: focus.value, best: this.#best, target: several(data) ? data.target.name : '', odd: source.odd, past: rewind.at.value,
    })
    const { low, high } = chart.range
    this.dataset['axis'] = `${significant(low, 3)} to ${significant(high, 3)}`
    this.requestUpdate()
  }

  get #best(): Best | null {
    const { run, settings } = this.store
    return run.value ? bestOf(run.value.data, this.#view.kind === 'nll', settings.value) : null
  }

  #move(change: Parameters<LossSource['move']>[0]): void {
    const source = this.#source
    const { zoom } = this.store.view
    if (!source) return
    source.move(change)
    const { from, to } = source.span
    this.said = zoom.zoomed ? `steps ${count(from)} to ${count(to)}${zoom.follows ? ', following the end' : ''}` : 'the whole run'
  }

  #go(move: Move): void {
    this.#move((z, last, end) => {
      if (move === 'whole') z.whole()
      else if (move === 'in' || move === 'out') z.by(move === 'in' ? 0.5 : 2, last, end)
      else z.pan(PAN[move], last, end)
    })
  }

  #key(e: KeyboardEvent): void {
    const by = markStep(e)
    const move = moveOf(e)
    if (by !== undefined) this.#goToMark(by)
    else if (move === undefined) return
    else if (e.key === 'Escape' && this.mark) this.mark = null
    else this.#go(move)
    e.preventDefault()
    e.stopPropagation()
  }

  #goToMark(by: -1 | 1): void {
    const marks = this.#chart?.marks ?? []
    const at = marks.findIndex((m) => m.revision === this.mark?.revision)
    this.mark = marks[at < 0 ? (by < 0 ? marks.length - 1 : 0) : (at + by + marks.length) % marks.length] ?? null
    this.#chart?.read(this.mark?.step ?? null)
  }

  protected override render(): TemplateResult {
    const { store } = this
    const view = this.#view
    const lanes = store.lanes.value
    this.style.cssText = laneStyle(lanes.find((l) => l.lane === store.view.focus.value)?.colour ?? 0)
    const isRough = view.kind === 'batch' && view.smoothing > 0 && this.#drawn.lines.some((l) => l.all.steps.length > 0 && !l.smooth)
    return html`
      <section class="plot loss" aria-labelledby="loss-title">
        <header class="plot-head">
          <h2 id="loss-title">Loss</h2> ${explainChart('loss')}
          <span class="keys-row">
            ${segments({ name: 'loss-kind', label: 'which loss', options: KINDS }, view.kind, (v) => { this.#set({ kind: kindOf(v) }) })}
            ${this.#drawn.values !== null && this.#drawn.values.least < 0 ? whyNegative() : nothing}
          </span>
          ${smoothingField(view.smoothing, isRough ? `Smoothing needs every step: zoom in to at most ${count(SMOOTHABLE)} steps.` : '', (v) => { this.#set({ smoothing: v }) })}
          ${lossViewPopup({
            view, log: isLogValid(this.#drawn.values), lanes: lanes.length,
            set: (v) => { this.#set(v) },
          })}
          ${tableButton('loss', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="plot-body" @keydown=${(e: KeyboardEvent) => { this.#key(e) }}>
          <div class="loss-room" tabindex="0" role="group" aria-label="loss over the steps: ${KEYS}"><div id="loss-chart" class="chart" role="img"></div></div>
          ${this.#readField()}
          ${zoomButtons(store.view.zoom.zoomed, (m) => { this.#go(m) })}
          ${this.asTable ? chartTable(lossTable({ drawn: this.#drawn, view, span: this.#span, best: this.#best, controls: store.controls, lanes, changes: this.#changes })) : nothing}
        </div>
        <footer class="plot-foot">
          ${this.mark ? offer(store, this.mark, () => { this.mark = null }) : lossLegend(this.#drawn, lanes)}
          ${view.kind === 'nll' || this.#comparable ? nothing : html`
            <p class="loss-warning" role="note">These models minimise different losses: their training losses are not comparable.
              <button type="button" class="quiet-button" @click=${() => { this.#set({ kind: 'nll' }) }}>compare by NLL</button></p>
          `}
        </footer>
        <span class="unseen" role="status">${this.said}</span>
      </section>
    `
  }

  get #changes(): readonly Change[] {
    return this.store.told.value.filter((c) => c.generation === this.store.run.value?.generation)
  }

  #set(view: Partial<LossView>): void {
    this.store.view.setLoss(view)
  }

  /** Reads the chart at a step without a pointer: seen when it has the focus. */
  #readField(): TemplateResult {
    const { from, to } = this.#span
    const read = (step: number | null): void => {
      this.#readAt = step
      this.#reading = this.#chart?.read(step)?.lines.join('; ') ?? ''
      this.requestUpdate()
    }
    return html`
      <input
        class="probe" type="range" min=${from} max=${to} step=${Math.max(1, Math.round((to - from) / 120))} .value=${live(String(this.#readAt ?? from))}
        aria-label="inspect the loss at a step" aria-valuetext=${this.#readAt === null ? 'not inspecting' : this.#reading}
        @input=${(e: Event) => { read((e.target as HTMLInputElement).valueAsNumber) }} @blur=${() => { read(null) }}
      >
    `
  }
}

function kindOf(value: string): LossView['kind'] {
  return value === 'nll' || value === 'batch' ? value : 'loss'
}

customElements.define('gnll-loss', GnllLoss)
