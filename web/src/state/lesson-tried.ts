import type { Action } from '../generated/api'
import type { Change, Lane } from '../generated/wire'
import { sameValue, type Settings } from '../net/settings'

/** What a lesson proposes has been done. */
export interface Tried {
  /** The first of the changes that did it, to which an undo goes back; 0: it is not known. */
  readonly revision: number
  /** The step at which the run pauses, as what is to be seen then is there; 0: it does not. */
  readonly until: number
}

/** What it is held against. */
interface Now {
  readonly lanes: readonly Lane[]
  readonly ids: readonly number[]
  readonly changes: readonly Change[]
  /** The run's settings, with those of a lane. */
  readonly settings: (lane: number) => Settings
}

/**
 * Says whether what an action does holds now, whoever did it, on whatever page: its controls
 * have its values, and its rows are gone. Then undo has a way back.
 */
export function triedOf(action: Action | undefined, now: Now): Tried | null {
  if (!action || !holds(action, now)) return null
  const { changes } = now
  const last = changes.findLastIndex((c) => isOf(action, c))
  const did = changes[last]
  if (!did) return { revision: 0, until: action.steps ?? 0 } // a reset since then
  // One change of each lane, and of what is the run's.
  let first = last
  while (first > 0 && did.kind === 'control' && isOneMore(action, changes, first, last)) first--
  return { revision: changes[first]?.revision ?? 0, until: action.steps ? did.step + action.steps : 0 }
}

function holds({ lane: name, set = {}, erase = [] }: Action, { lanes, ids, settings }: Now): boolean {
  const wanted = lanes.filter((l) => name === undefined || l.name === name)
  const values = Object.entries(set)
  if (wanted.length === 0 || values.length + erase.length === 0) return false
  return !erase.some((id) => ids.includes(id)) && wanted.every(({ lane }) => values.every(([control, value]) => sameValue(value, settings(lane)[control])))
}

/** Whether a change may be one that did it. */
function isOf({ set = {}, erase = [], reset = false }: Action, c: Change): boolean {
  if (reset) return c.kind === 'begin'
  return c.kind === 'control' ? c.control in set : c.kind === 'data' && erase.length > 0
}

function isOneMore(action: Action, changes: readonly Change[], first: number, last: number): boolean {
  const before = changes[first - 1]
  if (before?.kind !== 'control' || !isOf(action, before)) return false
  return !changes.slice(first, last + 1).some((c) => c.control === before.control && c.lane === before.lane)
}
