import { keep, kept } from './kept'

/** What this browser's user wants to be called where others see it; empty: by a colour. */
export function rememberedName(): string {
  return kept('name') ?? ''
}

export function rememberName(name: string): void {
  keep('name', name === '' ? undefined : name)
}

const NUMBERS = 'gnllviz.numbers.'
const MOST = 20

/** The numbers under which this tab has changed a run, which are others after each reload. */
export function numbersOf(run: string): readonly number[] {
  try {
    return (sessionStorage.getItem(NUMBERS + run) ?? '').split(',').filter((n) => n !== '').map(Number)
  } catch {
    return [] // storage can be forbidden
  }
}

/** Notes such a number. */
export function noteNumber(run: string, person: number): void {
  const known = numbersOf(run)
  if (known.at(-1) === person) return
  try {
    sessionStorage.setItem(NUMBERS + run, [...known, person].slice(-MOST).join())
  } catch {
    // Storage can be forbidden; then after a reload they are somebody else's.
  }
}
