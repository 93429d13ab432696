import { decodeFrames, type Frame } from './frame'
import type { Ack, AliveMessage, Command, ErrorMessage, GapMessage, Hello, ServerMessage } from '../generated/wire'
import type { Line, LineListener } from './lines'
import { Silence } from './silence'
import type { Transport } from './transport'

/** What the server tells unasked. */
export type News = Exclude<ServerMessage, Ack | ErrorMessage | GapMessage | AliveMessage>

/** A command without its id, which the connection gives it. */
export type Order<C = Exclude<Command, Hello>> = C extends unknown ? Omit<C, 'id'> : never

/** How the page hears of its run, and why it does not do so by a websocket, in words, where that is known. */
export type Link = { readonly why: string } & (
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** As live, but by server-sent events. */
  | { readonly kind: 'events' }
  /** Until Date.now() of the next try. */
  | { readonly kind: 'waiting'; readonly until: number }
) & {
  /** The limit of the server that leaves no seat, by its flag; empty: none is known. */
  readonly limit: string
  /** The line was closed because another machine trains the run from now on. */
  readonly moved?: boolean
}

/** Whether commands can be given. */
export function isConnected({ kind }: Link): boolean {
  return kind === 'live' || kind === 'events'
}

/** The code of a change that could not be saved. */
const NOT_STORED = 'not_stored'

/** What whoever made such a change is told: the server's own reason is for whoever runs it. */
export const NOT_SAVED = 'Not saved, so the change was not made: the server cannot write to its disk, which may be full. Everything before is safe. Ask whoever runs the server to free space, then try again.'

/** The server refused a command; nothing was changed. */
export class Refusal extends Error {
  /** It is due not to what was asked for, but to the server's disk. */
  readonly isUnsaved: boolean

  constructor(readonly answer: ErrorMessage) {
    super(answer.code === NOT_STORED ? NOT_SAVED : answer.reason)
    this.isUnsaved = answer.code === NOT_STORED
  }
}

/** The connection was gone before the command was answered. */
export class Disconnected extends Error {}

export interface Listener {
  message(message: News): void
  /** Those of one moment: one fit frame of each lane, or the grid and the truth on it. */
  frames(frames: readonly Frame[]): void
  link(link: Link): void
  /** From where the history is to be replayed. */
  hello(): Hello
  /**
   * Called after a failure: puts right what can be (a run that the server has
   * forgotten), and throws if there is no server to talk to.
   */
  recover(): Promise<void>
  /** Why no websocket gets through, where everything else does: in the server's words. */
  refused(): Promise<string>
  /** Gives a command that changes nothing, as something must come in answer. */
  ask(): void
}

export interface Addresses {
  readonly socket: URL
  readonly events: URL
}

const FIRST_WAIT = 300
const LONGEST_WAIT = 10_000
/** The longest wait before the first try after a run has moved to another machine. */
const MOVED_WAIT = 100

/** How long to wait after so many failures: longer each time, and never in step with other pages. */
export function backoff(failures: number, random = Math.random): number {
  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 1.8 ** failures)
  return most * (0.5 + 0.5 * random())
}

/** So many websockets must fail where the server answers otherwise, before the page does without. */
const ENOUGH = 2
const FIRST_SOCKET_AGAIN = 30_000
const LAST_SOCKET_AGAIN = 10 * 60_000
/** How long answers to what was asked before are still taken from a line that was left. */
const LEAVE = 5000

/** Of websockets that the server would accept. */
export const UNPASSED = 'a proxy on the way blocks them. It must pass on Upgrade and Connection, with HTTP/1.1.'
const HELD_BACK = 'Neither websockets nor events get through; a proxy on the way blocks or buffers them. It must pass on Upgrade and Connection, or at least not buffer answers (nginx: proxy_buffering off;).'

