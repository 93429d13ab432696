import { computed, signal, type ReadonlySignal } from '@preact/signals-core'
import { projector } from './projector'

const narrowHeader = follow('(max-width: 1180px)')
const narrowWall = follow('(max-width: 1700px)')

/** Whether the header has no room for more than the least; projector.css and header.css have the same widths. */
export const tight = computed(() => narrowHeader.value || (projector.value && narrowWall.value))

/** Whether somebody wants nothing to move before it is asked to. */
export const calm = follow('(prefers-reduced-motion: reduce)')

/** How the page has its room; layout.css has the same widths. */
export const columns = follow('(min-width: 1181px)')
const middling = follow('(min-height: 860px)')
const tallEnough = follow('(min-height: 1000px)')
export const height = computed(() => (tallEnough.value ? 'tall' : middling.value ? 'middle' : 'short'))

function follow(media: string): ReadonlySignal<boolean> {
  const query = matchMedia(media)
  const matches = signal(query.matches)
  query.addEventListener('change', () => { matches.value = query.matches })
  return matches
}
