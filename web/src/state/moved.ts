import { keep, kept } from './kept'

/** What earlier versions of the page remembered in localStorage, by the names that it has in both. */
const NAMES = ['mode', 'dismissed', 'name'] as const

/**
 * Takes over what an earlier version remembered, unless something newer is remembered; it
 * says whether there was anything. Once in a browser, and after the first fit is painted:
 * whoever asks localStorage first waits for it.
 */
export function moveKept(): boolean {
  if (kept('moved') !== undefined) return false
  let any = false
  try {
    for (const name of NAMES) {
      const value = localStorage.getItem(`gnllviz.${name}`)
      if (value === null) continue
      if (kept(name) === undefined) {
        keep(name, value)
        any = true
      }
      localStorage.removeItem(`gnllviz.${name}`)
    }
  } catch {
    return any // storage can be forbidden
  }
  keep('moved', 'yes')
  return any
}
