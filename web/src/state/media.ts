import { projector } from './projector'
import { Signal } from './signal'

/** Whether the page is as narrow as a telephone; layout.css has the same width. */
export const narrow = follow('(max-width: 760px)')

const narrowHeader = follow('(max-width: 1180px)')
const narrowWall = follow('(max-width: 1700px)')

/** Whether the header has no room for more than the least; projector.css and header.css have the same widths. */
export const tight = new Signal(isTight())

for (const signal of [narrowHeader, narrowWall, projector]) signal.subscribe(() => { tight.value = isTight() })

function isTight(): boolean {
  return narrowHeader.value || (projector.value && narrowWall.value)
}

function follow(media: string): Signal<boolean> {
  const query = matchMedia(media)
  const signal = new Signal(query.matches)
  query.addEventListener('change', () => { signal.value = query.matches })
  return signal
}
