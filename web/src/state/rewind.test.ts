import { describe, expect, it } from 'vitest'
import type { Frame } from '../net/frame'
import type { Ack } from '../generated/wire'
import { later } from './later'
import { Rewind, type Recording } from './rewind'

const EPOCH = 7

/** All frames of a lane at a step. */
function message(step: number, revision = 1, generation = EPOCH): Frame[] {
  const head = { lane: 0, generation, revision, step, dataRevision: 1 }
  const none = new Float32Array()
  const recalibrated = { predicted: none, scaled: none, isotonic: none }
  return [
    { kind: 'fit', ...head, mean: none, std: none, epistemic: null, scalars: {} as never },
    { kind: 'rows', ...head, mean: none, std: none, pullMean: none, pullVariance: none },
    { kind: 'calibration', ...head, expected: none, ...recalibrated },
    { kind: 'pit', ...head, ...recalibrated },
  ]
}

const live = (step: number, revision = 1): Parameters<Rewind['live']>[0] => [{ lane: 0, fit: message(step, revision)[0] } as never]

/** A recording that answers when it is told to. */
class Tape implements Recording {
  readonly asked: number[] = []
  readonly told: unknown[] = []
  readonly returned: number[] = []
  shows = 0
  revision = 1
  generation = EPOCH
  ack: Ack | null = { type: 'ack', id: 1, revision: 5, generation: EPOCH, step: 90, lane: 0 }
  #answer: ((f: readonly Frame[] | Error) => void) | undefined

  constructor(public steps: readonly number[] = [0, 1, 2, 4, 8, 16, 32, 64]) {}

  snapshots(): Promise<readonly number[]> { return Promise.resolve(this.steps) }

