import type { Lesson } from '../generated/api'

/** How much of the page is seen: what a first visit needs, or everything. */
export type Mode = 'simple' | 'full'

export const MODES: readonly Mode[] = ['simple', 'full']

/** The controls of the simple page; those in the header count, too. */
export const SIMPLE_CONTROLS: ReadonlySet<string> = new Set(['dataset', 'loss', 'eps', 'full', 'lr', 'decay', 'members', 'speed'])

/** The panels that only the full page has, by the names that spots of lessons use. */
const FULL_PANELS: ReadonlySet<string> = new Set(['anatomy', 'calibration', 'metrics'])

const KEY = 'gnllviz.mode'

/** What this browser has chosen; a first visit is simple. A page within another one has no panels to leave out. */
export function rememberedMode(): Mode {
  try {
    if (document.documentElement.dataset['form'] === 'embed') return 'full'
    return localStorage.getItem(KEY) === 'full' ? 'full' : 'simple'
  } catch {
    return 'simple' // storage can be forbidden
  }
}

export function rememberMode(mode: Mode): void {
  try {
    localStorage.setItem(KEY, mode)
  } catch {
    // Storage can be forbidden; then the choice holds for this page only.
  }
}

/** The mode in which a lesson is shown: the one that it names, else full if it points at a panel that the simple page does not have; null: whichever was chosen. */
export function modeOf({ view, spots }: Pick<Lesson, 'view' | 'spots'>): Mode | null {
  const named = MODES.find((m) => m === view['mode'])
  if (named) return named
  return spots.some(({ panel }) => panel !== undefined && FULL_PANELS.has(panel)) ? 'full' : null
}
