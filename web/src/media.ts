import { Signal } from './signal'

/** Whether the page is as narrow as a telephone; layout.css has the same width. */
export const narrow = follow('(max-width: 760px)')

/** Whether the header has no room for more than the least. */
export const tight = follow('(max-width: 1180px)')

function follow(media: string): Signal<boolean> {
  const query = matchMedia(media)
  const signal = new Signal(query.matches)
  query.addEventListener('change', () => { signal.value = query.matches })
  return signal
}
