import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import { isConnected } from '../net/connection'
import type { Lesson, Question, Spot } from '../generated/api'
import { count, withUnit } from '../math/format'
import { numberOf } from '../net/lesson'
import type { Answer } from '../state/answers'
import { act, actionWords, back, doneWords } from '../state/lesson-action'
import type { Phase } from '../state/lesson-play'
import { modeOf } from '../state/mode'
import { Spots } from '../state/spots'
import { questionForm, reveal, type Asked } from './lesson-questions'
import { Part } from './part'

/** The lesson that is on: what it asks, what to watch, where, and what to try. */
class GnllLesson extends Part {
  static override properties = { folded: { state: true } }
  /** Where there is little room: only the title is seen. */
  declare folded: boolean
  #spots: Spots | null = null
  #stops: Array<() => void> = []
  /** The focus is to go to what follows an answer, as the form that had it is gone. */
  #answered = false
  /** The focus is in it before it is rendered again. */
  #focused = false

  constructor() {
    super()
    this.folded = false
  }

  protected override firstUpdated(): void {
    this.#spots = new Spots(this.store)
    const { course, lanes, lessons: { shown }, view } = this.store
    const change = (lesson: Lesson | null): void => {
      this.folded = false
      view.askMode(lesson && modeOf(lesson), lesson?.view['mode'] !== undefined)
      if (lesson) {
        view.follow(lesson.view)
        const lane = lanes.value[typeof lesson.view['focus'] === 'number' ? lesson.view['focus'] : 0]
        if (lane) view.focus.value = lane.lane
        this.store.touched.value = true // nobody needs to be told what to try first
      } else view.release()
    }
    this.#stops = [
      shown.subscribe(change),
      course.phase.subscribe((phase) => {
        this.querySelector('.lesson-room')?.scrollTo({ top: 0 })
        if (phase) this.#bring()
      }),
    ]
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#spots?.dispose()
    for (const stop of this.#stops) stop()
  }

