import type { Order } from './api'
import type { BeginCommand, ControlValue, DataSpec, LaneSpec } from '../generated/wire'

/** A run that shows one thing, as GET /api/lessons has it. */
export interface Lesson {
  readonly slug: string
  readonly title: string
  /** One line. */
  readonly summary: string
  /** Three sentences: what there is to see. */
  readonly watch: readonly string[]
  /** What to change next. */
  readonly try: string
  /** Where it is to be seen, a spot for each sentence and perhaps one for what to change. */
  readonly spots: readonly Spot[]
  readonly set: Readonly<Record<string, ControlValue>>
  readonly lanes: readonly LaneSpec[]
  readonly data?: DataSpec
  /** How the page shows it, as far as it knows how. */
  readonly view: Readonly<Record<string, unknown>>
}

/** A control or a panel, and on the fit and the noise perhaps an x. */
export interface Spot {
  readonly control?: string
  readonly panel?: string
  readonly x?: number
  readonly label: string
}

const NUMBERS = ['①', '②', '③', '④']

/** How the spot of that number is marked, counted from 0. */
export function numberOf(i: number): string {
  return NUMBERS[i] ?? ''
}

/** What the run of a lesson is called, for people. */
function titleOf(lesson: Pick<Lesson, 'title'>): string {
  return `lesson: ${lesson.title}`
}

/** The command that has a run begin a lesson. */
export function beginOf(lesson: Lesson): Omit<BeginCommand, 'id'> {
  const { slug, set, lanes, data } = lesson
  return { type: 'begin', title: titleOf(lesson), lesson: slug, set, lanes, ...(data ? { data } : {}) }
}

/** The order for a new run that begins with a lesson. */
export function orderOf(lesson: Lesson): Order {
  const { slug, set, lanes, data } = lesson
  return { ...set, title: titleOf(lesson), lesson: slug, lanes, ...(data ? { data } : {}) }
}
