import './webawesome'
import './components/app'
import { Api, Problem } from './api'
import { fromHash, type Settings } from './settings'
import { Store } from './store'

// The page is served at its root and at r/{id} below it, perhaps under a
// proxy's prefix; the document says which of the two it is.
const up = document.documentElement.dataset['root'] ?? '.'
const root = new URL(up, location.href)
if (!root.pathname.endsWith('/')) root.pathname += '/'
const api = new Api(root)

const RETRY = 1500 // ms

async function start(): Promise<void> {
  const app = document.querySelector('gnll-app')
  if (!app) throw new Error('the page has no gnll-app')
  let trouble = ''
  for (;;) {
    try {
      const controls = await api.controls()
      const settings = fromHash(controls, location.hash)
      const { id, notice } = up === '.' ? await makeRun(settings) : { id: idFromPath(), notice: '' }
      if (up === '.') moveTo(new URL(`r/${id}${location.hash}`, root))
      const store = new Store(api, controls, id, settings)
      store.notice.value = notice
      app.store = store
      return
    } catch (e) {
      trouble = e instanceof Problem ? e.message : 'The server does not answer. Trying again.'
      app.trouble = trouble
      await new Promise((resolve) => setTimeout(resolve, RETRY))
    }
  }
}

/** A link may ask for settings that the server refuses; a run with the defaults is better than none. */
async function makeRun(settings: Settings): Promise<{ id: string; notice: string }> {
  try {
    return { id: (await api.makeRun(settings)).id, notice: '' }
  } catch (e) {
    if (!(e instanceof Problem) || e.status >= 500 || Object.keys(settings).length === 0) throw e
    return { id: (await api.makeRun({})).id, notice: `The address asked for what cannot be: ${e.message}. The defaults hold instead.` }
  }
}

/** Changes the address, from which relative URLs in the document are resolved anew. */
function moveTo(url: URL): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel=icon]')) link.setAttribute('href', link.href)
  history.replaceState(null, '', url)
}

function idFromPath(): string {
  return decodeURIComponent(location.pathname.split('/').filter(Boolean).at(-1) ?? '')
}

void start()
