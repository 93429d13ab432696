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

/** Whether the engine is to be in the page: the document says so. */
export const isHere = isPage && document.documentElement.dataset['engine'] === 'page'

/** The address of a run below the page's root. A static host knows no names but files'. */
export function runPath(id: string, form: '' | 'embed' = ''): string {
  const below = form === 'embed' ? 'embed/' : ''
  if (isHere) return `${below}?run=${id}`
  return form === 'embed' ? `embed/${id}` : `r/${id}`
}

/** The run that an address names, as it stands there. */
export function runOf({ pathname, search }: { readonly pathname: string; readonly search: string }): string | undefined {
  if (isHere) return new URLSearchParams(search).get('run') ?? undefined
  const below = pathname.slice(root.pathname.length).split('/').filter(Boolean)
  return below.length > 1 ? below.at(-1) : undefined
}