/** The line to one run, opened again whenever it breaks or falls silent. */
export class Connection {
  #line: Line | null = null
  /** A websocket that is tried beside events. */
  #aside: Line | null = null
  /** A line that another one has taken over from. */
  #left: Line | null = null
  #by: Line['by'] = 'socket'
  #why = ''
  #limit = ''
  #moved = false
  /** The line has brought a message. */
  #proved = false
  /** Websockets in a row that brought none, while the server answered otherwise. */
  #vain = 0
  #failures = 0
  #timer: number | undefined
  #socketAgain: number | undefined
  #socketAgainIn = FIRST_SOCKET_AGAIN
  #nextId = 1
  readonly #waiting = new Map<number, { done: (ack: Ack) => void; failed: (e: Error) => void }>()
  readonly #silence = new Silence(() => { this.#silent() })

  constructor(readonly transport: Transport, readonly addresses: Addresses, readonly listener: Listener) {
    // The network is another, or somebody looks again: no reason to wait longer.
    addEventListener('online', () => {
      this.check()
      this.#tryAside()
    })
    addEventListener('focus', () => { this.check() })
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.check() })
  }

  open(): void {
    clearTimeout(this.#socketAgain)
    this.listener.link({ kind: 'connecting', why: this.#why, limit: this.#limit, moved: this.#moved })
    this.#proved = false
    this.#line = this.#by === 'socket' ? this.#socket() : this.#events()
    this.#silence.begin()
  }

  /** Tries now instead of at the end of the wait. */
  retry(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    void this.#reopen()
  }

  /** Ends the line until open is called. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const line = this.#line
    this.#forsake()
    this.#proved = false
    line?.close()
  }

  /** Finds out at once whether the line still is one. */
  check(): void {
    if (this.#timer !== undefined) {
      this.retry()
      return
    }
    if (!this.#proved) return
    this.listener.ask()
    this.#silence.check()
  }

  /** Asks for the whole state, and the history from where it ends here. */
  hello(): void {
    this.#send(this.listener.hello())
  }

  command(order: Order): Promise<Ack> {
    const id = this.#nextId++
    return new Promise((done, failed) => {
      if (!this.#send({ ...order, id })) {
        failed(new Disconnected('not connected'))
        return
      }
      this.#waiting.set(id, { done, failed })
    })
  }

  #send(command: Command): boolean {
    return this.#line?.send(JSON.stringify(command)) ?? false
  }

  #socket(): Line {
    const line: Line = this.transport.line(this.addresses.socket, this.listener.hello().key, this.#listen(() => line))
    return line
  }

  #events(): Line {
    const line: Line = this.transport.events(this.addresses.events, this.listener.hello(), this.#listen(() => line))
    return line
  }

  #listen(line: () => Line): LineListener {
    const isMine = (): boolean => line() === this.#line
    return {
      opened: () => {
        if (isMine() && line().by === 'socket') this.hello()
      },
      heard: () => {
        if (isMine()) this.#silence.heard()
      },
      text: (data) => {
        if (line() === this.#aside) this.#takeOver(line())
        this.#text(data, isMine())
      },
      frames: (data) => {
        if (isMine()) this.listener.frames(decodeFrames(data))
      },
      closed: (refusal, limit, moved) => {
        if (isMine()) this.#closed(refusal, limit, moved)
        else if (line() === this.#aside) this.#inVain()
      },
    }
  }

  #text(data: string, isMine: boolean): void {
    const message = JSON.parse(data) as ServerMessage
    if (isMine && !this.#proved) this.#live()
    switch (message.type) {
      case 'ack':
        this.#answered(message.id)?.done(message)
        break
      case 'error':
        this.#answered(message.id)?.failed(new Refusal(message))
        break
      case 'alive':
        break
      case 'gap':
        if (isMine) this.hello()
        break
      default:
        if (isMine) this.listener.message(message)
    }
  }

  #answered(id: number): { done: (ack: Ack) => void; failed: (e: Error) => void } | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    return waiting
  }

  /** The line has brought its first message. */
  #live(): void {
    this.#proved = true
    this.#failures = 0
    this.#moved = false
    if (this.#by === 'socket') {
      this.#vain = 0
      this.#socketAgainIn = FIRST_SOCKET_AGAIN
      this.#why = ''
      this.#limit = ''
      this.listener.link({ kind: 'live', why: '', limit: '' })
    } else {
      if (this.#why === HELD_BACK || this.#limit !== '') this.#why = UNPASSED
      this.#limit = ''
      this.listener.link({ kind: 'events', why: this.#why, limit: '' })
      this.#socketLater()
    }
  }

  /** Nothing has come for too long: the line is dead, and nobody will say so. */
  #silent(): void {
    this.#line?.close()
    if (this.#proved) {
      this.#forsake()
      // What was kept open for other requests is as dead; a new line is the quickest proof.
      this.open()
      return
    }
    if (this.#by === 'events') this.#why = HELD_BACK
    this.#closed('')
  }

  #forsake(): void {
    this.#silence.end()
    this.#line = null
    this.#aside?.close()
    this.#aside = null
    clearTimeout(this.#socketAgain)
    for (const { failed } of this.#waiting.values()) failed(new Disconnected('the connection broke'))
    this.#waiting.clear()
  }

  #closed(refusal: string, limit = '', moved = false): void {
    if (this.#line !== null && !this.#proved) {
      if (this.#by === 'socket') this.#vain++
      else {
        // The next try is a websocket's, and the one after it may be by events again.
        this.#by = 'socket'
        this.#vain = ENOUGH - 1
      }
    }
    this.#forsake()
    if (refusal !== '') [this.#why, this.#limit] = [refusal, limit]
    this.#moved ||= moved
    // Another machine has the run already, or has it soon: all pages of it come at once.
    const wait = moved && this.#failures === 0 ? MOVED_WAIT * Math.random() : backoff(this.#failures)
    this.#failures++
    this.listener.link({ kind: 'waiting', until: Date.now() + wait, why: this.#why, limit: this.#limit, moved: this.#moved })
    this.#timer = window.setTimeout(() => {
      this.#timer = undefined
      void this.#reopen()
    }, wait)
  }

  async #reopen(): Promise<void> {
    this.listener.link({ kind: 'connecting', why: this.#why, limit: this.#limit, moved: this.#moved })
    try {
      await this.listener.recover()
      if (this.#vain >= ENOUGH) {
        // Where no seat is free, that is why.
        if (this.#why !== HELD_BACK && this.#limit === '') this.#why = await this.listener.refused()
        this.#by = 'events'
        this.#vain = 0
      }
    } catch {
      this.#vain = 0
      this.#closed('')
      return
    }
    this.open()
  }

  /** Tries a websocket again, by and by, as networks change. */
  #socketLater(): void {
    clearTimeout(this.#socketAgain)
    this.#socketAgain = window.setTimeout(() => { this.#tryAside() }, this.#socketAgainIn)
  }

  #inVain(): void {
    this.#aside = null
    this.#socketAgainIn = Math.min(LAST_SOCKET_AGAIN, 2 * this.#socketAgainIn)
    this.#socketLater()
  }

  #tryAside(): void {
    if (this.#line?.by !== 'events' || !this.#proved || this.#aside) return
    clearTimeout(this.#socketAgain)
    const aside = this.#socket()
    this.#aside = aside
    this.#socketAgain = window.setTimeout(() => {
      aside.close()
      this.#inVain()
    }, LEAVE)
  }

  /** A websocket gets through again: what was asked of the events is still answered there. */
  #takeOver(socket: Line): void {
    clearTimeout(this.#socketAgain)
    this.#left?.close()
    const left = this.#line
    this.#left = left
    setTimeout(() => { left?.close() }, LEAVE)
    this.#aside = null
    this.#line = socket
    this.#by = 'socket'
    this.#proved = false
    this.#silence.begin()
    this.hello()
  }
}
