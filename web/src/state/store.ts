import { Address } from './address'
import type { Api, Opened, Order } from '../net/api'
import { Connection, Disconnected, isConnected, Refusal, type Link as Connected, type News, type Order as Command } from '../net/connection'
import { lanePictures, type Frame, type GridFrame, type LanePicture, type TargetsFrame, type TruthFrame } from '../net/frame'
import { AUTO, OWN_DATA, type Ack, type BeginCommand, type Change, type Control, type ControlValue, type Data, type DataSpec, type Goal, type Hello, type Lane, type Person, type RunMessage, type State, type Trouble, type ViewersMessage, type WatchCommand } from '../generated/wire'
import { originalOf, type Original } from './copied'
import { Follow } from './follow'
import { inFrame } from './frame'
import { History } from './history'
import { later } from './later'
import { LessonPlay } from './lesson-play'
import { triedOf, type Tried } from './lesson-tried'
import { Lessons } from './lessons'
import type { Asked, Link } from './link'
import { noteMine } from './mine'
import { moveKept } from './moved'
import { noteNumber, numbersOf, rememberedName, rememberName } from './name'
import { byOthers, OthersChanges } from './others'
import { OwnRows } from './own-rows'
import { painted } from './painted'
import { remember as rememberPrompts } from './prompts'
import { Past } from './past'
import { Recovery } from './recovery'
import { Rewind } from './rewind'
import { sameValue, type Settings } from '../net/settings'
import { computed, Signal, type ReadonlySignal } from '@preact/signals-core'
import { Values } from './values'
import { View, type Tool } from './view'

/** The run as a whole; null until the server has told. */
export interface Run {
  readonly id: string
  /** Of the lesson that it was begun as, or empty. */
  readonly title: string
  /** The name of the lesson that it is, or empty. */
  readonly lesson: string
  readonly generation: number
  readonly state: State
  readonly reason: string
  /** What it trains up to. */
  readonly goal: Goal | null
  /** Lanes whose training went wrong. */
  readonly trouble: readonly Trouble[]
  /** Whether everyone who watches may change settings. */
  readonly open: boolean
  readonly data: Data
}

const READ_EVERY = 120 // ms; faster than this nobody reads figures
const PRESENT_EVERY = 200 // ms
const LONGEST_COMMAND = 60_000 // bytes; beyond it rows go by HTTP

/** What who only watches is told when all may change settings, and when that is over. */
export const OPENED = 'You can change settings now.'
export const CLOSED = 'The controls are closed again.'

