import type { Signal } from '@preact/signals-core'
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { bestOf, type Best } from '../math/best'
import { LossChart, NOTHING_DRAWN, type Drawn, type LossView } from '../charts/loss'
import { isLogValid } from '../charts/loss-axes'
import type { Mark } from '../charts/marks'
import { count } from '../math/format'
import type { Change } from '../generated/wire'
import { SCALES } from '../charts/value-scale'
import type { Span } from '../state/zoom'
import { chartTable, tableButton } from './chart-table'
import { onScene } from './charts'
import { segments } from './choices'
import { explainChart } from './explain'
import { laneStyle } from './lane-line'
import { KEYS, markStep, moveOf, zoomButtons, type Move } from './loss-keys'
import { lossLegend } from './loss-legend'
import { LossSource, SMOOTHABLE } from './loss-source'
import { lossTable } from './loss-table'
import { lossViewPopup } from './loss-view'
import { offer } from './offer'
import { LatePart } from './late'
import { several } from './target-choice'

// The loss as trained is drawn first: it is the curve that `full` lifts by
// 0.919 and that answers to eps, while the NLL in the data's units compares
// runs whatever they were trained with.
const KINDS = [
  { value: 'loss', label: 'as trained', help: 'what training minimises: standardised target, with eps and full as they are set' },
  { value: 'nll', label: 'NLL', help: 'negative log likelihood in the target’s own units, with its constant' },
  { value: 'batch', label: 'batches', help: 'what each step minimised: the loss as trained of its batch of rows, every step' },
]

/** By how much of its width a range is moved. */
const PAN = { left: -0.25, right: 0.25, first: -Infinity, last: Infinity } as const

const DRAW_EVERY = 150 // ms; new points are hardly to be seen sooner

/** The loss over the steps. */
class GnllLoss extends LatePart {
  static override properties = { ...LatePart.properties, view: { state: true }, asTable: { state: true }, mark: { state: true }, said: { state: true } }
  declare view: LossView
  declare asTable: boolean
  /** The change that was clicked. */
  declare mark: Mark | null
  /** What has just been done, for whoever does not see it. */
  declare said: string
  #chart: LossChart | null = null
  #stops: Array<() => void> = []
  #redraw: number | undefined
  #drawn: Drawn = NOTHING_DRAWN
  #span: Span = { from: 0, to: 1 }
  /** Where the chart is read without a pointer, and what it says there. */
  #readAt: number | null = null
  #reading = ''
  #source: LossSource | null = null

  constructor() {
    super()
    this.view = { kind: 'loss', scale: 'linear', logSteps: false, smoothing: 0, everything: false, othersTrain: false }
    this.asTable = false
    this.mark = null
    this.said = ''
  }

