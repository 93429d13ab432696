import { html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { changeAndWho, leavesTrace, marksAt, toMarks, type Mark } from '../charts/marks'
import { stepsAhead } from '../math/scale'
import { count, fixed } from '../math/format'
import type { Goal } from '../generated/wire'
import { apart, labels, placeOf, stepAt, stepsPerPixel } from '../math/timescale'
import { help } from './help'
import { REPLAY, STOP } from './icons'
import { offer } from './offer'
import { isSomethingOpen } from './opened'
import { LatePart } from './late'
import { popupPanel } from './popup'

const HELP = 'Drag the handle to look back. Early steps are all kept, later ones are thinned (ticks). '
  + 'The axis is compressed so early steps are easy to reach: the left half is the first quarter of the run. '
  + 'You see the old weights with today’s settings and data. Training continues meanwhile.'

const TICK_GAP = 4 // pixels
const LABEL_GAP = 58
const REACH = 8 // pixels within which a change is told of

/** The steps of the run on one line: its changes, and its snapshots to look back at. */
class GnllTimeline extends LatePart {
  static override properties = { mark: { state: true }, width: { state: true } }
  /** The change that was clicked. */
  declare mark: Mark | null
  /** Of the bar, in pixels. */
  declare width: number
  #sized: ResizeObserver | undefined
  #ticks = { of: '', path: '' }

  constructor() {
    super()
    this.mark = null
    this.width = 600
  }

  override connectedCallback(): void {
    super.connectedCallback()
    // Before others, who close what Escape is meant for.
    document.addEventListener('keydown', this.#key, { capture: true })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.#key, { capture: true })
    this.#sized?.disconnect()
  }

  protected override firstUpdated(): void {
    const bar = this.querySelector('.time-bar')
    this.#sized = new ResizeObserver(([entry]) => { this.width = Math.round(entry?.contentRect.width ?? 600) })
    if (bar) this.#sized.observe(bar)
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('mark') && this.mark) this.querySelector<HTMLElement>('#time-mark')?.showPopover()
  }

  /** Escape comes back to now, unless something is open or written that it is for. */
  readonly #key = (e: KeyboardEvent): void => {
    if (e.key !== 'Escape' || this.store.rewind.at.value === null) return
    if (isSomethingOpen() || (e.target instanceof Element && e.target.matches('input:not([type=range]), textarea, select'))) return
    this.store.rewind.now()
  }

  get #now(): number {
    return this.store.live.value[0]?.fit.step ?? 0
  }

  get #end(): number {
    return stepsAhead(this.#now)
  }

  /** The changes of this generation, but for those that leave no trace. */
  #marks(): Mark[] {
    const { told, controls, run } = this.store
    const traced = told.value.filter((c) => leavesTrace(c, controls))
    return toMarks(traced, run.value?.generation ?? NaN, (step) => stepsPerPixel(step, this.#end, this.width))
  }

  #look(place: number): void {
    const step = stepAt(place, this.#end)
    // Beyond the newest step there is nothing yet.
    if (step >= this.#now) this.store.rewind.now()
    else this.store.rewind.look(step)
  }

  #slide(e: KeyboardEvent): void {
    if (e.altKey || e.ctrlKey || e.metaKey) return
    const { rewind } = this.store
    const far = e.shiftKey ? 10 : 1
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => { void rewind.move(-far) },
      ArrowDown: () => { void rewind.move(-far) },
      ArrowRight: () => { void rewind.move(far) },
      ArrowUp: () => { void rewind.move(far) },
      PageDown: () => { void rewind.move(-10) },
      PageUp: () => { void rewind.move(10) },
      Home: () => { rewind.look(0) },
      End: () => { rewind.now() },
    }
    const move = moves[e.key]
    if (!move) return
    e.preventDefault()
    move()
  }

  protected override render(): TemplateResult {
    const { rewind, run, steers } = this.store
    const at = rewind.at.value
    const goal = run.value?.goal ?? null
    const replaying = rewind.replaying.value
    const show = replaying ? 'Stop the replay here' : 'Replay from the start'
    return html`
      <footer class="timeline explained" aria-label="timeline" ?data-past=${at !== null} ?data-goal=${goal !== null}>
        <button
          type="button" class="button square time-replay" aria-label=${show} title=${show}
          @click=${() => { if (replaying) rewind.stop(); else void rewind.replay() }}
        >${replaying ? STOP : REPLAY}</button>
        ${this.#bar(at)}
        <div class="time-where">
          <span class="time-step">step <b class="time-at">${count(at ?? this.#now)}</b>${at === null ? html`, <span class="time-of">${this.#state}</span>` : html` of <span class="time-of">${count(this.#now)}</span>`}</span>
          ${goal ? this.#goal(goal) : nothing}
        </div>
        ${help('timeline', 'the timeline', HELP, 'chart-timeline')}
        <button type="button" class="button time-go-on" ?disabled=${at === null || !steers.value} title="Resume training from this step; undo reverts" @click=${() => { void rewind.goOn() }}>resume from here</button>
        <button type="button" class="button time-now" ?disabled=${at === null} aria-keyshortcuts="Escape" @click=${() => { rewind.now() }}>back to live</button>
        ${popupPanel({ id: 'time-mark', label: 'change', body: this.#offer() }, () => this.querySelector('.time-mark[data-chosen]'))}
      </footer>
    `
  }

  /** What the run does while its newest step is looked at. */
  get #state(): string {
    const { state, goal } = this.store.run.value ?? {}
    if (state === 'diverged') return 'diverged'
    return (state === 'paused' && (goal ?? null) === null) || state === 'idle' ? 'paused' : 'live'
  }

  #bar(at: number | null): TemplateResult {
    const { rewind, run } = this.store
    const end = this.#end
    const share = (step: number): string => placeOf(step, end).toFixed(5)
    const marks = this.#marks()
    const goal = run.value?.goal?.step ?? null
    const near = at === null ? [] : marksAt(marks, at, this.#reach(at)).slice(0, 3)
    const words = [at === null ? 'live' : `step ${count(at)} of ${count(this.#now)}`, ...near.map((m) => this.#words(m))].join('; ')
    return html`
      <div class="time-bar" style="--at:${share(at ?? this.#now)};--now:${share(this.#now)}" @pointerenter=${() => { void rewind.list() }}>
        <svg class="time-ticks" aria-hidden="true">${svg`<path d=${this.#tickPath(end)}></path>`}</svg>
        ${goal !== null && goal <= end ? html`<i class="time-goal" aria-hidden="true" style="--place:${share(goal)}"></i>` : nothing}
        <input
          type="range" min="0" max="1" step="any" aria-label="look back" aria-valuetext=${words} aria-describedby="help-timeline"
          .value=${live(share(at ?? this.#now))}
          @input=${(e: Event) => { this.#look((e.target as HTMLInputElement).valueAsNumber) }}
          @change=${() => { this.requestUpdate() }}
          @focus=${() => { void rewind.list() }}
          @keydown=${(e: KeyboardEvent) => { this.#slide(e) }}
        >
        ${marks.length === 0 ? nothing : html`
          <div class="time-marks" role="toolbar" aria-label="changes" @keydown=${(e: KeyboardEvent) => { this.#walk(e) }}>
            ${marks.map((m, i) => html`
              <button
                type="button" class="time-mark" style="--place:${share(m.step)}" tabindex=${i === marks.length - 1 ? 0 : -1} ?data-chosen=${m.revision === this.mark?.revision}
                aria-haspopup="dialog" aria-label=${this.#words(m)} title=${this.#words(m)} @click=${() => { this.#choose(m) }}
              ></button>
            `)}
          </div>
        `}
        <div class="time-scale" aria-hidden="true">
          <span style="--place:0">start</span>
          ${labels(end, this.width, LABEL_GAP).map((v) => html`<span style="--place:${share(v)}">${count(v)}</span>`)}
        </div>
      </div>
    `
  }

  #words(m: Mark): string {
    return `${changeAndWho(m, this.store.controls, this.store.lanes.value)}, step ${count(m.step)}`
  }

  /** How many steps away something is near: so many pixels, or as far as the next snapshot. */
  #reach(at: number): number {
    const next = this.store.rewind.steps.value.find((s) => s > at) ?? this.#now
    return Math.max(REACH * stepsPerPixel(at, this.#end, this.width), next - at)
  }

  /** What is trained up to, and a way to end it. */
  #goal({ step, nll, plateau }: Goal): TemplateResult {
    const parts = [
      step === null ? '' : `until step ${count(step)}`,
      nll === null ? '' : `until test NLL ${fixed(nll, 2)}`,
      plateau === null ? '' : `until no improvement for ${count(plateau)} steps`,
    ].filter((p) => p !== '')
    return html`<span class="time-to">${parts.join(' or ')} <button type="button" class="quiet-button" ?disabled=${!this.store.steers.value} @click=${() => { this.store.pause() }}>stop</button></span>`
  }

  #choose(mark: Mark): void {
    // The same one again, too.
    this.mark = null
    void this.updateComplete.then(() => { this.mark = mark })
  }

  #offer(): TemplateResult | typeof nothing {
    const { mark } = this
    if (!mark) return nothing
    const close = (): void => { this.querySelector<HTMLElement>('#time-mark')?.hidePopover() }
    return html`
      <div class="popup-row time-offer">
        ${offer(this.store, mark, close)}
        <button type="button" class="quiet-button" @click=${() => { close(); this.store.rewind.look(mark.step) }}>view this step</button>
      </div>
    `
  }

  /** From change to change: they are one stop of the Tab key. */
  #walk(e: KeyboardEvent): void {
    const buttons = [...this.querySelectorAll<HTMLElement>('.time-mark')]
    const i = buttons.indexOf(e.target as HTMLElement)
    const to: Readonly<Record<string, number>> = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: buttons.length - 1 }
    const next = buttons[to[e.key] ?? -1]
    if (!next) return
    e.preventDefault()
    next.focus()
  }

  #tickPath(end: number): string {
    const steps = this.store.rewind.steps.value
    const of = `${end} ${this.width} ${steps.length} ${steps.at(-1) ?? ''}`
    if (this.#ticks.of !== of) {
      this.#ticks = { of, path: apart(steps, end, this.width, TICK_GAP).map((s) => `M${(placeOf(s, end) * this.width).toFixed(1)} 0v4`).join('') }
    }
    return this.#ticks.path
  }
}

customElements.define('gnll-timeline', GnllTimeline)
