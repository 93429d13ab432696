import './webawesome'
import './components/app'
import { Api, Problem, STATUS, type Opened, type Order } from './api'
import type { Control } from './generated/wire'
import { lessonIn, orderOf, withLesson } from './lesson'
import { BEGUN_ANEW, GONE } from './recovery'
import { root, up } from './root'
import { fromHash, keyOf, takeToken, toHash, type Settings } from './settings'
import { Store } from './store'

const api = new Api(root)

const RETRY = 1500 // ms

/** What the server makes of a key; nothing else can ever be the name of a run. */
const ID = /^[a-z2-7]{16}$/

async function start(): Promise<void> {
  const app = document.querySelector('gnll-app')
  if (!app) throw new Error('the page has no gnll-app')
  let token = readToken()
  for (;;) {
    try {
      if (token !== null) {
        const shown = token
        token = null
        await api.login(shown)
      }
      const id = idFromPath()
      if (id !== undefined && !ID.test(id)) {
        app.trouble = 'This address names no run.'
        app.elsewhere = new URL(location.hash, root).href
        return
      }
      const controls = await api.controls()
      const { opened, settings, notice } = await openRun(await ordered(controls), id, keyOf(location.hash))
      if (up === '.') moveTo(new URL(`r/${opened.run.id}#${withLesson(toHash(controls, settings, opened.key), lessonIn(location.hash) ?? '')}`, root))
      const store = new Store(api, controls, opened, settings)
      store.notice.value = notice
      app.store = store
      return
    } catch (e) {
      if (e instanceof Problem && e.status === STATUS.UNAUTHORIZED) {
        token = await app.askToken(e.message)
        continue
      }
      app.trouble = e instanceof Problem ? e.message : 'The server does not answer. Trying again.'
      if (e instanceof Problem && e.status === STATUS.NOT_FOUND) app.trouble = GONE
      await new Promise((resolve) => setTimeout(resolve, RETRY))
    }
  }
}

interface Ordered {
  readonly order: Order
  readonly settings: Settings
}

/** What the address asks of a new run: a lesson, or settings. */
async function ordered(controls: readonly Control[]): Promise<Ordered> {
  const slug = lessonIn(location.hash)
  const lesson = slug === null ? undefined : (await api.lessons()).find((l) => l.slug === slug)
  const settings = fromHash(controls, location.hash)
  return lesson ? { order: orderOf(lesson), settings: lesson.set } : { order: settings, settings }
}

interface Begun {
  readonly opened: Opened
  readonly settings: Settings
  readonly notice: string
}

/** The run of the address: who has its key may make it, whoever has not can only find it. */
async function openRun({ order: asked, settings }: Ordered, id: string | undefined, key: string | undefined): Promise<Begun> {
  if (id !== undefined && key === undefined) return { opened: await api.find(id), settings, notice: '' }
  const open = (order: Order): Promise<Opened> => (id === undefined || key === undefined ? api.make(order) : api.open(id, key, order))
  try {
    const opened = await open(asked)
    return { opened, settings, notice: opened.made && id !== undefined ? BEGUN_ANEW : '' }
  } catch (e) {
    if (!(e instanceof Problem)) throw e
    // The key is another run's.
    if (e.status === STATUS.FORBIDDEN && id !== undefined) return { opened: await api.find(id), settings, notice: '' }
    if (e.status !== STATUS.UNPROCESSABLE) throw e
    // A link may ask for settings that the server refuses; a run with the
    // defaults is better than none.
    const opened = await open({})
    // A run that goes on already is not what the address asked for.
    return { opened, settings: {}, notice: opened.made ? `The address asked for what cannot be: ${e.message}. The defaults hold instead.` : '' }
  }
}

/** The token in the address, which is taken out at once: an address is shown, kept and sent on. */
function readToken(): string | null {
  const { token, rest } = takeToken(location.hash)
  if (token !== null) history.replaceState(null, '', location.pathname + location.search + rest)
  return token
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
