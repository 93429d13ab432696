import { SUBPROTOCOL, type Hello } from '../generated/wire'

/** What a line tells; nothing comes after closed, nor after its close is called. */
export interface LineListener {
  /** Messages can be sent. A line of events has said the hello itself. */
  opened(): void
  text(data: string): void
  frames(data: ArrayBuffer): void
  /** The server's words for a refusal, where there are any, which limit is reached, if one is, and whether the run goes on elsewhere. */
  closed(refusal: string, limit: string, moved: boolean): void
  /** Something has come, be it a part of a message. */
  heard(): void
}

/** A way to a run and back: a websocket, or events and posted messages. */
export interface Line {
  readonly by: 'socket' | 'events'
  /** Whether it can be sent; it need not arrive. */
  send(text: string): boolean
  close(): void
}

/** The code of a close after which the run goes on at another machine (RFC 6455, registry of close codes: service restart). */
const MOVED = 1012

/** What may stand in the name of a subprotocol; the server makes no other keys. */
const KEY = /^[\w-]+$/

export class SocketLine implements Line {
  readonly by = 'socket'
  readonly #socket: WebSocket

  constructor(url: URL, key: string | undefined, listener: LineListener) {
    // Whoever has the key has a seat, if it is shown before one is taken.
    const socket = new WebSocket(url, key !== undefined && KEY.test(key) ? [SUBPROTOCOL, `key.${key}`] : [SUBPROTOCOL])
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    socket.onopen = () => { listener.opened() }
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      listener.heard()
      if (typeof data === 'string') listener.text(data)
      else listener.frames(data)
    }
    socket.onclose = ({ code }) => { listener.closed('', '', code === MOVED) }
  }

  send(text: string): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false
    this.#socket.send(text)
    return true
  }

  /** A dead one would take minutes to notice. */
  close(): void {
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null
    this.#socket.close()
  }
}

/** An event of a stream (WHATWG HTML, section 9.2.6), as this server writes them. */
export interface StreamEvent {
  readonly name: string
  readonly data: string
}

/** Takes pieces of a stream, and returns the events that are whole. */
export class EventReader {
  #rest = ''

  read(piece: string): StreamEvent[] {
    const parts = (this.#rest + piece).split('\n\n')
    this.#rest = parts.pop() ?? ''
    return parts.map((part) => {
      let name = ''
      const data: string[] = []
      for (const line of part.split('\n')) {
        if (line.startsWith('event: ')) name = line.slice(7)
        else if (line.startsWith('data: ')) data.push(line.slice(6))
      }
      return { name, data: data.join('\n') }
    })
  }
}

/** The bytes that base64 stands for. */
export function decodeBase64(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer
}

const LONGEST_POST = 60_000 // bytes, below what the server takes at once
const POST_TIME = 10_000 // ms

/** Server-sent events, read by fetch, which can send the key along as EventSource cannot. */
export class EventsLine implements Line {
  readonly by = 'events'
  readonly #ended = new AbortController()
  readonly #url: URL
  readonly #listener: LineListener
  #stream = ''
  #queue: string[] = []
  #posting = false

  constructor(url: URL, { key, generation, next }: Hello, listener: LineListener) {
    this.#url = url
    this.#listener = listener
    const from = new URL(url)
    from.searchParams.set('pongs', 'true')
    if (generation !== undefined) from.searchParams.set('generation', String(generation))
    if (next !== undefined) from.searchParams.set('next', String(next))
    this.#read(from, key === undefined ? {} : { 'Run-Key': key }).then(
      () => { this.#close('') },
      (e: unknown) => { if (e instanceof Refused) this.#close(e.message, e.limit); else this.#close('') },
    )
  }

  send(text: string): boolean {
    if (this.#stream === '' || this.#ended.signal.aborted) return false
    this.#queue.push(text)
    void this.#post()
    return true
  }

  close(): void {
    this.#ended.abort()
  }

  #close(refusal: string, limit = '', moved = false): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    this.#listener.closed(refusal, limit, moved)
  }

  async #read(from: URL, headers: Readonly<Record<string, string>>): Promise<void> {
    const response = await fetch(from, { headers, signal: this.#ended.signal, cache: 'no-store' })
    if (!response.ok || !response.body) throw await refused(response)
    const events = new EventReader()
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      this.#listener.heard()
      for (const event of events.read(value)) {
        this.#take(event)
        if (this.#ended.signal.aborted) return
      }
    }
  }

  #take({ name, data }: StreamEvent): void {
    switch (name) {
      case 'stream':
        this.#stream = (JSON.parse(data) as { readonly id: string }).id
        this.#listener.opened()
        break
      case 'frames':
        this.#listener.frames(decodeBase64(data))
        break
      case 'ping':
        this.send(JSON.stringify({ type: 'pong', ping: data }))
        break
      case 'close':
        this.#close('', '', (JSON.parse(data) as { readonly code: number }).code === MOVED)
        break
      case '':
        this.#listener.text(data)
    }
  }

  /** One request at a time, so that messages keep their order; what waits goes together. */
  async #post(): Promise<void> {
    if (this.#posting) return
    this.#posting = true
    try {
      while (this.#queue.length > 0) {
        let bytes = 0
        const enough = this.#queue.findIndex((m) => (bytes += 3 * m.length) > LONGEST_POST)
        const body = this.#queue.splice(0, enough < 0 ? this.#queue.length : Math.max(1, enough)).join('\n')
        const url = new URL(this.#url)
        url.pathname += `/${this.#stream}`
        const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(POST_TIME)])
        const response = await fetch(url, { method: 'POST', body, signal, headers: { 'Content-Type': 'application/json' } })
        if (!response.ok) throw await refused(response)
      }
    } catch {
      // The page does not know what arrived: a new stream tells.
      this.#close('')
    } finally {
      this.#posting = false
    }
  }
}

class Refused extends Error {
  constructor(detail: string, readonly limit: string) {
    super(detail)
  }
}

async function refused(response: Response): Promise<Refused> {
  const { detail = '', limit = '' } = (await response.json().catch(() => ({}))) as { detail?: string; limit?: string }
  return new Refused(detail, limit)
}
