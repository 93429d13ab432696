import type { Settings } from './settings'
import { UNPASSED, type Addresses } from './connection'
import { decodeFrames, type Frame } from './frame'
import { server, type Transport } from './transport'
import type { Curve, Format, Inspection, Lesson, Problem as Trouble } from '../generated/api'
import type { Control, ControlValue, CSVSpec, DataSpec, LaneSpec, Summary } from '../generated/wire'

/** The server's own words for why it did not do as asked. */
export class Problem extends Error {
  /** field is the control, or the member of what was sent, that is to blame. */
  constructor(readonly status: number, detail: string, readonly field = '', readonly code = '') {
    super(detail)
  }
}

/** The code of a problem that ends within seconds: another machine takes the run over. */
export const CODE_MOVING = 'moving'

/** The statuses that the page answers in its own way. */
export const STATUS = { UNAUTHORIZED: 401, FORBIDDEN: 403, NOT_FOUND: 404, GONE: 410, UNPROCESSABLE: 422 } as const

/** Which part of a curve is asked of the server. */
export interface CurveQuery {
  readonly lane: number
  readonly curve: string
  readonly from: number
  readonly to: number
  readonly pixels: number
}

/** What a run is to begin with: controls by name, and beside them what is no control. */
export interface Order {
  readonly [control: string]: ControlValue | ReadonlyArray<LaneSpec> | DataSpec
}

export interface LaneOrder {
  readonly name: string
  readonly colour: number
  readonly controls: Settings
}

/** Where the server's machine can be reached. */
export interface Reach {
  /** The server listens on every address of the machine. */
  readonly every: boolean
  readonly port: string
  /** Of the machine, in its networks. */
  readonly addresses: readonly string[]
}

/** A run as the server made it or found it. */
export interface Opened {
  readonly run: Summary
  /** It gives control of the run; a viewer has none. */
  readonly key: string | undefined
  readonly made: boolean
  /** Whether this browser may make runs without showing the server's token. */
  readonly canMake: boolean
}

/** What the server is not to tell from the file. */
export type Dialect = Pick<CSVSpec, 'header' | 'delimiter' | 'decimal' | 'missing'>

const KEY_HEADER = 'Run-Key'
const LONGEST_ANSWER = 10_000 // ms, until it begins

/** Says that it is the page that makes a run, and whether another site shows it in a frame. */
export const FROM_HEADER = 'Run-From'

/** The server's HTTP interface, seen from wherever the page is served. */
export class Api {
  /** Goes along with what makes runs, where no cookie can. */
  token: string | undefined

  /** Whether a page of another site shows this one in a frame. */
  framed = false

  /** Nobody has asked for a run yet: none is made, and one that is there is only found. */
  waits = false

  /** The address of the page's root, with a slash at the end. */
  constructor(readonly root: URL, readonly transport: Transport = server) {}

  controls(): Promise<readonly Control[]> {
    return this.#ask('api/controls')
  }

  /** A range of a curve, with about two points for each pixel; none of a lane that has gone meanwhile. */
  curve(id: string, q: CurveQuery): Promise<Curve> {
    const query = new URLSearchParams(Object.entries({ ...q, gone: 1 }).map(([name, value]) => [name, String(value)]))
    return this.#ask(`${this.#run(id)}/curve?${query.toString()}`)
  }

  /** Where others reach the server's machine, which it tells to that machine alone. */
  addresses(): Promise<Reach> {
    return this.#ask('api/addresses')
  }

  lessons(): Promise<readonly Lesson[]> {
    return this.#ask('api/lessons')
  }

  formats(): Promise<readonly Format[]> {
    return this.#ask('api/formats')
  }

  /** Where a file of a lane is made, with the rows that whoever asks may have or without any. */
  file(id: string, lane: number, format: string, hasRows: boolean): string {
    return new URL(`${this.#run(id)}/export?format=${format}&lane=${lane}${hasRows ? '' : '&rows=false'}`, this.root).href
  }