/** What the page knows. Elements read its signals and call its methods. */
export class Store {
  readonly link = new Signal<Connected>({ kind: 'connecting', why: '', limit: '' })
  readonly run = new Signal<Run | null>(null)
  /** Whether this page may change anything. */
  readonly steers = new Signal(false)
  readonly lanes = new Signal<readonly Lane[]>([])
  readonly values: Values
  readonly changes = new Signal<readonly Change[]>([])
  /** The same, each with who made it only where somebody else did. */
  readonly told: ReadonlySignal<readonly Change[]> = computed(() => byOthers(this.changes.value, this.me.value?.person, () => this.#numbers.value))
  readonly grid = new Signal<GridFrame | null>(null)
  readonly truth = new Signal<TruthFrame | null>(null)
  /** The truth of every target where there are several. */
  readonly targetTruth = new Signal<TargetsFrame | null>(null)
  /** The newest picture of each lane, at most once per animation frame. */
  readonly frames = new Signal<readonly LanePicture[]>([])
  /** The newest picture, as often as figures can be read. */
  readonly reading = new Signal<readonly LanePicture[]>([])
  /** As it is now, also while an earlier picture is looked at; as often as figures can be read. */
  readonly live = new Signal<readonly LanePicture[]>([])
  /** Grows whenever the history has become another. */
  readonly historyVersion = new Signal(0)
  readonly notice = new Signal('')
  /** Whether somebody has moved a control on this page. */
  readonly touched = new Signal(false)
  readonly lessons: Lessons
  /** The course of the lesson that is on. */
  readonly course: LessonPlay
  /** What the lesson proposes, if it has been done. */
  readonly tried: ReadonlySignal<Tried | null>
  readonly history = new History()
  readonly past = new Past((order) => { this.values.forgiveAll(); return this.#do(order) }, (e) => { this.#tell(e) })
  readonly rewind = new Rewind({
    snapshots: () => this.api.snapshots(this.id),
    frames: (step) => this.api.frames(this.id, step),
    return: (step) => this.ask({ type: 'return', step }),
    changed: () => { this.#drawSoon() },
    // What fetch throws is a broken network, which is shown where it belongs.
    tell: (e) => { if (!(e instanceof TypeError)) this.#tell(e) },
  })

  /** What this page looks at, and how. */
  readonly view: View
  readonly follow: Follow
  readonly others = new OthersChanges()
  /** What others know whoever is at this page by. */
  readonly me = new Signal<Person | null>(null)
  /** Who watches, for whoever has the run's key. */
  readonly viewers = new Signal<ViewersMessage | null>(null)
  /** The run of which this tab made this one as a copy; null: it did not, or that is not known yet. */
  readonly original = new Signal<Original | null>(null)
  readonly own: OwnRows
  readonly id: string
  /** It gives control of the run. */
  readonly key: string | undefined
  /** Whether this browser may make runs here without showing the server's token. */
  readonly canMake: Signal<boolean>
  readonly #connection: Connection
  readonly #address: Address
  /** Under which numbers this tab has changed the run before. */
  readonly #numbers = new Signal<readonly number[]>([])
  readonly #recovery: Recovery
  /** The hello had the run's key. */
  #mine = false
  /** This page has shown others where it looks. */
  #presents = false
  /** The run is about to be deleted. */
  #left = false
  #presentTimer: number | undefined
  #newest: readonly LanePicture[] = []
  #readTimer: number | undefined

  constructor(
    readonly api: Api,
    readonly controls: readonly Control[],
    opened: Opened,
    /** What the run was asked to begin with; the first run message says what holds. */
    settings: Settings,
    { view = new View(), data = null, lesson = '' }: { readonly view?: View; readonly data?: DataSpec | null; readonly lesson?: string } = {},
  ) {
    const { run, key, canMake } = opened
    this.canMake = new Signal(canMake)
    this.view = view
    this.follow = new Follow(view, this.rewind, () => this.lanes.peek())
    this.own = new OwnRows(api, key, data)
    this.id = run.id
    this.key = key
    // The address of a page that steers says which lesson is on.
    this.lessons = new Lessons({ list: () => api.lessons(), begin: (order) => this.#beginLesson(order) }, key !== undefined && lesson === '', lesson !== '')
    const { run: now, lanes, live, grid, steers } = this
    this.tried = computed(() => triedOf(this.lessons.shown.value?.action, {
      lanes: lanes.value, ids: now.value?.data.ids ?? [], changes: this.changes.value,
      settings: (lane) => ({ ...this.values.run, ...this.values.of(lane) }),
    }))
    this.course = new LessonPlay({
      id: this.id, shown: this.lessons.shown, run: now, lanes, live, grid, steers, tried: this.tried,
      until: (step) => { this.#connection.command({ type: 'until', step }).catch(() => undefined) }, // it may be there by then
    })
    this.#recovery = new Recovery(opened, api, () => this.#again(), this.notice)
    this.values = new Values(controls, settings, view.focus, (slot, value) => {
      const lane = slot.lane === null ? {} : { lane: slot.lane }
      return this.#connection.command({ type: 'change', ...lane, set: { [slot.name]: value } })
    }, (notice) => { this.notice.value = notice })
    this.#connection = new Connection(api.transport, api.lines(run.id), {
      message: (m) => { this.#message(m) },
      frames: (f) => { this.#frames(f) },
      link: (l) => {
        this.link.value = l
        if (isConnected(l)) this.#greet()
      },
      hello: () => this.#hello(),
      recover: () => this.#recovery.recover(),
      refused: () => api.refused(),
      ask: () => { this.#watch() },
    })
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.#watch() }) // the connection does when it is seen
    this.#address = new Address(api.root, run.id, key, controls, () => this.#link)
    this.#address.onEdit((asked) => { this.#edited(asked) })
    for (const signal of [this.values.settings, this.lanes, this.own.packed, view.text, this.lessons.shown]) later<unknown>(signal, () => { this.#address.show() })
    later(this.follow.own, () => { this.#present() })
    this.#connection.open()
    void painted.then(() => { this.#look() })
  }

  /** What is in the browser's storage, which nothing waits for that is to be seen at once. */
  #look(): void {
    this.#numbers.value = numbersOf(this.id)
    this.#noteMine()
    addEventListener('pagehide', () => { this.#noteMine() })
    const original = originalOf(this.id)
    this.original.value = original
    if (original) this.follow.go(original.view)
    if (!moveKept()) return
    this.view.remember()
    rememberPrompts()
    const name = rememberedName()
    if (name !== '' && isConnected(this.link.value)) void this.callMe(name).catch(() => undefined)
  }

  /** The run is one of this browser's own; a page within another one's keeps nothing. */
  #noteMine(): void {
    if (this.key !== undefined && !this.#left && document.documentElement.dataset['form'] !== 'embed') noteMine(this.id, this.key)
  }

  /** Listens no more, as the run is about to be deleted: it is not to be made again. */
  leave(): void {
    this.#left = true
    this.#connection.close()
  }

  /** It was not deleted after all. */
  stay(): void {
    this.#left = false
    this.#connection.open()
  }

  /** The values of the lane in focus, with the run's, as the server has them. */
  get settings(): ReadonlySignal<Settings> {
    return this.values.settings
  }

  /** Whether the run has the user's own rows, as far as is known here. */
  get hasOwn(): boolean {
    return this.own.given !== null || this.run.value?.data.name === OWN_DATA
  }

  /** What a control is to show: what was asked for, else what the server has. */
  shown(control: Control): ControlValue {
    return this.values.shown(control)
  }

  /** What a control that may be left to the program comes to by itself in the lane in focus at this moment; NaN where that is not known. */
  automatic(control: Control): number {
    const lane = this.lanes.value.find((l) => l.lane === this.view.focus.value)
    return lane?.auto?.[control.name] ?? this.run.value?.data.auto[control.name] ?? NaN
  }

  /** The number that a value of a control is: its own, or the one that the program chooses. */
  number(control: Control, value: ControlValue): number {
    return value === AUTO ? this.automatic(control) : Number(value)
  }

  /** Sets a control of the run or of a lane, which is the one in focus unless it is said. */
  set(name: string, value: ControlValue, lane?: number): void {
    if (!this.steers.value) return
    this.touched.value = true
    this.values.set(name, value, lane)
  }

  /** Sets several controls of the lane in focus, all of them or none: why not, where that is so, stands at the control it is due to. */
  async setTogether(set: Settings): Promise<void> {
    if (!this.steers.value) return
    this.touched.value = true
    for (const name of Object.keys(set)) this.values.forgive(name)
    try {
      await this.#do({ type: 'change', lane: this.view.focus.value, set })
    } catch (e) {
      if (e instanceof Refusal && e.answer.control !== '') this.values.refuse(e.answer.control, e.message)
      else this.#tell(e)
    }
  }

  /** The picture of the lane in focus. */
  focused(pictures: readonly LanePicture[]): LanePicture | undefined {
    return pictures.find((p) => p.lane === this.view.focus.value)
  }

  /** Looks at another lane. */
  look(lane: number): void {
    this.view.focus.value = lane
  }

  /** The addresses of the run, and of another like it. */
  get address(): Omit<Address, 'show' | 'onEdit'> {
    return this.#address
  }

  play(): void { this.order({ type: 'play' }) }
  pause(): void { this.order({ type: 'pause' }) }
  reset(): void { this.order({ type: 'reset' }) }
  /** Back to weights from before the run diverged. */
  restore(): void { this.order({ type: 'restore' }) }
  /** Back to weights with which a lane's training was well, and to the setting that is probably better. */
  recover({ step, lane, cause }: Trouble): void {
    this.order({ type: 'return', step, lane, ...(cause === null ? {} : { set: { [cause.control]: cause.suggested } }) })
  }
  /** Again from step 0, with the settings that are probably better for the lanes whose training went wrong. */
  restart(troubles: readonly Trouble[]): void {
    const sets = troubles.flatMap(({ lane, cause }) => cause === null ? [] : [{ lane, set: { [cause.control]: cause.suggested } }])
    this.order({ type: 'reset', ...(sets.length === 0 ? {} : { lanes: sets }) })
  }
  retry(): void { this.#connection.retry() }

  /** Trains so many steps further, from a standstill. */
  step(steps: number): void {
    this.#stop()
    this.order({ type: 'step', steps })
  }

  /** Trains until every row was seen once more, from a standstill. */
  epoch(): void {
    this.#stop()
    this.order({ type: 'epoch' })
  }

  /** Adds a lane, a copy of another, and looks at it. */
  async copyLane(lane: number): Promise<void> {
    const ack = await this.ask({ type: 'lane_add', copy: lane })
    if (ack) this.look(ack.lane)
  }

  /** Restarts the run with the user's own rows. Fails with the server's words. */
  async useData(data: DataSpec): Promise<void> {
    const size = new TextEncoder().encode(JSON.stringify(data)).length
    if (size < LONGEST_COMMAND) await this.#connection.command({ type: 'data', data })
    else await this.api.putData(this.id, this.key, data)
    this.own.give(data)
    this.touched.value = true
  }

  /** A lesson that begins again asks again. */
  #beginLesson(order: Omit<BeginCommand, 'id'>): Promise<Ack | null> {
    this.course.forget()
    return this.#beginAnew(order)
  }

  /** Restarts the run, with everything that it has. */
  async #beginAnew(order: Omit<BeginCommand, 'id'>): Promise<Ack | null> {
    const ack = await this.ask(order)
    if (!ack) return null
    this.touched.value = true
    if (order.data) this.own.give(order.data)
    return ack
  }

  /** Has a command done; what goes wrong is told under the header. */
  order(order: Command): void {
    void this.ask(order)
  }

  async ask(order: Command): Promise<Ack | null> {
    try {
      return await this.#do(order)
    } catch (e) {
      this.#tell(e)
      return null
    }
  }

  /** What was told before is of no interest any more. */
  #do(order: Command): Promise<Ack> {
    this.notice.value = ''
    return this.#connection.command(order)
  }

  #stop(): void {
    if (this.run.value?.state === 'playing') this.pause()
  }

  #tell(e: unknown): void {
    if (e instanceof Disconnected) return // the connection's state is shown where it belongs
    this.notice.value = e instanceof Error ? e.message : String(e)
  }

  /** What a new run like this one can be made with. */
  get #link(): Link {
    const { run } = this.values
    return {
      run,
      lesson: this.lessons.shown.value?.slug ?? '',
      lanes: this.lanes.value.map(({ lane, name, colour }) => ({ name, colour, settings: this.values.of(lane) })),
      data: this.own.packed.value,
      view: this.view.text.value,
    }
  }

  /** Somebody has edited the address: its settings hold, as far as the lanes are there. */
  #edited(asked: Asked): void {
    if (asked.lesson !== '' && asked.lesson !== this.lessons.shown.value?.slug) {
      void this.lessons.open(asked.lesson)
      return
    }
    this.view.read(asked.view)
    this.lanes.value.forEach(({ lane }, i) => {
      const wanted = { ...asked.controls, ...asked.lanes[i]?.controls }
      const settings = { ...this.values.run, ...this.values.of(lane) }
      for (const c of this.controls) {
        if (c.run && i > 0) continue
        // The user's own rows have no name in an address.
        const otherwise = c.name === 'dataset' && settings[c.name] === OWN_DATA ? OWN_DATA : c.default
        const value = wanted[c.name] ?? otherwise
        if (!sameValue(value, settings[c.name])) this.set(c.name, value, lane)
      }
    })
  }

  #hello(): Hello {
    const generation = this.#recovery.forgotten ? undefined : this.run.value?.generation
    return {
      type: 'hello',
      ...(this.key === undefined ? {} : { key: this.key }),
      ...(generation === undefined ? {} : { generation, next: this.history.length }),
    }
  }

  #watch(): void {
    // A page that nobody sees wants no frames; its history continues.
    this.#connection.command({ type: 'watch', frames: !document.hidden }).catch(() => undefined)
  }

  /** A line is new to whoever is at its other end. */
  #greet(): void {
    this.#watch()
    const name = rememberedName()
    if (name !== '') this.#attend({ name })
    if (this.#presents) this.#present()
  }

  /** Says what others are to call whoever is at this page. Fails with the server's words. */
  async callMe(name: string): Promise<void> {
    await this.#connection.command({ type: 'watch', name })
    const me = this.me.value
    const trimmed = name.trim()
    rememberName(trimmed)
    if (me) this.me.value = { person: me.person, colour: me.colour, ...(trimmed === '' ? {} : { name: trimmed }) }
  }

  #attend(what: Partial<Pick<WatchCommand, 'name' | 'presents'>>): void {
    this.#connection.command({ type: 'watch', ...what }).catch(() => undefined)
  }

  /** Shows those who follow where somebody looks who has the key: the newest, and not too often. */
  #present(): void {
    if (!this.#mine) return
    this.#presents = true
    this.#presentTimer ??= window.setTimeout(() => {
      this.#presentTimer = undefined
      if (isConnected(this.link.value)) this.#attend({ presents: this.follow.own.value })
    }, PRESENT_EVERY)
  }

  /** The order for a run like this one. */
  #again(): Order {
    const { dataset, ...run } = this.values.run
    const isOwn = dataset === OWN_DATA
    return {
      ...run,
      title: this.run.value?.title ?? '', lesson: this.run.value?.lesson ?? '',
      ...(dataset === undefined || isOwn ? {} : { dataset }),
      ...(isOwn && this.own.given ? { data: this.own.given } : {}),
      lanes: this.lanes.value.map(({ lane, name, colour }) => ({ name, colour, controls: this.values.of(lane) })),
    }
  }

  #message(m: News): void {
    const run = this.run.value
    switch (m.type) {
      case 'welcome':
        this.#mine = m.steer
        this.me.value = { ...m.you, name: rememberedName() }
        this.#mayAll(run?.open ?? false)
        break
      case 'run':
        this.#begin(m)
        break
      case 'state':
        if (run) this.run.value = { ...run, state: m.state, reason: m.reason, goal: m.goal, trouble: m.trouble }
        void this.rewind.list()
        break
      case 'open':
        if (run) this.run.value = { ...run, open: m.open }
        if (!this.#mine && m.open !== run?.open) this.notice.value = m.open ? OPENED : CLOSED
        this.#mayAll(m.open)
        break
      case 'view':
        if (!this.#mine) this.follow.told(m)
        break
      case 'viewers':
        this.viewers.value = m
        break
      case 'lanes':
        this.#lanesAre(m.lanes)
        this.values.lanesAre(m)
        this.rewind.changed()
        void this.rewind.list()
        this.follow.apply()
        break
      case 'data':
        // Until their grid comes the old picture stands.
        if (run) this.run.value = { ...run, data: m.data }
        this.#shows(m.data)
        this.rewind.changed()
        break
      case 'change':
        this.#addChange(m.change)
        break
      case 'history':
        if (!run || m.generation !== run.generation) break
        if (this.history.add(m.first, m.points)) this.historyVersion.value++
        else this.#connection.hello()
    }
  }

  #mayAll(open: boolean): void {
    this.steers.value = this.#mine || open
    if (!this.steers.value) this.view.tool.value = 'read'
  }

  #begin(m: RunMessage): void {
    const before = this.run.value
    const isAnother = this.#recovery.forgotten
    if (isAnother || before?.generation !== m.generation || m.next < this.history.length) {
      this.#recovery.forgotten = false
      this.history.clear()
      this.historyVersion.value++
    }
    if (before && before.data.revision !== m.data.revision) {
      this.grid.value = null
      this.truth.value = null
      this.targetTruth.value = null
      this.view.probe.value = null
    }
    this.run.value = { id: m.id, title: m.title, lesson: m.lesson, generation: m.generation, state: m.state, reason: m.reason, goal: m.goal, trouble: m.trouble, open: m.open, data: m.data }
    this.#shows(m.data)
    this.#lanesAre(m.lanes)
    this.values.begin(m)
    this.#mayAll(m.open)
    this.changes.value = m.changes
    this.past.begin(m, isAnother)
    this.rewind.begin(m.generation, isAnother)
    if (before && before.generation !== m.generation) this.follow.begin()
    this.follow.apply()
    this.lessons.told(m.lesson)
    void this.own.learn(m)
    this.#drawSoon()
  }

  /** The curves of the history are those of the target that is shown; of several no row can be added by a click. */
  #shows({ shown_target: target, targets, inputs }: Data): void {
    const unfit: Tool = targets.length > 1 ? 'add' : 'move'
    if (inputs.length === 1 && this.view.tool.value === unfit) this.view.tool.value = 'read'
    if (target === this.history.target) return
    this.history.target = target
    this.historyVersion.value++
  }

  #lanesAre(lanes: readonly Lane[]): void {
    this.history.know(lanes)
    if (!lanes.some((l) => l.lane === this.view.focus.value)) this.view.focus.value = lanes[0]?.lane ?? 0
    this.lanes.value = lanes
    this.historyVersion.value++
  }

  /** A run message that came meanwhile has the change already. */
  #addChange(change: Change): void {
    if (this.changes.value.some((c) => c.revision === change.revision && c.control === change.control)) return
    this.changes.value = [...this.changes.value, change]
    this.past.add(change)
    if (change.by && change.by.person === this.me.value?.person) noteNumber(this.id, change.by.person)
    if (this.steers.value) this.others.add(change, this.me.value?.person, performance.now())
    this.rewind.changed()
    if (change.kind === 'control') this.values.put({ name: change.control, lane: change.lane }, change.new, change.revision)
  }

  #frames(frames: readonly Frame[]): void {
    const grid = frames.find((f) => f.kind === 'grid')
    if (grid) {
      // The truth comes with it, and is to be there when the grid is seen.
      this.truth.value = frames.find((f) => f.kind === 'truth') ?? null
      this.targetTruth.value = frames.find((f): f is TargetsFrame => f.kind === 'targetTruth') ?? null
      this.grid.value = grid
    }
    const pictures = lanePictures(frames)
    if (pictures.length > 0) {
      this.#newest = pictures
      this.rewind.live(pictures)
    }
    this.#drawSoon()
  }

  #drawSoon(): void {
    inFrame(this.#draw)
  }

  readonly #draw = (): void => {
    const seen = this.rewind.pictures ?? this.#newest
    if (this.#fits(seen)) this.frames.value = seen
    this.#readTimer ??= window.setTimeout(() => {
      this.#readTimer = undefined
      this.reading.value = this.frames.value
      if (this.#fits(this.#newest)) this.live.value = this.#newest
    }, READ_EVERY)
  }

  /**
   * A picture of an older generation or data set can still have been on its way, and
   * one of a newer may have come before what it stands on.
   */
  #fits(pictures: readonly LanePicture[]): boolean {
    const [run, grid] = [this.run.value, this.grid.value]
    return pictures.length > 0 && pictures.every(({ fit }) => fit.generation === run?.generation && fit.dataRevision === grid?.dataRevision)
  }
}
