import { controlValue, withUnit } from '../math/format'
import type { Control, Lane } from '../generated/wire'
import { sameValue, type Settings } from '../net/settings'

/** What stands where a control is of no concern to a lane. */
export const NONE = '–'

/** A control that is not set alike in all lanes. */
export interface Difference {
  readonly control: string
  readonly label: string
  /** In words, lane by lane. */
  readonly values: readonly string[]
}

/** In which controls the lanes differ, in the table's order. auto is what a control comes to that is left to the program. */
export function differences(
  controls: readonly Control[], lanes: readonly Lane[], of: (lane: number) => Settings, auto: (c: Control) => number = () => NaN,
): Difference[] {
  const settings = lanes.map((l) => of(l.lane))
  return controls.filter((c) => !c.run).flatMap((c) => {
    // What a setting is where nothing heeds it is no difference.
    const heeded = settings.map((s) => (heeds(s, c) ? (s[c.name] ?? c.default) : undefined))
    if (heeded.every((v) => sameValue(v, heeded[0]))) return []
    return [{ control: c.name, label: c.label, values: heeded.map((v) => (v === undefined ? NONE : withUnit(controlValue(c, v, auto(c)), typeof v === 'number' ? c.unit : ''))) }]
  })
}

function heeds(s: Settings, { when }: Control): boolean {
  if (when.control === '') return true
  const value = String(s[when.control] ?? '')
  return when.values.length === 0 ? value !== '' : when.values.includes(value)
}