  /** Where the page scrolls, the fit comes into sight above the card. */
  #bring(): void {
    const { scrollHeight, clientHeight } = document.documentElement
    if (scrollHeight > clientHeight) this.store.view.places.find('predictions')?.scrollIntoView({ block: 'start' })
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed)
    this.#focused = this.contains(document.activeElement)
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed)
    // What had the focus may be gone with its phase.
    if (this.#answered || (this.#focused && !this.contains(document.activeElement))) {
      const next = this.querySelector<HTMLElement>(this.#answered ? '.lesson-question input, .lesson-now' : '.lesson-now') ?? this.querySelector<HTMLElement>('.lesson-room')
      next?.focus({ preventScroll: true })
    }
    this.#answered = false
  }

  protected override render(): TemplateResult | typeof nothing {
    const { course, lessons, steers, link } = this.store
    if (!lessons.on.value) return nothing
    const lesson = lessons.shown.value
    const phase = course.phase.value
    // Its text comes in a moment, and has its room already.
    if (!lesson || !phase) return html`<section class="lesson" aria-label="lesson" aria-busy="true"></section>`
    const off = !isConnected(link.value)
    const { next } = lessons
    return html`
      <section class="lesson" aria-labelledby="lesson-title" data-phase=${phase} ?data-folded=${this.folded}>
        <header class="lesson-head">
          <h2 id="lesson-title"><span class="lesson-word">Lesson</span> ${lesson.title}</h2>
          <div class="lesson-buttons">
            <button type="button" class="quiet-button lesson-fold" aria-expanded=${this.folded ? 'false' : 'true'} aria-controls="lesson-body" @click=${() => { this.folded = !this.folded }}>${this.folded ? 'Unfold' : 'Fold'}</button>
            ${steers.value ? html`
              <button type="button" class="quiet-button" title="Restart this lesson" ?disabled=${off} @click=${() => { void lessons.begin(lesson) }}>Again</button>
              ${next ? html`<button type="button" class="quiet-button" title="next lesson: ${next.title}" ?disabled=${off} @click=${() => { void lessons.begin(next) }}>Next lesson</button>` : nothing}
            ` : nothing}
            <button type="button" class="quiet-button" title="Close the lesson; the run continues" @click=${() => { lessons.close() }}>Close</button>
          </div>
        </header>
        <div class="lesson-room" id="lesson-body" role="group" aria-label="text of the lesson" tabindex="0">
          ${keyed(phase, this.#body(lesson, phase, off))}
        </div>
        <span class="unseen" role="status">${this.#status(lesson, phase)}</span>
      </section>
    `
  }

  #body(lesson: Lesson, phase: Phase, off: boolean): TemplateResult {
    const { action } = lesson
    switch (phase) {
      case 'ask':
        return this.#ask(lesson)
      case 'run':
        // A sentence would tell the answer before it is there to be seen.
        return html`
          ${this.#now()}
          ${this.store.course.until.value > 0 ? this.#places(lesson.spots.slice(0, lesson.watch.length)) : this.#sentences(lesson.watch, lesson.spots, this.#try(lesson, off))}
        `
      case 'shown':
        return html`
          ${this.#here()}
          ${this.#revealed(lesson, 'before')}
          ${this.#sentences(lesson.watch, lesson.spots, html`<li class="lesson-after">${this.#after(lesson)}</li>${this.#try(lesson, off)}`)}
        `
      case 'tries':
        return html`${this.#done(lesson, off)} ${this.#now()} ${this.#places(action?.spots ?? [])}`
      case 'tried':
        return html`
          ${this.#done(lesson, off)}
          ${this.store.course.until.value > 0 ? this.#here() : nothing}
          ${this.#sentences(action?.watch ?? [], action?.spots ?? [], nothing)}
        `
    }
  }

  #sentences(sentences: readonly string[], spots: readonly Spot[], more: TemplateResult | typeof nothing): TemplateResult {
    return html`<ol class="lesson-body">${sentences.map((sentence, i) => html`<li>${this.#number(i, spots[i])}<p>${sentence}</p></li>`)}${more}</ol>`
  }

  /** Where there will be something to see. */
  #places(spots: readonly Spot[]): TemplateResult | typeof nothing {
    if (spots.length === 0) return nothing
    return html`
      <p class="lesson-summary">Meanwhile watch:</p>
      <ol class="lesson-body lesson-places">${spots.map((spot, i) => html`<li>${this.#number(i, spot, false)}<p>${this.#where(spot)}</p></li>`)}</ol>
    `
  }

  /** The place of a spot, in the words of the page. */
  #where({ control, panel, x, lane }: Spot): string {
    const name = this.store.controls.find((c) => c.name === control)?.label ?? panel ?? ''
    const input = this.store.run.value?.data.inputs[0]
    const at = x === undefined ? '' : ` at ${input?.name ?? 'x'} = ${withUnit(String(x).replace('-', '−'), input?.unit ?? '')}`
    return `${name.charAt(0).toUpperCase()}${name.slice(1)}${at}${lane === undefined ? '' : `, model “${lane}”`}`
  }

  #try(lesson: Lesson, off: boolean): TemplateResult {
    return html`<li>${this.#number(3, lesson.spots[3])}<p><b>Try:</b> ${lesson.try} ${this.#tryButton(lesson, off)}</p></li>`
  }

  /** What was proposed has been done, and can be taken back. */
  #done({ action }: Lesson, off: boolean): TemplateResult | typeof nothing {
    const { controls, steers, tried } = this.store
    const { value } = tried
    if (!action || !value) return nothing
    return html`
      <p class="lesson-done"><b>✓ Done:</b> ${doneWords(action, controls)}
      ${steers.value ? html`<button type="button" class="button lesson-back" title="Undo this and all later changes" ?disabled=${off} @click=${() => { void back(this.store, value) }}>Back</button>` : nothing}</p>
    `
  }

  #status(lesson: Lesson, phase: Phase): string {
    const { until } = this.store.course
    switch (phase) {
      case 'ask': return `lesson ${lesson.title}: a question before training starts`
      case 'shown': return `lesson ${lesson.title}: step ${count(until.value)} is reached, and the answer is shown`
      case 'tries': return `lesson ${lesson.title}: what it proposes is done, and trains`
      case 'tried': return `lesson ${lesson.title}: what it proposes is done, and what comes of it is shown`
      case 'run': return `lesson ${lesson.title} is on`
    }
  }

  /** The question before the run whose turn it is. */
  #ask(lesson: Lesson): TemplateResult {
    const { course, steers } = this.store
    const questions = lesson.questions?.before ?? []
    const i = course.asked.value
    const question = questions[i]
    return html`
      <p class="lesson-summary">${lesson.summary}</p>
      ${question ? this.#form({ part: 'before', i, of: questions.length, question }) : nothing}
      ${steers.value ? nothing : html`<p class="note">Training starts when the presenter starts it.</p>`}
    `
  }

  #form(asked: Asked): TemplateResult {
    return questionForm(this.store, asked, (answer) => { this.#give(asked, answer) })
  }

  #give({ part, i }: Asked, answer: Answer): void {
    this.#answered = true
    this.store.course.give(part, i, answer)
    this.requestUpdate()
  }

  /** Up to where the run trains now, and what lets it. */
  #now(): TemplateResult | typeof nothing {
    const { course, lanes, steers } = this.store
    const { value: until } = course.until
    if (until === 0) return nothing
    const yours = course.phase.value === 'run' ? this.#predicted() : ''
    return html`
      <p class="lesson-now" tabindex="-1">${this.#rests && steers.value
        ? html`<button type="button" class="button primary" @click=${() => { course.go() }}>Run to step ${count(until)}</button>`
        : html`Training ${lanes.value.length > 1 ? `${lanes.value.length} models` : ''} pauses by itself at step ${count(until)}.`}
        ${yours === '' ? nothing : html`<span>${yours}</span>`}</p>
    `
  }

  /** What was to be seen is there; training can go on as long as it changes anything. */
  #here(): TemplateResult {
    const { course, steers } = this.store
    if (course.finished.value) return html`<p class="lesson-now" tabindex="-1"><b>Here it is.</b> <span>Training is finished: the learning rate has fallen to 0.</span></p>`
    return html`<p class="lesson-now" tabindex="-1">${this.#rests
      ? html`<b>Here it is${steers.value ? '. Continue?' : '.'}</b> ${steers.value ? html`<button type="button" class="button primary" @click=${() => { this.store.play() }}>Continue</button>` : nothing}`
      : html`<b>Here it is.</b>`}</p>`
  }

  /** The run is paused, and not on its way. */
  get #rests(): boolean {
    const { state, goal } = this.store.run.value ?? {}
    return state === 'paused' && (goal ?? null) === null
  }

  /** The reader's answer to the last question that has choices. */
  #predicted(): string {
    const said = (this.store.lessons.shown.value?.questions?.before ?? []).flatMap((q, i) => {
      const answer = this.store.course.answer('before', i)
      return typeof answer === 'number' ? [q.choices?.[answer]?.answer ?? ''] : []
    })
    return said.length === 0 ? '' : `Your prediction: ${said.at(-1) ?? ''}.`
  }

  #revealed(lesson: Lesson, part: 'before' | 'after'): TemplateResult[] {
    const questions = lesson.questions?.[part] ?? []
    return questions.map((question, i) => reveal(this.store, { part, i, of: questions.length, question }, this.store.course.answer(part, i)))
  }

  /** The questions after the run: each to be answered, or with its answer. */
  #after(lesson: Lesson): TemplateResult[] {
    const questions: readonly Question[] = lesson.questions?.after ?? []
    return questions.map((question, i) => {
      const asked: Asked = { part: 'after', i, of: questions.length, question }
      const answer = this.store.course.answer('after', i)
      return answer === null ? this.#form(asked) : reveal(this.store, asked, answer)
    })
  }

  #tryButton(lesson: Lesson, off: boolean): TemplateResult | typeof nothing {
    const { action } = lesson
    if (!action || !this.store.steers.value) return nothing
    return html`<button type="button" class="button lesson-try" ?disabled=${off} @click=${() => { void act(this.store, lesson, action) }}>${actionWords(action, this.store.controls)}</button>`
  }

  /** The number that stands at the spot; it brings it into sight. */
  #number(i: number, spot: Spot | undefined, isThere = true): TemplateResult | typeof nothing {
    if (!spot) return nothing
    const control = this.store.controls.find(({ name }) => name === spot.control)
    const where = `at ${control?.label ?? spot.panel ?? ''}${isThere ? `: ${spot.label}` : ''}`
    return html`
      <button type="button" class="lesson-number" aria-label="${i + 1}, ${where}" title=${where} @click=${() => { this.#spots?.show(spot) }}>${numberOf(i)}</button>
    `
  }
}

customElements.define('gnll-lesson', GnllLesson)
