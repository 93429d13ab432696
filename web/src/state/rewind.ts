import { lanePictures, type Frame, type LanePicture } from '../net/frame'
import type { Ack } from '../generated/wire'
import { Signal } from '@preact/signals-core'

/** Where the past is kept, and who brings it back. */
export interface Recording {
  /** The steps of which there is a snapshot, ascending. */
  snapshots(): Promise<readonly number[]>
  /** A message of frames by the newest snapshot at or before the step, under the controls and on the present rows. */
  frames(step: number): Promise<readonly Frame[]>
  /** Has training continue from the snapshot; null if that was refused, which was told. */
  return(step: number): Promise<Ack | null>
  /** Other pictures are to be shown. */
  changed(): void
  /** What went wrong. */
  tell(e: unknown): void
}

const KEPT = 64 // pictures
const GROWTH = 1.1 // the list of snapshots is requested again when the run is so many times as long,
const ASK_EVERY = 2000 // but not more often than this, in ms

const REPLAY = 10_000 // ms for the whole run
const FASTEST = 50 // ms from one picture to the next
const SLOWEST = 250

/**
 * Looking back at a run that continues: which moment is wanted, and its picture. At
 * most one picture is asked for at a time, and the newest wish is the next.
 */
export class Rewind {
  /** The step that is looked at; null is now. */
  readonly at = new Signal<number | null>(null)
  /** The steps that can be looked at, ascending. */
  readonly steps = new Signal<readonly number[]>([])
  readonly replaying = new Signal(false)

