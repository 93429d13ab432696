import { html, nothing, type TemplateResult } from 'lit'
import { isConnected } from '../net/connection'
import type { Lesson, Spot } from '../generated/api'
import { numberOf } from '../net/lesson'
import { modeOf } from '../state/mode'
import { Spots } from '../state/spots'
import { Part } from './part'

/** The lesson that is on: what to watch, where, and what to try. */
class GnllLesson extends Part {
  static override properties = { folded: { state: true } }
  /** Where there is little room: only the title is seen. */
  declare folded: boolean
  #spots: Spots | null = null
  #stop: (() => void) | null = null

  constructor() {
    super()
    this.folded = false
  }

  protected override firstUpdated(): void {
    this.#spots = new Spots(this.store)
    const { lanes, lessons: { shown }, view } = this.store
    const change = (lesson: Lesson | null): void => {
      this.folded = false
      view.askMode(lesson && modeOf(lesson))
      if (lesson) {
        view.follow(lesson.view)
        const lane = lanes.value[typeof lesson.view['focus'] === 'number' ? lesson.view['focus'] : 0]
        if (lane) view.focus.value = lane.lane
        this.store.touched.value = true // nobody needs to be told what to try first
      } else view.lens.value = 'off'
    }
    this.#stop = shown.subscribe(change)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#spots?.dispose()
    this.#stop?.()
  }

  protected override render(): TemplateResult | typeof nothing {
    const { lessons, steers, link } = this.store
    const lesson = lessons.shown.value
    if (!lesson) return nothing
    const off = !steers.value || !isConnected(link.value)
    const { next } = lessons
    return html`
      <section class="lesson" aria-labelledby="lesson-title" ?data-folded=${this.folded}>
        <header class="lesson-head">
          <h2 id="lesson-title"><span class="lesson-word">Lesson</span> ${lesson.title}</h2>
          <div class="lesson-buttons">
            <button type="button" class="quiet-button lesson-fold" aria-expanded=${this.folded ? 'false' : 'true'} aria-controls="lesson-body" @click=${() => { this.folded = !this.folded }}>${this.folded ? 'Unfold' : 'Fold'}</button>
            <button type="button" class="quiet-button" title="Restart this lesson" ?disabled=${off} @click=${() => { void lessons.begin(lesson) }}>Again</button>
            ${next ? html`<button type="button" class="quiet-button" title="next lesson: ${next.title}" ?disabled=${off} @click=${() => { void lessons.begin(next) }}>Next lesson</button>` : nothing}
            <button type="button" class="quiet-button" title="Close the lesson; the run continues" @click=${() => { lessons.close() }}>Close</button>
          </div>
        </header>
        <ol class="lesson-body" id="lesson-body">
          ${lesson.watch.map((sentence, i) => html`<li>${this.#number(i, lesson.spots[i])}<p>${sentence}</p></li>`)}
          <li>${this.#number(3, lesson.spots[3])}<p><b>Try:</b> ${lesson.try}</p></li>
        </ol>
        <span class="unseen" role="status">lesson ${lesson.title} is on</span>
      </section>
    `
  }

  /** The number that stands at the spot; it brings it into sight. */
  #number(i: number, spot: Spot | undefined): TemplateResult | typeof nothing {
    if (!spot) return nothing
    const where = spot.control ?? spot.panel ?? ''
    return html`
      <button type="button" class="lesson-number" aria-label="${i + 1}, at ${where}: ${spot.label}" title="at ${where}: ${spot.label}" @click=${() => { this.#spots?.show(spot) }}>${numberOf(i)}</button>
    `
  }
}

customElements.define('gnll-lesson', GnllLesson)
