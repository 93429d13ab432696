import { isBand, type Band } from '../math/sketch'

/** What somebody answered: the number of a choice from 0, a band, or nothing. */
export type Answer = number | Band | 'skipped'

/** The answers to a lesson's questions in their order; null: none yet. */
export interface Answers {
  readonly lesson: string
  readonly before: ReadonlyArray<Answer | null>
  readonly after: ReadonlyArray<Answer | null>
}

const KEY = 'gnllviz.answers'
const MOST = 20 // runs whose answers are kept

export function noAnswers(lesson: string): Answers {
  return { lesson, before: [], after: [] }
}

/** The answers that were given in this browser to the lesson of a run. They are sent nowhere. */
export function readAnswers(run: string): Answers {
  const found = all().find(([id]) => id === run)?.[1]
  if (typeof found !== 'object' || found === null) return noAnswers('')
  const { lesson, before, after } = found as Record<string, unknown>
  return { lesson: typeof lesson === 'string' ? lesson : '', before: answersOf(before), after: answersOf(after) }
}

export function keepAnswers(run: string, answers: Answers): void {
  const others = all().filter(([id]) => id !== run)
  try {
    localStorage.setItem(KEY, JSON.stringify([...others, [run, answers]].slice(-MOST)))
  } catch {
    // Storage can be forbidden; then answers last as long as the page.
  }
}

function all(): ReadonlyArray<readonly [run: unknown, answers: unknown]> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter((pair): pair is [unknown, unknown] => Array.isArray(pair) && pair.length === 2) : []
  } catch {
    return []
  }
}

function answersOf(v: unknown): ReadonlyArray<Answer | null> {
  return Array.isArray(v) ? v.map((a: unknown) => (typeof a === 'number' || a === 'skipped' || isBand(a) ? a : null)) : []
}