  /** A file with its name, for who has the run's key: an address must not have that. */
  async fileBy(key: string | undefined, address: string): Promise<File> {
    const response = await this.#fetch(address, key === undefined ? undefined : { headers: { [KEY_HEADER]: key } })
    const [, name = 'gnllviz'] = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '') ?? []
    return new File([await response.blob()], name)
  }

  /** The answer to a sweep, which comes line by line. */
  sweep(order: object, signal: AbortSignal): Promise<Response> {
    return this.#send('api/sweeps', 'POST', JSON.stringify(order), {}, signal)
  }

  /** The steps that can be looked back at. */
  snapshots(id: string): Promise<readonly number[]> {
    return this.#ask(`${this.#run(id)}/snapshots`)
  }

  /** What the lanes predicted by the newest snapshot at or before the step. */
  async frames(id: string, step: number): Promise<readonly Frame[]> {
    return decodeFrames(await (await this.#fetch(`${this.#run(id)}/frames?step=${step}`)).arrayBuffer())
  }

  /** Shows the token that the server asks of whoever makes runs; it answers with a cookie. */
  async login(token: string): Promise<void> {
    await this.#send('api/login', 'POST', JSON.stringify({ token }))
  }

  async make(order: Order): Promise<Opened> {
    const response = await this.#send('api/runs', 'POST', JSON.stringify(order), this.#from)
    const run = (await response.json()) as Summary & { readonly key: string }
    return { run, key: run.key, made: true, canMake: true }
  }

  /** Makes a copy of a run, with its weights as they are now. Who has its key may copy rows that others may not. */
  async copy(id: string, key: string | undefined): Promise<Opened> {
    const response = await this.#send('api/runs', 'POST', JSON.stringify({ from: id }), { ...this.#from, ...(key === undefined ? {} : { [KEY_HEADER]: key }) })
    const run = (await response.json()) as Summary & { readonly key: string }
    return { run, key: run.key, made: true, canMake: true }
  }

  /**
   * The run, made with that order unless it exists, which takes its key. To make
   * it takes the server's token, too; one that exists can be steered without.
   */
  async open(id: string, key: string, order: Order): Promise<Opened> {
    if (this.waits) return { ...await this.find(id), key }
    try {
      const response = await this.#promptly(this.#run(id), { method: 'PUT', body: JSON.stringify(order), headers: this.#headers({ ...this.#from, [KEY_HEADER]: key }) })
      return { run: (await response.json()) as Summary, key, made: response.status === 201, canMake: true }
    } catch (e) {
      if (!(e instanceof Problem) || e.status !== STATUS.UNAUTHORIZED) throw e
      const found = await this.find(id).catch(() => { throw e })
      return { ...found, key }
    }
  }

  async find(id: string): Promise<Opened> {
    const run = await this.#ask<Summary & { readonly can_make: boolean }>(this.#run(id))
    return { run, key: undefined, made: false, canMake: run.can_make }
  }

  /** What a run is; one that rests goes on resting. */
  summary(id: string): Promise<Summary> {
    return this.#ask(`${this.#run(id)}/summary`)
  }

  async rename(id: string, key: string, name: string): Promise<void> {
    await this.#send(this.#run(id), 'PATCH', JSON.stringify({ name }), { [KEY_HEADER]: key })
  }

  /** Deletes a run, with everything that it has learned. */
  async remove(id: string, key: string): Promise<void> {
    await this.#fetch(this.#run(id), { method: 'DELETE', headers: this.#headers({ [KEY_HEADER]: key }) })
  }

  /** The user's own rows with which the run's generation began. */
  async given(id: string, key: string | undefined): Promise<DataSpec | undefined> {
    const response = await this.#fetch(`${this.#run(id)}/recipe`, key === undefined ? undefined : { headers: { [KEY_HEADER]: key } })
    const { spec } = (await response.json()) as { readonly spec: { readonly data?: DataSpec } }
    return spec.data
  }

  async inspect(file: string | Blob, dialect: Dialect = {}): Promise<Inspection> {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(dialect)) {
      for (const v of typeof value === 'string' ? [value] : value) query.append(name, v)
    }
    return (await (await this.#send(`api/data/inspect?${query}`, 'POST', file, { 'Content-Type': 'text/csv' })).json()) as Inspection
  }

  /** Restarts the run with rows that are too many for one message. */
  async putData(id: string, key: string | undefined, data: DataSpec): Promise<void> {
    await this.#send(`${this.#run(id)}/data`, 'PUT', JSON.stringify(data), key === undefined ? {} : { [KEY_HEADER]: key })
  }

  lines(id: string): Addresses {
    const socket = new URL(`${this.#run(id)}/live`, this.root)
    socket.protocol = socket.protocol.replace('http', 'ws')
    return { socket, events: new URL(`${this.#run(id)}/events`, this.root) }
  }

  /** Why websockets fail, in the server's words, as browsers do not tell. */
  async refused(): Promise<string> {
    try {
      await this.#fetch(`api/connection?origin=${encodeURIComponent(location.origin)}`)
      return UNPASSED
    } catch (e) {
      if (e instanceof Problem) return e.message
      throw e
    }
  }

  get #from(): Readonly<Record<string, string>> {
    return { [FROM_HEADER]: this.framed ? 'frame' : 'page' }
  }

  #run(id: string): string {
    return `api/runs/${encodeURIComponent(id)}`
  }

  /** Asks twice: what a browser kept open for requests may have gone dead without a word. */
  async #ask<T>(path: string): Promise<T> {
    return (await (await this.#promptly(path)).json()) as T
  }

  /** For what may be asked twice: a connection that was kept open may have died without a word. */
  async #promptly(path: string, init: RequestInit = {}): Promise<Response> {
    const once = async (): Promise<Response> => {
      const late = new AbortController()
      const timer = setTimeout(() => { late.abort() }, LONGEST_ANSWER)
      try {
        return await this.#fetch(path, { ...init, signal: late.signal })
      } finally {
        clearTimeout(timer) // the answer has begun
      }
    }
    return once().catch((e: unknown) => {
      if (e instanceof DOMException && e.name === 'AbortError') return once()
      throw e
    })
  }

  #send(path: string, method: string, body: string | Blob, headers: Readonly<Record<string, string>> = {}, signal: AbortSignal | null = null): Promise<Response> {
    return this.#fetch(path, { method, body, signal, headers: this.#headers(headers) })
  }

  #headers(more: Readonly<Record<string, string>>): Record<string, string> {
    const bearer = this.token === undefined ? {} : { Authorization: `Bearer ${this.token}` }
    return { 'Content-Type': 'application/json', ...bearer, ...more }
  }

  async #fetch(path: string, init?: RequestInit): Promise<Response> {
    const response = await this.transport.fetch(new URL(path, this.root), init)
    if (!response.ok) {
      const problem = (await response.json().catch(() => ({}))) as Partial<Trouble>
      throw new Problem(response.status, problem.detail ?? problem.title ?? `the server answered ${response.status}`, problem.field, problem.code)
    }
    return response
  }
}
