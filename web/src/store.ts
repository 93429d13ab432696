import { Address } from './address'
import { Problem, type Api, type Skeletons } from './api'
import { Connection, Disconnected, type Link, type News } from './connection'
import type { FitFrame, Frame, GridFrame, TruthFrame } from './frame'
import type {
  Change, Control, ControlValue, Data, Hello, RunMessage, State, Summary,
} from './generated/wire'
import { History } from './history'
import type { Settings } from './settings'
import { Signal } from './signal'

/** The run as a whole; null until the server has told. */
export interface Run {
  readonly id: string
  readonly epoch: number
  readonly state: State
  readonly reason: string
  readonly data: Data
}

const READ_EVERY = 120 // ms; faster than this nobody reads figures

export const BEGUN_ANEW = 'The server no longer knew this run: it was begun anew, from step 0, with the same settings.'

/** What the page knows. Elements read its signals and call its methods. */
export class Store {
  readonly link = new Signal<Link>({ kind: 'connecting' })
  readonly run = new Signal<Run | null>(null)
  /** The controls as the server has them. */
  readonly settings: Signal<Settings>
  /** Values sent, or about to be, and not yet acknowledged. */
  readonly pending = new Signal<ReadonlyMap<string, ControlValue>>(new Map())
  /** Why a control's last value was refused. */
  readonly refused = new Signal<ReadonlyMap<string, string>>(new Map())
  readonly changes = new Signal<readonly Change[]>([])
  readonly grid = new Signal<GridFrame | null>(null)
  readonly truth = new Signal<TruthFrame | null>(null)
  /** The newest frame, at most once per animation frame. */
  readonly frame = new Signal<FitFrame | null>(null)
  /** The newest frame, as often as figures can be read. */
  readonly reading = new Signal<FitFrame | null>(null)
  /** Grows whenever the history has become another. */
  readonly historyVersion = new Signal(0)
  readonly notice = new Signal('')
  /** Whether somebody has moved a control on this page. */
  readonly touched = new Signal(false)
  /** The x at which the charts are read. */
  readonly probe = new Signal<number | null>(null)
  readonly history = new History()

  readonly id: string
  /** When the server made the run: another time is another run under the same id. */
  #created: string
  readonly #connection: Connection
  readonly #address: Address
  /** The next run message is of another run, even if its epoch has the same number. */
  #forgotten = false
  #newest: FitFrame | null = null
  #drawing = 0
  #readTimer: number | undefined
  #flushing = 0
  readonly #skeletons = new Map<string, Promise<Skeletons>>()
  readonly #wanted = new Map<string, ControlValue>()
  /** Of each control's value, as far as it has changed since the last run message. */
  readonly #revisions = new Map<string, number>()
  readonly #inFlight = new Map<string, number>()

