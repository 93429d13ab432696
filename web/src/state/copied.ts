import type { PresentedView } from '../generated/wire'

const KEY = 'gnllviz.copied.'

/** Where a copy was made, and what was looked at there. */
export interface Original {
  /** Its page. */
  readonly page: string
  readonly view: PresentedView
}

/** Notes, for the page that is opened next, of which run it shows a copy. */
export function noteCopy(copy: string, original: Original): void {
  try {
    sessionStorage.setItem(KEY + copy, JSON.stringify(original))
  } catch {
    // Storage can be forbidden; the browser's own way back remains.
  }
}

/** The run of which this tab made the copy; null if it did not. */
export function originalOf(copy: string): Original | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY + copy) ?? 'null') as Original | null
  } catch {
    return null
  }
}
