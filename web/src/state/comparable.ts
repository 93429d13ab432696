import type { Control, ControlValue, Lane } from '../generated/wire'
import { sameValue, type Settings } from '../net/settings'

/**
 * Whether the models minimise one loss, so that what they minimise can be compared: the
 * same loss with the same parameters, and the same constants in it.
 */
export function minimiseTheSame(lanes: ReadonlyArray<Pick<Lane, 'lane'>>, of: (lane: number) => Settings, controls: readonly Control[]): boolean {
  const [first, ...others] = lanes.map((l) => of(l.lane))
  if (!first) return true
  const loss = first['loss']
  // What belongs to the loss: a parameter of it, or whether it has its constant.
  const own = controls.filter((c) => c.name === 'loss' || c.name === 'full' || (c.when.control === 'loss' && c.when.values.some((v) => sameAs(v, loss))))
  return others.every((o) => own.every((c) => sameValue(o[c.name] ?? c.default, first[c.name] ?? c.default)))
}

const sameAs = (a: ControlValue, b: ControlValue | undefined): boolean => b !== undefined && sameValue(a, b)
