import { root } from '../net/root'

/** A run whose key this browser has. */
export interface Mine {
  readonly id: string
  readonly key: string
  /** When this browser had it open last, in ms since 1970. */
  readonly used: number
}

/** How many are kept: whoever opens more loses those not used for longest. */
export const MOST = 50

// Beside those of another server under the same origin.
const NAME = `gnllviz.runs:${root.pathname}`

/** The runs whose keys this browser has, the one used last first. The keys never leave the browser unasked. */
export function mine(): readonly Mine[] {
  try {
    return readMine(localStorage.getItem(NAME))
  } catch {
    return [] // storage can be forbidden
  }
}

/** Notes that a run is open here. */
export function noteMine(id: string, key: string, used = Date.now()): void {
  write([{ id, key, used }, ...mine().filter((m) => m.id !== id)])
}

/** Takes a run off the list, and its key with it. */
export function forgetMine(id: string): void {
  write(mine().filter((m) => m.id !== id))
}

/** What is stored, as far as it can be used. */
export function readMine(text: string | null): readonly Mine[] {
  let stored: unknown
  try {
    stored = JSON.parse(text ?? '[]')
  } catch {
    return []
  }
  return Array.isArray(stored) ? stored.filter(isMine).toSorted((a, b) => b.used - a.used).slice(0, MOST) : []
}

function isMine(x: unknown): x is Mine {
  if (typeof x !== 'object' || x === null) return false
  const { id, key, used } = x as Record<string, unknown>
  return typeof id === 'string' && typeof key === 'string' && typeof used === 'number' && Number.isFinite(used)
}

function write(runs: readonly Mine[]): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(runs.slice(0, MOST)))
  } catch {
    // Storage can be forbidden or full; then the address alone has the key, as it always does.
  }
}
