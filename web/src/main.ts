import './webawesome'
import './components/app'
import { Api, Problem } from './api'
import type { Summary } from './generated/wire'
import { fromHash, type Settings } from './settings'
import { BEGUN_ANEW, Store } from './store'

// The page is served at its root and at r/{id} below it, perhaps under a
// proxy's prefix; the document says which of the two it is.
const up = document.documentElement.dataset['root'] ?? '.'
const root = new URL(up, location.href)
if (!root.pathname.endsWith('/')) root.pathname += '/'
const api = new Api(root)

const RETRY = 1500 // ms
const BAD_REQUEST = 400
const REFUSED_SETTINGS = 422

async function start(): Promise<void> {
  const app = document.querySelector('gnll-app')
  if (!app) throw new Error('the page has no gnll-app')
  for (;;) {
    try {
      const controls = await api.controls()
      const { run, settings, notice } = await openRun(fromHash(controls, location.hash), idFromPath())
      if (up === '.') moveTo(new URL(`r/${run.id}${location.hash}`, root))
      const store = new Store(api, controls, run, settings)
      store.notice.value = notice
      app.store = store
      return
    } catch (e) {
      app.trouble = e instanceof Problem ? e.message : 'The server does not answer. Trying again.'
      if (e instanceof Problem && e.status === BAD_REQUEST) {
        // The address can never name a run: asking again changes nothing.
        app.trouble = `This address names no run: ${e.message}.`
        app.elsewhere = new URL(location.hash, root).href
        return
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY))
    }
  }
}

/** A link may ask for settings that the server refuses; a run with the defaults is better than none. */
async function openRun(settings: Settings, id?: string): Promise<{ run: Summary; settings: Settings; notice: string }> {
  try {
    const { run, made } = await api.openRun(settings, id)
    return { run, settings, notice: made && id !== undefined ? BEGUN_ANEW : '' }
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== REFUSED_SETTINGS) throw e
    const { run, made } = await api.openRun({}, id)
    // A run that goes on already is not what the address asked for.
    return { run, settings: {}, notice: made ? `The address asked for what cannot be: ${e.message}. The defaults hold instead.` : '' }
  }
}

/** Changes the address, from which relative URLs in the document are resolved anew. */
function moveTo(url: URL): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel=icon]')) link.setAttribute('href', link.href)
  history.replaceState(null, '', url)
}

/** As it stands there: what is no id need not be an encoding of one either. */
function idFromPath(): string | undefined {
  return up === '.' ? undefined : location.pathname.split('/').filter(Boolean).at(-1)
}

void start()
