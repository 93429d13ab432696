import type { Lesson } from '../generated/api'
import { keep, kept } from './kept'

/** How much of the page is seen: what a first visit needs, or everything. */
export type Mode = 'simple' | 'full'

export const MODES: readonly Mode[] = ['simple', 'full']

/** The controls of the simple page; those in the header count, too. */
export const SIMPLE_CONTROLS: ReadonlySet<string> = new Set(['dataset', 'loss', 'eps', 'full', 'lr', 'decay', 'members', 'speed'])

/** The panels that only the full page has, by the names that spots of lessons use. */
const FULL_PANELS: ReadonlySet<string> = new Set(['anatomy', 'calibration', 'metrics'])

/** What this browser has chosen; a first visit is simple. A page within another one has no panels to leave out. */
export function rememberedMode(): Mode {
  if (typeof document !== 'undefined' && document.documentElement.dataset['form'] === 'embed') return 'full'
  return kept('mode') === 'full' ? 'full' : 'simple'
}

export function rememberMode(mode: Mode): void {
  keep('mode', mode)
}

/** The mode in which a lesson is shown: the one that it names, else full if it points at a panel that the simple page does not have; null: whichever was chosen. */
export function modeOf({ view, spots }: Pick<Lesson, 'view' | 'spots'>): Mode | null {
  const named = MODES.find((m) => m === view['mode'])
  if (named) return named
  return spots.some(({ panel }) => panel !== undefined && FULL_PANELS.has(panel)) ? 'full' : null
}
