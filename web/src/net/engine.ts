import type { Line, LineListener } from './lines'
import type { Transport } from './transport'
import engineURL from '../../worker/build/engine.gz?url'
import filesURL from '../../worker/build/files.gz?url'
import goURL from '../../worker/build/go.js?url'
import reportURL from '../../site/report/report.js?url'
import type { Asked, FromEngine, Head, Run, ToEngine } from './engine-messages'

/** How long the part that makes files stays after the last one, in ms. */
const FILES_STAY = 60_000

/** A request that is answered piece by piece. */
interface Pending {
  readonly asked: Asked
  readonly head: (head: Head) => void
  readonly chunk: (data: Uint8Array<ArrayBuffer>) => void
  readonly end: (error: string) => void
}

/** A worker with Go in it. */
class Engine {
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  readonly #ready: Promise<void>
  #next = 1

  constructor(program: string, lessons: string | undefined, readonly elsewhere: (run: Run, pending: Pending) => void) {
    this.#worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module', name: 'gnllviz' })
    this.#ready = new Promise((done, failed) => {
      this.#worker.onerror = (e) => { failed(new Error(`The engine of this page failed: ${e.message}`)) }
      this.#worker.onmessage = ({ data }: MessageEvent<FromEngine>) => {
        if (data.type === 'ready') done()
        else if (data.type === 'failed') failed(new Error(data.why))
        else this.#hear(data)
      }
    })
    this.post({ type: 'begin', program, go: goURL, lessons })
  }

  post(message: ToEngine, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer)
  }

  async ask(pending: Pending, signal: AbortSignal | null | undefined): Promise<void> {
    await this.#ready
    const id = this.#next++
    this.#pending.set(id, pending)
    signal?.addEventListener('abort', () => {
      this.post({ type: 'abort', id })
      this.#pending.delete(id)
    })
    this.post({ type: 'request', id, asked: pending.asked })
  }

  async connect(run: string, port: MessagePort): Promise<void> {
    await this.#ready
    this.post({ type: 'connect', run, port }, [port])
  }

  end(): void {
    this.#worker.terminate()
  }

  #hear(message: Exclude<FromEngine, { readonly type: 'ready' | 'failed' }>): void {
    const pending = this.#pending.get(message.id)
    if (!pending) return
    switch (message.type) {
      case 'head': pending.head(message.head); break
      case 'chunk': pending.chunk(message.data); break
      case 'end':
        this.#pending.delete(message.id)
        pending.end(message.error)
        break
      case 'elsewhere':
        this.#pending.delete(message.id)
        this.elsewhere(message.run, pending)
    }
  }
}

/** The engine in this page: what would go to a server goes to a worker. */
class Here implements Transport {
  readonly engine = 'page'
  readonly #engine: Engine
  #files: Engine | undefined
  #filesEnd: number | undefined
  /** Files are made one after the other: each is of a run as it was. */
  #making: Promise<unknown> = Promise.resolve()

  constructor(lessons: string | undefined) {
    this.#engine = new Engine(engineURL, lessons, (run, pending) => {
      this.#making = this.#making.then(() => this.#make(run, pending))
    })
  }

  async fetch(address: URL, init: RequestInit = {}): Promise<Response> {
    const request = new Request(address, init)
    const body = init.body === undefined || init.body === null ? null : new Uint8Array(await request.arrayBuffer())
    return new Promise((done, failed) => {
      let stream: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
      const content = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (c) => { stream = c } })
      const abort = (): void => {
        const e = new DOMException('The request was given up.', 'AbortError')
        failed(e)
        stream?.error(e)
      }
      if (init.signal?.aborted) { abort(); return }
      init.signal?.addEventListener('abort', abort)
      this.#engine.ask({
        asked: { method: request.method, path: pathOf(address), headers: [...request.headers], body },
        head: ({ status, headers }) => {
          const hasBody = status !== 204 && status !== 304
          done(new Response(hasBody ? content : null, { status, headers: headers.map(([k, v]): [string, string] => [k, v]) }))
        },
        chunk: (data) => { if (!init.signal?.aborted) stream?.enqueue(data) },
        end: (error) => {
          init.signal?.removeEventListener('abort', abort)
          if (init.signal?.aborted) return
          if (error === '') { stream?.close(); return }
          failed(new TypeError(error))
          stream?.error(new TypeError(error))
        },
      }, init.signal).catch(failed)
    })
  }

  async upload(address: URL, file: File, headers: Readonly<Record<string, string>>, progress: (share: number) => void): Promise<{ status: number; text: string }> {
    progress(1)
    const response = await this.fetch(address, { method: 'POST', body: file, headers })
    return { status: response.status, text: await response.text() }
  }

  line(address: URL, _key: string | undefined, listener: LineListener): Line {
    const [, run = ''] = /api\/runs\/([^/]+)\/live$/.exec(address.pathname) ?? []
    const { port1, port2 } = new MessageChannel()
    this.#engine.connect(run, port2).catch(() => { listener.closed('', '', false) })
    return new PortLine(port1, listener)
  }

  events(address: URL, hello: { readonly key?: string | undefined }, listener: LineListener): Line {
    return this.line(new URL(address.href.replace(/events$/, 'live')), hello.key, listener)
  }

  /** Has the other program make a file, which is fetched at the first one. */
  #make(run: Run, { asked, head, chunk, end }: Pending): Promise<void> {
    clearTimeout(this.#filesEnd)
    this.#files ??= new Engine(filesURL, undefined, () => undefined)
    const files = this.#files
    files.post({ type: 'load', run, report: reportURL })
    return new Promise((made) => {
      files.ask({
        asked, head, chunk,
        end: (error) => {
          end(error)
          this.#filesEnd = window.setTimeout(() => {
            this.#files?.end()
            this.#files = undefined
          }, FILES_STAY)
          made()
        },
      }, null).catch((e: unknown) => {
        this.#files = undefined
        end(e instanceof Error ? e.message : String(e))
        made()
      })
    })
  }
}

/** What comes behind the page's root, as a server at / would be asked. */
function pathOf(address: URL): string {
  const at = address.pathname.lastIndexOf('/api/')
  return address.pathname.slice(at) + address.search
}

/** A line to a run in the worker. */
class PortLine implements Line {
  readonly by = 'socket'
  readonly #port: MessagePort

  constructor(port: MessagePort, listener: LineListener) {
    this.#port = port
    port.onmessage = ({ data }: MessageEvent<string | ArrayBuffer | { readonly ping?: string; readonly close?: true }>) => {
      listener.heard()
      if (typeof data === 'string') listener.text(data)
      else if (data instanceof ArrayBuffer) listener.frames(data)
      else if (data.ping !== undefined) port.postMessage({ pong: data.ping })
      else if (data.close) {
        this.close()
        listener.closed('', '', false)
      }
    }
    // Messages wait in the port until the engine has it.
    queueMicrotask(() => { listener.opened() })
  }

  send(text: string): boolean {
    this.#port.postMessage(text)
    return true
  }

  close(): void {
    this.#port.onmessage = null
    this.#port.postMessage({ close: true })
    this.#port.close()
  }
}

/** The engine of this page, whose lessons are in a file, if there are others than its own. */
export function begin(lessons: string | undefined): Transport {
  return new Here(lessons)
}
