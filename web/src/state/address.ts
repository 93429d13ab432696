import { runPath } from '../net/root'
import type { Control } from '../generated/wire'
import { holdsData, keyOf, readLink, writeLink, type Asked, type Link } from './link'

const EVERY = 400 // ms; browsers refuse more than some hundred updates a minute

/** What an embedded page is told beside the run: its address keeps it. */
const OF_EMBEDDED = ['show', 'controls', 'theme']

/**
 * Keeps the part of the address after # and the run the same. The run's key stands
 * there too: that part of an address is never sent.
 */
export class Address {
  #timer: number | undefined
  /** The part after # as it was written or read last: another one has been edited, and its event is still to come. */
  #known = location.hash
  #kept: string

  constructor(
    /** Of the page. */
    readonly root: URL,
    /** Of the run. */
    readonly id: string,
    readonly key: string | undefined,
    readonly controls: readonly Control[],
    /** What the address is to say. */
    readonly said: () => Link,
  ) {
    this.#kept = keptOf(location.hash)
  }

  /** Puts what holds into the address, a little later and the newest only. */
  show(): void {
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined
      if (location.hash !== this.#known) return // what was edited would be lost; once it is read this is called again
      history.replaceState(null, '', behind(location.origin + location.pathname + location.search, this.#kept, this.#hash(this.key)))
      this.#known = location.hash
    }, EVERY)
  }

  /** The address of the run: to steer it or to watch it. */
  run(toSteer: boolean): string {
    if (toSteer && this.key !== undefined) return behind(this.#at(runPath(this.id)), this.#hash(this.key))
    // The run knows its rows, and tells of them what who watches may see.
    return behind(this.#at(runPath(this.id)), writeLink(this.controls, { ...this.said(), data: '' }))
  }

  /** The same in short, for who has to read or to photograph it: the run itself knows its settings. */
  short(toSteer: boolean): string {
    return behind(this.#at(runPath(this.id)), toSteer && this.key !== undefined ? `key=${encodeURIComponent(this.key)}` : '')
  }

  /** The address at which an own run begins, with the same settings. */
  get fresh(): string {
    return behind(this.root.href, this.#hash(undefined))
  }

  /** Where another page can show the run in a frame, or one of its own with the same settings. */
  frame(ofItsOwn: boolean): string {
    return ofItsOwn ? behind(this.#at('embed/'), this.#hash(undefined)) : this.#at(runPath(this.id, 'embed'))
  }

  /** Whether the address says what the rows are, where they are one's own. */
  get holdsData(): boolean {
    return holdsData(this.#hash(this.key))
  }

  /** Calls back with what somebody has made of the address by editing it. */
  onEdit(edited: (asked: Asked) => void): void {
    addEventListener('hashchange', () => {
      this.#known = location.hash
      this.#kept = keptOf(location.hash)
      const key = keyOf(location.hash)
      if (key !== undefined && key !== this.key) {
        // The link to steer was opened over the one to watch.
        location.reload()
        return
      }
      edited(readLink(this.controls, location.hash))
      this.show()
    })
  }

  #at(path: string): string {
    return new URL(path, this.root).href
  }

  #hash(key: string | undefined): string {
    return writeLink(this.controls, this.said(), key)
  }
}

/** What an embedded page's address says beside the run. */
function keptOf(hash: string): string {
  if (document.documentElement.dataset['form'] !== 'embed') return ''
  return hash.replace(/^#/, '').split('&').filter((p) => OF_EMBEDDED.some((name) => p.startsWith(`${name}=`))).join('&')
}

function behind(address: string, ...parts: readonly string[]): string {
  const hash = parts.filter((p) => p !== '').join('&')
  return hash === '' ? address : `${address}#${hash}`
}
