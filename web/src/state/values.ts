import { Disconnected, Refusal } from '../net/connection'
import type { Ack, Control, ControlValue, Lane, LanesMessage, RunMessage } from '../generated/wire'
import type { Settings } from '../net/settings'
import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals-core'

interface Slot {
  readonly name: string
  /** Whose value it is; null is the run's. */
  readonly lane: number | null
}

interface Wish extends Slot {
  readonly value: ControlValue
}

/**
 * The values of the controls: the run's, and those of each lane; what was asked
 * for, and what the server has. Settings are those of the lane in focus, with the
 * run's.
 */
export class Values {
  /** As the server has them. */
  readonly settings: ReadonlySignal<Settings>
  /** Sent, or about to be, and not yet acknowledged; by slot. */
  readonly pending = signal<ReadonlyMap<string, ControlValue>>(new Map())
  /** Why a last value was refused; by slot. */
  readonly refused = signal<ReadonlyMap<string, string>>(new Map())

  readonly #runs: ReadonlySet<string>
  readonly #send: (slot: Slot, value: ControlValue) => Promise<Ack>
  readonly #tell: (notice: string) => void
  readonly #run: Signal<Settings>
  readonly #lanes = signal<ReadonlyMap<number, Settings>>(new Map())
  readonly #focus: ReadonlySignal<number>
  #flushing = 0
  readonly #wanted = new Map<string, Wish>()
  /** Of each value, as far as it has changed since the last run message. */
  readonly #revisions = new Map<string, number>()
  readonly #inFlight = new Map<string, number>()

  constructor(
    controls: readonly Control[], settings: Settings,
    /** The lane in focus. */
    focus: ReadonlySignal<number>,
    send: (slot: Slot, value: ControlValue) => Promise<Ack>, tell: (notice: string) => void,
  ) {
    this.#runs = new Set(controls.filter((c) => c.run).map((c) => c.name))
    this.#run = signal(settings)
    this.#focus = focus
    this.settings = computed(() => ({ ...this.run, ...this.of(focus.value) }))
    this.#send = send
    this.#tell = tell
  }

  /** What a control is to show: what was asked for, else what the server has. */
  shown(c: Control): ControlValue {
    return this.pending.value.get(this.#key(c.name)) ?? this.settings.value[c.name] ?? c.default
  }

  isPending(name: string): boolean {
    return this.pending.value.has(this.#key(name))
  }

  refusal(name: string): string | undefined {
    return this.refused.value.get(this.#key(name))
  }

  /** Takes back why a control's last value was refused: another was typed. */
  forgive(name: string): void {
    this.refused.value = edited(this.refused.value, this.#key(name), undefined)
  }

  /** Takes back all of them: after an undo every control shows what holds. */
  forgiveAll(): void {
    this.refused.value = new Map()
  }

  /** Notes why a value was refused that was asked for together with others. */
  refuse(name: string, reason: string): void {
    this.refused.value = edited(this.refused.value, this.#key(name), reason)
  }

  /** Sets a control of the run or of a lane, which is the one in focus unless it is said; while it is dragged, at most one message per animation frame leaves. */
  set(name: string, value: ControlValue, lane = this.#focus.value): void {
    const slot = this.#slot(name, lane)
    this.#wanted.set(key(slot), { ...slot, value })
    this.pending.value = new Map(this.pending.value).set(key(slot), value)
    if (this.#flushing === 0) this.#flush()
  }

  /** Everything that holds, from a run message. */
  begin(m: Pick<RunMessage, 'controls' | 'lanes'>): void {
    this.#revisions.clear()
    batch(() => {
      this.#run.value = m.controls
      this.#lanes.value = new Map(m.lanes.map((l) => [l.lane, l.controls]))
    })
  }

  /** Other lanes, perhaps told before a change that is known already. */
  lanesAre({ lanes, revision }: Pick<LanesMessage, 'lanes' | 'revision'>): void {
    const newest = (l: Lane): Settings => {
      const mine = this.of(l.lane)
      return Object.fromEntries(Object.entries(l.controls).map(([name, value]) => {
        const isNewer = revision >= (this.#revisions.get(key({ name, lane: l.lane })) ?? 0)
        return [name, isNewer ? value : (mine[name] ?? value)]
      }))
    }
    this.#lanes.value = new Map(lanes.map((l) => [l.lane, newest(l)]))
  }

  /** Acks and changes come by different ways: the one of the later revision holds. */
  put({ name, lane }: Slot, value: ControlValue, revision: number): void {
    const slot = key({ name, lane })
    if (revision < (this.#revisions.get(slot) ?? 0)) return
    this.#revisions.set(slot, revision)
    if (lane === null) this.#run.value = { ...this.run, [name]: value }
    else this.#lanes.value = new Map(this.#lanes.value).set(lane, { ...this.of(lane), [name]: value })
  }

  /** The values of a lane as the server has them. */
  of(lane: number): Settings {
    return this.#lanes.value.get(lane) ?? {}
  }

  get run(): Settings {
    return this.#run.value
  }

  #slot(name: string, lane = this.#focus.value): Slot {
    return { name, lane: this.#runs.has(name) ? null : lane }
  }

  #key(name: string): string {
    return key(this.#slot(name))
  }

  #flush(): void {
    const wanted = [...this.#wanted.values()]
    this.#wanted.clear()
    for (const wish of wanted) void this.#change(wish)
    this.#flushing = requestAnimationFrame(() => {
      this.#flushing = 0
      if (this.#wanted.size > 0) this.#flush()
    })
  }

  async #change({ value, ...slot }: Wish): Promise<void> {
    const k = key(slot)
    this.#inFlight.set(k, (this.#inFlight.get(k) ?? 0) + 1)
    let reason = ''
    try {
      const ack = await this.#send(slot, value)
      // The change itself is told to every viewer, but perhaps only after this.
      this.put(slot, value, ack.revision)
    } catch (e) {
      if (e instanceof Disconnected) this.#tell('Not connected; nothing was changed.')
      else if (e instanceof Refusal && e.isUnsaved) this.#tell(e.message)
      else reason = e instanceof Error ? e.message : String(e)
    }
    this.refused.value = edited(this.refused.value, k, reason === '' ? undefined : reason)
    const left = (this.#inFlight.get(k) ?? 1) - 1
    this.#inFlight.set(k, left)
    if (left === 0 && !this.#wanted.has(k)) this.pending.value = edited(this.pending.value, k, undefined)
  }
}

function key({ name, lane }: Slot): string {
  return lane === null ? name : `${lane} ${name}`
}

/** The map with the key set, or without it. */
function edited<V>(map: ReadonlyMap<string, V>, at: string, value: V | undefined): ReadonlyMap<string, V> {
  if (value === undefined && !map.has(at)) return map
  const next = new Map(map)
  if (value === undefined) next.delete(at)
  else next.set(at, value)
  return next
}
