// The page is served at its root and at r/{id} below it, perhaps under a
// proxy's prefix; the document says which of the two it is. This is worked out
// once, as the address changes when a run is made. Unit tests have no document.

const isPage = typeof document !== 'undefined'

/** The way from the document up to the page's root. */
const up = (isPage ? document.documentElement.dataset['root'] : undefined) ?? '.'

/** The address below which the page, its interface and the help are. */
export const root = new URL(up, isPage ? location.href : 'http://localhost/')
if (!root.pathname.endsWith('/')) root.pathname += '/'
root.hash = ''
root.search = ''
