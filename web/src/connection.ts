import { decodeFrames, type Frame } from './frame'
import { SUBPROTOCOL, type Ack, type Command, type ErrorMessage, type GapMessage, type Hello, type ServerMessage } from './generated/wire'

/** What the server tells unasked. */
export type News = Exclude<ServerMessage, Ack | ErrorMessage | GapMessage>

/** A command without its id, which the connection gives it. */
export type Order<C = Exclude<Command, Hello>> = C extends unknown ? Omit<C, 'id'> : never

export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'waiting'; readonly until: number } // Date.now() of the next try

/** The server refused a command; nothing was changed. */
export class Refusal extends Error {
  constructor(readonly answer: ErrorMessage) {
    super(answer.reason)
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
}

/** What may stand in the name of a subprotocol; the server makes no other keys. */
const KEY = /^[\w-]+$/

const FIRST_WAIT = 300
const LONGEST_WAIT = 10_000

/** How long to wait after so many failures: longer each time, and never in step with other pages. */
export function backoff(failures: number, random = Math.random): number {
  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 1.8 ** failures)
  return most * (0.5 + 0.5 * random())
}

/** One websocket to one run, opened again whenever it breaks. */
export class Connection {
  #socket: WebSocket | null = null
  #failures = 0
  #timer: number | undefined
  #nextId = 1
  readonly #waiting = new Map<number, { done: (ack: Ack) => void; failed: (e: Error) => void }>()

  constructor(readonly url: URL, readonly listener: Listener) {
    // The network is back, or somebody looks again: no reason to wait longer.
    addEventListener('online', () => { this.retry() })
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.retry() })
  }

  open(): void {
    this.listener.link({ kind: 'connecting' })
    const { key } = this.listener.hello()
    // Whoever has the key has a seat, if it is shown before one is taken.
    const socket = new WebSocket(this.url, key !== undefined && KEY.test(key) ? [SUBPROTOCOL, `key.${key}`] : [SUBPROTOCOL])
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    socket.onopen = () => {
      this.#failures = 0
      this.hello()
      this.listener.link({ kind: 'live' })
    }
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => { this.#receive(data) }
    socket.onclose = () => { this.#closed() }
  }

  /** Tries now instead of at the end of the wait. */
  retry(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    void this.#reopen()
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
    if (this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(command))
    return true
  }

  #receive(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') {
      this.listener.frames(decodeFrames(data))
      return
    }
    const message = JSON.parse(data) as ServerMessage
    switch (message.type) {
      case 'ack':
        this.#answered(message.id)?.done(message)
        break
      case 'error':
        this.#answered(message.id)?.failed(new Refusal(message))
        break
      case 'gap':
        this.hello()
        break
      default:
        this.listener.message(message)
    }
  }

  #answered(id: number): { done: (ack: Ack) => void; failed: (e: Error) => void } | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    return waiting
  }

  #closed(): void {
    for (const { failed } of this.#waiting.values()) failed(new Disconnected('the connection broke'))
    this.#waiting.clear()
    const wait = backoff(this.#failures++)
    this.listener.link({ kind: 'waiting', until: Date.now() + wait })
    this.#timer = window.setTimeout(() => {
      this.#timer = undefined
      void this.#reopen()
    }, wait)
  }

  async #reopen(): Promise<void> {
    this.listener.link({ kind: 'connecting' })
    try {
      await this.listener.recover()
    } catch {
      this.#closed()
      return
    }
    this.open()
  }
}
