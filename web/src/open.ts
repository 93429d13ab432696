import { Api, Problem, STATUS, type Opened, type Order } from './net/api'
import { isFramed } from './net/framed'
import type { Lesson } from './generated/api'
import type { Control, DataSpec } from './generated/wire'
import { keyOf, readLink, takeToken, withKey, type Asked } from './state/link'
import { orderOf } from './net/lesson'
import { unpack } from './state/packed'
import { DELETED, GONE, RESTARTED } from './state/recovery'
import { isHere, root, runOf, runPath } from './net/root'
import { calm } from './state/media'
import { Store } from './state/store'
import { View } from './state/view'
import type { Host } from './state/host'
import { painted } from './state/painted'
import { sayWhere } from './state/where'

const RETRY = 1500 // ms

/** What the server makes of a key; nothing else can ever be the name of a run. */
const ID = /^[a-z2-7]{16}$/

const { form = '' } = document.documentElement.dataset

/**
 * Opens the run of the address, or makes the one that it describes. What shows it may
 * come later: the server makes the run in the meantime.
 */
export async function open(coming: Promise<Host>): Promise<void> {
  let token = readToken()
  const api = new Api(root, isHere ? (await import('./net/engine')).begin(document.documentElement.dataset['lessons']) : undefined)
  api.framed = api.waits = form === 'embed' && isFramed()
  for (;;) {
    try {
      if (token !== null) {
        const shown = token
        token = null
        // The cookie of a page within another one's is kept from the server.
        if (form === 'embed') api.token = shown
        else await api.login(shown)
      }
      const id = idFromPath()
      if (id !== undefined && !ID.test(id)) {
        const host = await coming
        host.trouble = 'There is no run at this address (it may have expired).'
        host.elsewhere = new URL(location.hash, root).href
        return
      }
      if (api.waits && !(await isThere(api, id))) {
        await (await coming).askPlay()
        api.waits = false
      }
      const controls = await table(api)
      const asked = readLink(controls, location.hash)
      const { data, trouble } = await rows(asked)
      const lesson = asked.lesson === '' ? undefined : (await api.lessons()).find((l) => l.slug === asked.lesson)
      const { opened, granted, notice } = await openRun(api, order(asked, data, lesson), id, keyOf(location.hash))
      moveTo(opened, granted ? location.hash : '')
      const settings = granted ? { ...asked.controls, ...asked.lanes[0]?.controls } : {}
      const store = new Store(api, controls, opened, settings, { view: new View(asked.view), data: granted ? data : null, lesson: lesson?.slug ?? '' })
      if (!lesson) store.lessons.missing.value = asked.lesson
      store.notice.value = notice === '' && opened.made ? trouble : notice
      sayWhere(store)
      ;(await coming).store = store
      keepOffline()
      return
    } catch (e) {
      const host = await coming
      if (e instanceof Problem && e.status === STATUS.UNAUTHORIZED) {
        token = await host.askToken(e.message)
        continue
      }
      host.trouble = e instanceof Problem ? e.message : 'The server does not answer. Retrying.'
      if (e instanceof Problem && (e.status === STATUS.NOT_FOUND || e.status === STATUS.GONE)) {
        host.trouble = e.status === STATUS.GONE ? DELETED : GONE
        host.elsewhere = new URL(`#${withKey(location.hash, undefined)}`, root).href
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY))
    }
  }
}

/** Has the browser keep a page of a static host, once it shows something. */
function keepOffline(): void {
  if (document.documentElement.dataset['offline'] === undefined || !('serviceWorker' in navigator)) return
  // Where it cannot be kept the page works as before.
  void painted.then(() => navigator.serviceWorker.register(new URL('sw.js', root)).catch(() => undefined))
}

/** The table of controls, which the server puts into the document. */
async function table(api: Api): Promise<readonly Control[]> {
  const told = document.getElementById('table-of-controls')?.textContent
  return told === undefined ? api.controls() : JSON.parse(told) as readonly Control[]
}

/** Whether the run of the address is there, or is none that could be made. */
async function isThere(api: Api, id: string | undefined): Promise<boolean> {
  if (id === undefined) return false
  if (keyOf(location.hash) === undefined) return true
  try {
    await api.find(id)
    return true
  } catch (e) {
    if (e instanceof Problem && e.status === STATUS.NOT_FOUND) return false
    throw e
  }
}

/** The rows that an address brings along. */
async function rows({ data }: Asked): Promise<{ readonly data: DataSpec | null; readonly trouble: string }> {
  if (data === '') return { data: null, trouble: '' }
  try {
    return { data: await unpack(data), trouble: '' }
  } catch (e) {
    return { data: null, trouble: `The data in the link cannot be read (${e instanceof Error ? e.message : String(e)}). The default data set is used instead.` }
  }
}

function order({ controls, lanes, paused }: Asked, data: DataSpec | null, lesson: Lesson | undefined): Order {
  return {
    ...(lesson ? orderOf(lesson) : {
      ...controls,
      ...(lanes.length === 0 ? {} : { lanes }),
      ...(data === null ? {} : { data }),
    }),
    // Within another page nothing asks a lesson's question, for which it would wait.
    ...(form === 'embed' ? { paused } : paused || calm.value ? { paused: true } : {}),
  }
}

interface Begun {
  readonly opened: Opened
  /** Whether what was asked for can be; otherwise the defaults are used. */
  readonly granted: boolean
  readonly notice: string
}

/** Opens the run of the address: with its key it may be made, without it can only be found. */
async function openRun(api: Api, asked: Order, id: string | undefined, key: string | undefined): Promise<Begun> {
  if (id !== undefined && key === undefined) return { opened: await api.find(id), granted: true, notice: '' }
  const make = (o: Order): Promise<Opened> => (id === undefined || key === undefined ? api.make(o) : api.open(id, key, o))
  try {
    const opened = await make(asked)
    return { opened, granted: true, notice: opened.made && id !== undefined ? RESTARTED : '' }
  } catch (e) {
    if (!(e instanceof Problem)) throw e
    // The key is another run's.
    if (e.status === STATUS.FORBIDDEN && id !== undefined) return { opened: await api.find(id), granted: true, notice: '' }
    if (e.status !== STATUS.UNPROCESSABLE) throw e
    // A link may ask for what the server refuses; a run with the defaults is
    // better than none.
    const opened = await make({})
    // A run that continues already is not what the address asked for.
    return { opened, granted: false, notice: opened.made ? `The link contains an invalid setting (${e.message}). Default settings are used instead.` : '' }
  }
}

/** The token in the address, which is taken out at once: an address is shown, kept and sent on. */
function readToken(): string | null {
  const { token, rest } = takeToken(location.hash)
  if (token !== null) history.replaceState(null, '', location.pathname + location.search + rest)
  return token
}

/** Puts the address of a new run into the address bar; relative URLs in the document are then resolved from it. */
function moveTo({ run, key }: Opened, hash: string): void {
  if (idFromPath() !== undefined) return
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel=icon]')) link.setAttribute('href', link.href)
  history.replaceState(null, '', new URL(`${runPath(run.id, form === 'embed' ? 'embed' : '')}#${withKey(hash, key)}`, root))
}

/** As it stands there: what is no id need not be an encoding of one either. */
function idFromPath(): string | undefined {
  return runOf(location)
}
