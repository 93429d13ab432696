import { computed, effect, signal, type ReadonlySignal } from '@preact/signals-core'
import type { Lesson, Question } from '../generated/api'
import type { Data, Goal, Lane, State } from '../generated/wire'
import { levelBand, type Band } from '../math/sketch'
import type { GridFrame, LanePicture } from '../net/frame'
import { keepAnswers, noAnswers, readAnswers, type Answer, type Answers } from './answers'
import type { Tried } from './lesson-tried'

/**
 * Where a lesson is: its questions are asked, its run trains, or what is to be seen is there;
 * or what it proposes to try has been done, and trains, or shows what comes of it.
 */
export type Phase = 'ask' | 'run' | 'shown' | 'tries' | 'tried'

/** A band on the fit that somebody has drawn, or is drawing. */
export interface Sketch {
  readonly lane: number
  readonly band: Band
  /** Whether it still can be changed. */
  readonly active: boolean
}

/** What it needs of the store. */
interface Needs {
  readonly id: string
  readonly shown: ReadonlySignal<Lesson | null>
  readonly run: ReadonlySignal<{ readonly generation: number; readonly state: State; readonly goal: Goal | null; readonly data: Pick<Data, 'y'> } | null>
  readonly lanes: ReadonlySignal<readonly Lane[]>
  readonly live: ReadonlySignal<readonly LanePicture[]>
  readonly grid: ReadonlySignal<GridFrame | null>
  readonly steers: ReadonlySignal<boolean>
  /** What the lesson proposes, if it has been done. */
  readonly tried: ReadonlySignal<Tried | null>
  /** Trains up to a step, then pauses. */
  until(step: number): void
}

/**
 * The course of a lesson: it asks, trains until its pause, and shows the answers. What is
 * answered stays in this browser; who only watches answers for himself, and waits.
 */
export class LessonPlay {
  readonly answers = signal<Answers>(noAnswers(''))
  /** The band that is being drawn. */
  readonly draft = signal<Band | null>(null)
  readonly phase: ReadonlySignal<Phase | null>
  /** The number of the question before the run that is asked now; -1: none. */
  readonly asked: ReadonlySignal<number>
  readonly sketch: ReadonlySignal<Sketch | null>
  /** The step at which the run pauses by itself; 0: at none. */
  readonly until: ReadonlySignal<number>
  /** Whether the learning rate has fallen to 0, so that nothing changes any more. */
  readonly finished: ReadonlySignal<boolean>
  readonly #of: Needs

  constructor(of: Needs) {
    this.#of = of
    const { shown, run, live, steers, tried } = of
    // Only a lesson has any: a page without one does not wait for the browser's storage.
    let isRead = false
    effect(() => {
      if (isRead || !shown.value) return
      isRead = true
      this.answers.value = readAnswers(of.id)
    })
    const step = computed(() => {
      const fit = live.value[0]?.fit
      return fit && fit.generation === run.value?.generation ? fit.step : 0
    })
    this.until = computed(() => (shown.value ? (tried.value ? tried.value.until : (shown.value.pause ?? 0)) : 0))
    const end = computed(() => endOf(shown.value))
    this.finished = computed(() => end.value > 0 && step.value >= end.value)
    const there = computed(() => step.value >= this.until.value)
    const rests = computed(() => run.value?.state !== 'playing' && (run.value?.goal ?? null) === null)
    this.asked = computed(() => {
      const { before } = this.#given
      const i = (shown.value?.questions?.before ?? []).findIndex((_, k) => (before[k] ?? null) === null)
      return step.value === 0 && rests.value ? i : -1
    })
    this.phase = computed(() => {
      if (!shown.value) return null
      if (tried.value) return there.value ? 'tried' : 'tries'
      if (this.until.value > 0 && there.value) return 'shown'
      return this.asked.value >= 0 ? 'ask' : 'run'
    })
    this.sketch = computed(() => this.#sketched())
    // Whoever lets it train, it stops where there is something to see.
    let played = false
    effect(() => {
      const plays = steers.value && run.value?.state === 'playing' && run.value.goal === null
      // Once the learning rate is 0 there is nothing more to see.
      const next = [this.until.value, end.value].find((at) => step.value < at)
      if (plays && !played && next !== undefined) of.until(next)
      played = plays
    })
  }

  /** The answers to the lesson that is on. */
  get #given(): Answers {
    const { value } = this.answers
    const slug = this.#of.shown.value?.slug ?? ''
    return value.lesson === slug ? value : noAnswers(slug)
  }

  answer(part: 'before' | 'after', i: number): Answer | null {
    return this.#given[part][i] ?? null
  }

  /** Takes an answer; after the last question before the run it trains. */
  give(part: 'before' | 'after', i: number, answer: Answer): void {
    const given = this.#given
    const list = [...given[part]]
    for (let k = list.length; k < i; k++) list[k] = null
    list[i] = answer
    this.answers.value = { ...given, [part]: list }
    keepAnswers(this.#of.id, this.answers.value)
    this.draft.value = null
    if (part === 'before' && this.asked.value < 0) this.go()
  }

  /** Trains until the pause. */
  go(): void {
    const { value } = this.until
    if (this.#of.steers.value && value > 0) this.#of.until(value)
  }

  /** Nothing has been answered. */
  forget(): void {
    this.answers.value = noAnswers(this.#of.shown.value?.slug ?? '')
    keepAnswers(this.#of.id, this.answers.value)
    this.draft.value = null
  }

  #sketched(): Sketch | null {
    const { shown, lanes, grid, run } = this.#of
    const before = shown.value?.questions?.before ?? []
    const laneOf = ({ draw }: Question): number => lanes.value.find(({ name }) => name === draw?.lane)?.lane ?? lanes.value[0]?.lane ?? 0
    const current = before[this.asked.value]
    const x = grid.value?.x
    if (current?.draw && x && run.value && !grid.value.y) {
      const band = this.draft.value ?? levelBand(x[0] ?? 0, x.at(-1) ?? 1, run.value.data.y)
      return { lane: laneOf(current), band, active: true }
    }
    const i = before.findIndex((q, k) => q.draw && typeof this.answer('before', k) === 'object' && this.answer('before', k) !== null)
    const [question, band] = [before[i], this.answer('before', i)]
    return question && typeof band === 'object' && band ? { lane: laneOf(question), band, active: false } : null
  }
}

/** The step at which a lesson's learning rate has fallen to 0; 0: it does not. */
function endOf(lesson: Lesson | null): number {
  const { schedule, schedule_steps: steps, schedule_final: final } = lesson?.set ?? {}
  return schedule === 'cosine' && final === 0 && typeof steps === 'number' ? steps : 0
}