  readonly #recording: Recording
  /** Pictures by step, those that were looked at last at the end. */
  readonly #kept = new Map<number, readonly LanePicture[]>()
  #shown: readonly LanePicture[] | null = null
  #generation = NaN
  /** Grows whenever what pictures are made of has become another. */
  #version = 0
  #asking = false
  #listing: Promise<void> | null = null
  #listAgain = false
  #listed = -Infinity
  /** Training continued from here with this revision: now is shown as soon as it has it. */
  #leaving = Infinity
  #newest: readonly LanePicture[] = []
  /** How many were begun or stopped. */
  #replays = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(recording: Recording) {
    this.#recording = recording
  }

  /** What is to be shown instead of the newest pictures; null while nobody looks back. */
  get pictures(): readonly LanePicture[] | null {
    return this.at.value === null ? null : this.#shown
  }

  /** A run message: another generation, or another run, has a past of its own. */
  begin(generation: number, isAnother: boolean): void {
    if (generation !== this.#generation || isAnother) {
      this.#generation = generation
      this.#newest = []
      this.now()
      this.steps.value = []
    }
    this.changed()
    void this.list()
  }

  /** Controls, rows or lanes are others: what is looked at is asked for again. */
  changed(): void {
    this.#version++
    this.#kept.clear()
    void this.#ask()
  }

  /** The newest pictures, as the connection delivers them. */
  live(pictures: readonly LanePicture[]): void {
    this.#newest = pictures
    this.#leave()
    const step = pictures[0]?.fit.step ?? 0
    if (step > GROWTH * (this.steps.value.at(-1) ?? -1) && performance.now() - this.#listed > ASK_EVERY) void this.list()
  }

  /** Asks which steps can be looked at, and waits until that is known as it is now. */
  list(): Promise<void> {
    // The answer that is under way may be of before.
    this.#listAgain = true
    return (this.#listing ??= this.#list())
  }

  async #list(): Promise<void> {
    while (this.#listAgain) {
      this.#listAgain = false
      this.#listed = performance.now()
      const generation = this.#generation
      try {
        const steps = await this.#recording.snapshots()
        if (generation === this.#generation) this.steps.value = steps
      } catch {
        // The list of before does until the next.
      }
    }
    this.#listing = null
  }

  /** Looks at the newest snapshot at or before the step. */
  look(step: number): void {
    this.stop()
    this.#look(step)
    if (step <= (this.steps.value.at(-1) ?? -1)) return
    // There may be newer ones than is known.
    const at = this.at.value
    void this.list().then(() => { if (this.at.value === at) this.#look(step) })
  }

  /** Looks so many snapshots further on, or back; beyond the last is now. */
  async move(by: number): Promise<void> {
    const there = (): number => {
      const [at, steps] = [this.at.value, this.steps.value]
      return (at === null ? steps.length : steps.findLastIndex((s) => s <= at)) + by
    }
    // There may be more of them by now.
    if (this.steps.value.length === 0 || (this.at.value !== null && there() >= this.steps.value.length)) await this.list()
    const step = this.steps.value[Math.max(0, there())]
    if (step === undefined) this.now()
    else this.look(step)
  }

  now(): void {
    this.stop()
    this.#leaving = Infinity
    this.#shown = null
    if (this.at.value === null) return
    this.at.value = null
    this.#recording.changed()
  }

  /** Shows the snapshots one after the other, from the first to now. */
  async replay(): Promise<void> {
    this.stop()
    const replay = this.#replays
    this.replaying.value = true
    await this.list()
    if (replay !== this.#replays) return
    const steps = this.steps.value
    const pictures = Math.min(steps.length, REPLAY / FASTEST)
    const every = Math.min(SLOWEST, REPLAY / pictures)
    const begun = performance.now()
    const next = (): void => {
      // By the clock: where pictures come slowly, some are left out.
      const i = Math.floor((performance.now() - begun) / every)
      const step = steps[Math.floor((i * steps.length) / pictures)]
      if (i >= pictures || step === undefined) {
        this.now()
        return
      }
      this.#look(step)
      this.#timer = setTimeout(next, every)
    }
    next()
  }

  /** Stays at the moment that the replay has come to. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#replays++
    this.replaying.value = false
  }

  /** Training continues from the weights that are looked at. */
  async goOn(): Promise<void> {
    const at = this.at.value
    if (at === null) return
    this.stop()
    const ack = await this.#recording.return(at)
    if (!ack || this.at.value !== at) return
    // Until then now would still be what it was before.
    this.#leaving = ack.revision
    this.#leave()
  }

  #leave(): void {
    if ((this.#newest[0]?.fit.revision ?? -1) >= this.#leaving) this.now()
  }

  #look(step: number): void {
    const steps = this.steps.value
    const at = steps[Math.max(0, steps.findLastIndex((s) => s <= step))]
    if (at === undefined || at === this.at.value) return
    this.#leaving = Infinity
    this.at.value = at
    const kept = this.#kept.get(at)
    if (kept) {
      this.#keep(at, kept)
      this.#show(kept)
    } else void this.#ask()
  }

  #show(pictures: readonly LanePicture[]): void {
    this.#shown = pictures
    this.#recording.changed()
  }

  async #ask(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    try {
      for (let at = this.at.value; at !== null && !this.#kept.has(at); at = this.at.value) {
        const version = this.#version
        const pictures = lanePictures(await this.#recording.frames(at))
        this.#take(pictures, at, version)
      }
    } catch (e) {
      this.now()
      this.#recording.tell(e)
    } finally {
      this.#asking = false
    }
  }

  /** A picture has come, of the step that was asked for or, if that is not kept any more, of one before. */
  #take(pictures: readonly LanePicture[], asked: number, version: number): void {
    const [first] = pictures
    // Another generation has begun, of which the run message is still on its way.
    if (first?.fit.generation !== this.#generation) {
      if (this.at.value === asked) this.now()
      return
    }
    const { step } = first.fit
    if (this.at.value === asked && step !== asked) {
      this.at.value = step
      void this.list()
    }
    // One that was made before a change is better than none, but not kept.
    if (version === this.#version) this.#keep(step, pictures)
    // So is one that is no longer wanted, while the one that is has not come.
    const at = this.at.value
    if (at !== null && (step === at || this.#shown?.[0]?.fit.step !== at)) this.#show(pictures)
  }

  #keep(step: number, pictures: readonly LanePicture[]): void {
    this.#kept.delete(step)
    this.#kept.set(step, pictures)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest)
  }
}