  /** What the address says of how it is drawn. */
  get #kinds(): Signal<string> {
    return this.store.looks.choice('loss', KINDS.map(({ value }) => value), 'loss')
  }

  get #scales(): Signal<string> {
    return this.store.looks.choice('scale', SCALES, 'linear')
  }

  protected override firstUpdated(): void {
    const { store } = this
    const told = (): void => {
      this.view = { ...this.view, kind: kindOf(this.#kinds.value), scale: SCALES.find((s) => s === this.#scales.value) ?? 'linear' }
    }
    told()
    const soon = (): void => { this.#drawSoon() }
    const source = new LossSource(store, soon)
    this.#source = source
    this.#stops = [
      onScene(store, ({ skeletons, palette }, fresh) => {
        const host = this.querySelector<HTMLElement>('#loss-chart')
        if (!host) return
        if (fresh) {
          this.#chart?.dispose()
          this.#chart = new LossChart(host, skeletons.loss, store.controls)
          this.#chart.onMarks(([mark]) => { this.mark = mark ?? null })
          this.#chart.onRange((from, to) => { this.#move((zoom, last, end) => { zoom.show(from, to, last, end) }) })
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
      store.rewind.at.subscribe(soon),
      this.#kinds.subscribe(told),
      this.#scales.subscribe(told),
      store.settings.subscribe(soon),
      store.run.subscribe(() => { source.look(); soon() }),
      store.lanes.subscribe(() => { source.look() }),
      () => { source.stop() },
    ]
    source.look()
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('view')) this.#drawSoon()
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
    const [chart, source, view] = [this.#chart, this.#source, this.view]
    if (!chart || !source || !run.value) return
    this.#span = source.span
    this.#drawn = chart.draw({
      history, view, generation: run.value.generation, span: this.#span, batches: source.batches(view, chart.pixels), changes: changes.value,
      lanes: lanes.value, focus: focus.value, best: this.#best, target: several(run.value.data) ? run.value.data.target.name : '', odd: source.odd, past: this.store.rewind.at.value,
    })
    this.requestUpdate()
  }

  get #best(): Best | null {
    const { run, settings } = this.store
    return run.value ? bestOf(run.value.data, this.view.kind === 'nll', settings.value) : null
  }

  #move(change: Parameters<LossSource['move']>[0]): void {
    const source = this.#source
    if (!source) return
    source.move(change)
    const { from, to } = source.span
    this.said = source.zoom.zoomed ? `steps ${count(from)} to ${count(to)}${source.zoom.follows ? ', following the end' : ''}` : 'the whole run'
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
    const { store, view } = this
    const lanes = store.lanes.value
    const { from, to } = this.#span
    this.style.cssText = laneStyle(lanes.find((l) => l.lane === store.focus.value)?.colour ?? 0)
    const isRough = view.kind === 'batch' && view.smoothing > 0 && this.#drawn.lines.some((l) => l.all.steps.length > 0 && !l.smooth)
    return html`
      <section class="plot loss" aria-labelledby="loss-title">
        <header class="plot-head">
          <h2 id="loss-title">Loss</h2> ${explainChart('loss')}
          <span class="keys-row">
            ${segments({ name: 'loss-kind', label: 'which loss', options: KINDS }, view.kind, (v) => { this.#set({ kind: kindOf(v) }) })}
          </span>
          ${lossViewPopup({
            view, log: isLogValid(this.#drawn.values), range: to - from, lanes: lanes.length,
            rough: isRough ? `An average needs every step: of the batches it is drawn where no more than ${count(SMOOTHABLE)} steps are shown.` : '',
            set: (v) => { this.#set(v) },
          })}
          ${tableButton('loss', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="plot-body" @keydown=${(e: KeyboardEvent) => { this.#key(e) }}>
          <div class="loss-room" tabindex="0" role="group" aria-label="loss over the steps: ${KEYS}"><div id="loss-chart" class="chart" role="img"></div></div>
          ${this.#readField()}
          ${zoomButtons(this.#source?.zoom.zoomed === true, (m) => { this.#go(m) })}
          ${this.asTable ? chartTable(lossTable({ drawn: this.#drawn, view, span: this.#span, best: this.#best, controls: store.controls, lanes, changes: this.#changes })) : nothing}
        </div>
        <footer class="plot-foot">${this.mark ? offer(store, this.mark, () => { this.mark = null }) : lossLegend(this.#drawn, lanes)}</footer>
        <span class="unseen" role="status">${this.said}</span>
      </section>
    `
  }

  get #changes(): readonly Change[] {
    return this.store.changes.value.filter((c) => c.generation === this.store.run.value?.generation)
  }

  #set(view: Partial<LossView>): void {
    this.view = { ...this.view, ...view }
    this.#kinds.value = this.view.kind
    this.#scales.value = this.view.scale
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
        aria-label="read the loss at a step" aria-valuetext=${this.#readAt === null ? 'nothing read' : this.#reading}
        @input=${(e: Event) => { read((e.target as HTMLInputElement).valueAsNumber) }} @blur=${() => { read(null) }}
      >
    `
  }
}

function kindOf(value: string): LossView['kind'] {
  return value === 'nll' || value === 'batch' ? value : 'loss'
}

customElements.define('gnll-loss', GnllLoss)
