import type { Order } from './api'
import type { Lesson } from '../generated/api'
import type { BeginCommand } from '../generated/wire'

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
  return { type: 'begin', title: titleOf(lesson), lesson: slug, set, lanes, ...(data ? { data } : {}), ...(asks(lesson) ? { paused: true } : {}) }
}

/** The order for a new run that begins with a lesson. */
export function orderOf(lesson: Lesson): Order {
  const { slug, set, lanes, data } = lesson
  return { ...set, title: titleOf(lesson), lesson: slug, lanes, ...(data ? { data } : {}), ...(asks(lesson) ? { paused: true } : {}) }
}

/** Whether it has a question that is asked before it trains. */
function asks({ questions }: Lesson): boolean {
  return (questions?.before ?? []).length > 0
}
