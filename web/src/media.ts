import { Signal } from './signal'

const query = matchMedia('(max-width: 760px)')

/** Whether the page is as narrow as a telephone; layout.css has the same width. */
export const narrow = new Signal(query.matches)

query.addEventListener('change', () => { narrow.value = query.matches })