  frames(step: number): Promise<readonly Frame[]> {
    expect(this.#answer, 'another request is in flight').toBeUndefined()
    this.asked.push(step)
    return new Promise((done, failed) => {
      this.#answer = (f) => { this.#answer = undefined; if (f instanceof Error) failed(f); else done(f) }
    })
  }

  return(step: number): Promise<Ack | null> {
    this.returned.push(step)
    return Promise.resolve(this.ack)
  }

  changed(): void { this.shows++ }
  tell(e: unknown): void { this.told.push(e) }

  /** Answers what was asked last, and waits until that has been taken. */
  async answer(f: readonly Frame[] | Error = message(this.asked.at(-1) ?? NaN, this.revision, this.generation)): Promise<void> {
    this.#answer?.(f)
    await settled()
  }
}

const settled = async (): Promise<void> => { for (let i = 0; i < 20; i++) await Promise.resolve() }

async function begun(tape = new Tape()): Promise<{ tape: Tape; rewind: Rewind; shown: () => number | undefined }> {
  const rewind = new Rewind(tape)
  rewind.begin(EPOCH, false)
  await settled()
  return { tape, rewind, shown: () => rewind.pictures?.[0]?.fit.step }
}

describe('looking back', () => {
  it('shows the snapshot at or before the step, and comes back', async () => {
    const { tape, rewind, shown } = await begun()
    expect(rewind.steps.value).toEqual(tape.steps)
    expect(shown()).toBeUndefined()
    rewind.look(20)
    expect(rewind.at.value).toBe(16)
    await tape.answer()
    expect(shown()).toBe(16)
    rewind.now()
    expect(rewind.at.value).toBeNull()
    expect(shown()).toBeUndefined()
    // What was looked at is not asked for again.
    rewind.look(16)
    expect(shown()).toBe(16)
    expect(tape.asked).toEqual([16])
  })

  it('finds snapshots that were not known yet', async () => {
    const { tape, rewind } = await begun()
    tape.steps = [...tape.steps, 128, 256]
    rewind.look(200)
    expect(rewind.at.value).toBe(64)
    await settled()
    expect(rewind.at.value).toBe(128)
    // Not where somebody has gone elsewhere meanwhile.
    tape.steps = [...tape.steps, 512]
    rewind.look(600)
    rewind.now()
    rewind.look(1)
    await settled()
    expect(rewind.at.value).toBe(1)
  })

  it('asks for one picture at a time, and the newest wish is the next', async () => {
    const { tape, rewind, shown } = await begun()
    for (const step of [64, 32, 16, 8, 4]) rewind.look(step)
    expect(tape.asked).toEqual([64])
    await tape.answer()
    // Better than none, as long as what is wanted has not come.
    expect(shown()).toBe(64)
    expect(rewind.at.value).toBe(4)
    expect(tape.asked).toEqual([64, 4])
    rewind.look(64)
    await tape.answer()
    expect(shown()).toBe(64)
  })

  it('takes no answer that comes after it has come back', async () => {
    const { tape, rewind, shown } = await begun()
    rewind.look(8)
    rewind.now()
    await tape.answer()
    expect(shown()).toBeUndefined()
    expect(rewind.at.value).toBeNull()
  })

  it('asks again when controls, rows or lanes have changed', async () => {
    const { tape, rewind, shown } = await begun()
    rewind.look(8)
    // The change comes while the picture from before it is under way.
    rewind.changed()
    await tape.answer()
    expect(shown()).toBe(8)
    tape.revision = 2
    await tape.answer()
    expect(rewind.pictures?.[0]?.fit.revision).toBe(2)
    expect(tape.asked).toEqual([8, 8])
    rewind.changed()
    expect(tape.asked).toEqual([8, 8, 8])
  })

  it('follows where a snapshot is no longer kept', async () => {
    const { tape, rewind, shown } = await begun()
    rewind.look(32)
    tape.steps = [0, 1, 2, 4, 8, 64]
    await tape.answer(message(8))
    expect(rewind.at.value).toBe(8)
    expect(shown()).toBe(8)
    expect(rewind.steps.value).toEqual(tape.steps)
  })

  it('ends with the generation, whoever is the first to tell', async () => {
    const { tape, rewind } = await begun()
    rewind.look(8)
    tape.generation = EPOCH + 1
    await tape.answer()
    expect(rewind.at.value).toBeNull()
    rewind.look(4)
    tape.steps = [0]
    rewind.begin(EPOCH + 1, false)
    expect(rewind.at.value).toBeNull()
    await tape.answer()
    expect(rewind.steps.value).toEqual([0])
    // The same run told once more changes nothing.
    rewind.look(0)
    rewind.begin(EPOCH + 1, false)
    expect(rewind.at.value).toBe(0)
  })

  it('comes back, and says why, where there is no picture', async () => {
    const { tape, rewind } = await begun()
    rewind.look(8)
    await tape.answer(new Error('no snapshot'))
    expect(rewind.at.value).toBeNull()
    expect(tape.told).toEqual([new Error('no snapshot')])
    rewind.look(4)
    await tape.answer()
    expect(rewind.pictures).not.toBeNull()
  })

  it('goes from snapshot to snapshot, and beyond the last to now', async () => {
    const { tape, rewind } = await begun()
    await rewind.move(-1)
    expect(rewind.at.value).toBe(64)
    await rewind.move(-2)
    expect(rewind.at.value).toBe(16)
    await rewind.move(-10)
    expect(rewind.at.value).toBe(0)
    // There are more of them by now.
    tape.steps = [...tape.steps, 128, 256]
    await rewind.move(8)
    expect(rewind.at.value).toBe(128)
    await rewind.move(10)
    expect(rewind.at.value).toBeNull()
  })
})

describe('going on from a moment', () => {
  it('stays there until now has its weights', async () => {
    const { tape, rewind } = await begun()
    rewind.look(8)
    await tape.answer()
    rewind.live(live(90, 4))
    await rewind.goOn()
    expect(tape.returned).toEqual([8])
    expect(rewind.at.value).toBe(8)
    rewind.live(live(91, 4))
    expect(rewind.at.value).toBe(8)
    rewind.live(live(92, 5))
    expect(rewind.at.value).toBeNull()
  })

  it('stays where that was refused', async () => {
    const { tape, rewind } = await begun()
    tape.ack = null
    rewind.look(8)
    await rewind.goOn()
    rewind.live(live(92, 9))
    expect(rewind.at.value).toBe(8)
  })
})

describe('a replay', () => {
  it('shows the snapshots from the first on, and ends now', async () => {
    const { tape, rewind } = await begun(new Tape([0, 1]))
    const seen: Array<number | null> = []
    later(rewind.at, (at) => { seen.push(at) })
    await rewind.replay()
    expect(rewind.replaying.value).toBe(true)
    while (rewind.replaying.value) {
      await tape.answer()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(seen[0]).toBe(0)
    expect(seen.at(-1)).toBeNull()
  })

  it('can be stopped, by looking elsewhere too', async () => {
    const { rewind } = await begun()
    await rewind.replay()
    rewind.stop()
    expect(rewind.replaying.value).toBe(false)
    expect(rewind.at.value).toBe(0)
    await rewind.replay()
    rewind.look(8)
    expect(rewind.replaying.value).toBe(false)
    expect(rewind.at.value).toBe(8)
  })
})