  constructor(
    readonly api: Api,
    readonly controls: readonly Control[],
    run: Summary,
    /** What the run was asked to begin with; the first run message says what holds. */
    settings: Settings,
  ) {
    this.id = run.id
    this.#created = run.created
    this.settings = new Signal(settings)
    this.#connection = new Connection(api.live(run.id), {
      message: (m) => { this.#message(m) },
      frame: (f) => { this.#frame(f) },
      link: (l) => { this.link.value = l },
      hello: () => this.#hello(),
      recover: () => this.#recover(),
    })
    document.addEventListener('visibilitychange', () => { this.#watch() })
    this.#address = new Address(controls)
    this.#address.onEdit((name, value) => { this.set(name, value) })
    this.#connection.open()
  }

  /** What a control is to show: what was asked for, else what the server has. */
  shown(control: Control): ControlValue {
    return this.pending.value.get(control.name) ?? this.settings.value[control.name] ?? control.default
  }

  /** Sets a control; while it is dragged, at most one message per animation frame leaves. */
  set(name: string, value: ControlValue): void {
    this.touched.value = true
    this.#wanted.set(name, value)
    this.pending.value = new Map(this.pending.value).set(name, value)
    if (this.#flushing === 0) this.#flush()
  }

  /** Takes back why a control's last value was refused: another was typed. */
  forgive(name: string): void {
    this.refused.value = edited(this.refused.value, name, undefined)
  }

  /** The chart skeletons of a data set; asked for once, however many charts want them. */
  charts(data: Pick<Data, 'name'>): Promise<Skeletons> {
    const asked = this.#skeletons.get(data.name) ?? this.api.charts(data)
    this.#skeletons.set(data.name, asked)
    asked.catch(() => { this.#skeletons.delete(data.name) })
    return asked
  }

  play(): void { this.#order({ type: 'play' }) }
  pause(): void { this.#order({ type: 'pause' }) }
  reset(): void { this.#order({ type: 'reset' }) }

  /** Back to weights from before the run diverged. */
  restore(): void { this.#order({ type: 'restore' }) }
  retry(): void { this.#connection.retry() }

  /** Trains so many steps further, from a standstill. */
  step(steps: number): void {
    if (this.run.value?.state === 'playing') this.pause()
    this.#order({ type: 'step', steps })
  }

  #order(order: Parameters<Connection['command']>[0]): void {
    this.notice.value = ''
    this.#connection.command(order).catch((e: unknown) => { this.#tell(e) })
  }

  #tell(e: unknown): void {
    if (e instanceof Disconnected) return // the connection's state is shown where it belongs
    this.notice.value = e instanceof Error ? e.message : String(e)
  }

  #flush(): void {
    const wanted = [...this.#wanted]
    this.#wanted.clear()
    for (const [name, value] of wanted) void this.#change(name, value)
    this.#flushing = requestAnimationFrame(() => {
      this.#flushing = 0
      if (this.#wanted.size > 0) this.#flush()
    })
  }

  async #change(name: string, value: ControlValue): Promise<void> {
    this.#inFlight.set(name, (this.#inFlight.get(name) ?? 0) + 1)
    let reason = ''
    try {
      const ack = await this.#connection.command({ type: 'change', set: { [name]: value } })
      // The change itself is told to every viewer, but perhaps only after this.
      this.#put(name, value, ack.revision)
    } catch (e) {
      if (e instanceof Disconnected) this.notice.value = 'Not connected: the change was not made.'
      else reason = e instanceof Error ? e.message : String(e)
    }
    this.refused.value = edited(this.refused.value, name, reason === '' ? undefined : reason)
    const left = (this.#inFlight.get(name) ?? 1) - 1
    this.#inFlight.set(name, left)
    if (left === 0 && !this.#wanted.has(name)) this.pending.value = edited(this.pending.value, name, undefined)
  }

  /** A run message that came meanwhile has the change already. */
  #addChange(change: Change): void {
    if (this.changes.value.some((c) => c.revision === change.revision && c.control === change.control)) return
    this.changes.value = [...this.changes.value, change]
    this.#put(change.control, change.new, change.revision)
  }

  /** Acks and changes come by different ways: the one of the later revision holds. */
  #put(name: string, value: ControlValue, revision: number): void {
    if (revision < (this.#revisions.get(name) ?? 0)) return
    this.#revisions.set(name, revision)
    this.#settle({ ...this.settings.value, [name]: value })
  }

  #settle(settings: Settings): void {
    this.settings.value = settings
    this.#address.show(settings)
  }

  #hello(): Hello {
    const epoch = this.#forgotten ? undefined : this.run.value?.epoch
    this.#watch()
    return epoch === undefined ? { type: 'hello' } : { type: 'hello', epoch, next: this.history.length }
  }

  #watch(): void {
    // A page that nobody sees wants no frames; its history goes on.
    this.#connection.command({ type: 'watch', frames: !document.hidden }).catch(() => undefined)
  }

  /**
   * A refused upgrade looks to the page like a broken network: ask for the run,
   * and begin it anew where the server was restarted. Another page of the run
   * may have done so already.
   */
  async #recover(): Promise<void> {
    try {
      const { run } = await this.api.openRun(this.settings.value, this.id)
      if (run.created === this.#created) return
      this.#created = run.created
      this.#forgotten = true
      this.notice.value = BEGUN_ANEW
    } catch (e) {
      if (e instanceof Problem) this.notice.value = `The server cannot make this run: ${e.message}`
      throw e
    }
  }

  #message(m: News): void {
    const run = this.run.value
    switch (m.type) {
      case 'run':
        this.#begin(m)
        break
      case 'state':
        if (run) this.run.value = { ...run, state: m.state, reason: m.reason }
        break
      case 'change':
        this.#addChange(m.change)
        break
      case 'history':
        if (!run || m.epoch !== run.epoch) break
        if (this.history.add(m.first, m.points)) this.historyVersion.value++
        else this.#connection.hello()
    }
  }

  #begin(m: RunMessage): void {
    const before = this.run.value
    if (this.#forgotten || before?.epoch !== m.epoch || m.next < this.history.length) {
      this.#forgotten = false
      this.history.clear()
      this.historyVersion.value++
    }
    if (before && before.data.revision !== m.data.revision) {
      this.grid.value = null
      this.truth.value = null
      this.probe.value = null
    }
    this.run.value = { id: m.id, epoch: m.epoch, state: m.state, reason: m.reason, data: m.data }
    this.changes.value = m.changes
    this.#revisions.clear()
    this.#settle(m.controls)
  }

  #frame(frame: Frame): void {
    switch (frame.kind) {
      case 'grid':
        this.grid.value = frame
        break
      case 'truth':
        this.truth.value = frame
        break
      case 'fit':
        this.#newest = frame
        if (this.#drawing === 0) this.#drawing = requestAnimationFrame(() => { this.#draw() })
    }
  }

  #draw(): void {
    this.#drawing = 0
    const frame = this.#newest
    // A frame of an older epoch or data set can still have been on its way.
    if (!frame || frame.epoch !== this.run.value?.epoch || frame.dataRevision !== this.grid.value?.dataRevision) return
    this.frame.value = frame
    this.#readTimer ??= window.setTimeout(() => {
      this.#readTimer = undefined
      this.reading.value = this.frame.value
    }, READ_EVERY)
  }
}

/** The map with the key set, or without it. */
function edited<V>(map: ReadonlyMap<string, V>, key: string, value: V | undefined): ReadonlyMap<string, V> {
  if (value === undefined && !map.has(key)) return map
  const next = new Map(map)
  if (value === undefined) next.delete(key)
  else next.set(key, value)
  return next
}
