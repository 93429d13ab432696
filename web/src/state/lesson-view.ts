import { PRESETS } from '../math/bands'
import type { Lesson } from '../net/lesson'
import type { LossKind } from './history'
import type { Lens, Store, View } from './store'

const LENSES: readonly string[] = ['off', 'mean', 'variance'] satisfies Lens[]
const VIEWS: readonly string[] = ['fit', 'targets'] satisfies View[]
const LOSSES: readonly string[] = ['loss', 'nll', 'batch'] satisfies LossKind[]

/** Shows things as a lesson wants them shown, as far as its words are known here. */
export function follow({ view }: Pick<Lesson, 'view'>, store: Store): void {
  const wanted = (name: string, options: readonly string[]): string | null => {
    const value = view[name]
    return typeof value === 'string' && options.includes(value) ? value : null
  }
  store.view.value = wanted('panel', VIEWS) === 'targets' ? 'targets' : 'fit'
  store.lens.value = (wanted('lens', LENSES) ?? 'off') as Lens
  const lane = store.lanes.value[typeof view['focus'] === 'number' ? view['focus'] : 0]
  if (lane) store.look(lane.lane)
  // The loss may render only later, and then shows what the page's looks say.
  const kind = wanted('loss', LOSSES)
  if (kind !== null) store.looks.choice('loss', LOSSES, 'loss').value = kind
  const bands = PRESETS.find((p) => p.bands.unit === view['bands'])?.bands
  if (bands) store.bands.value = bands
}
