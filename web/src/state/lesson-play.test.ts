import { signal, type Signal } from '@preact/signals-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Lesson } from '../generated/api'
import type { Lane } from '../generated/wire'
import type { GridFrame, LanePicture } from '../net/frame'
import { LessonPlay } from './lesson-play'
import type { Tried } from './lesson-tried'
import type { Run } from './store'

const choices = [{ answer: 'a', right: true }, { answer: 'b' }]
const LESSON: Lesson = {
  slug: 'first', title: '', summary: '', watch: ['', '', ''], try: '', spots: [], set: {}, lanes: [], view: {}, pause: 50,
  questions: { before: [{ ask: '', explain: '', draw: { lane: 'two' } }, { ask: '', explain: '', choices }], after: [{ ask: '', explain: '', choices }] },
}
const kept = new Map<string, string>()
Object.assign(globalThis, { localStorage: { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => { kept.set(k, v) } } })

beforeEach(() => { kept.clear() })

interface School {
  readonly play: LessonPlay
  readonly asked: number[]
  readonly tried: Signal<Tried | null>
  /** The run has come to a step. */
  readonly at: (step: number, state?: Run['state'], goal?: number) => void
}

function school({ id = 'run', steers = true, lesson = LESSON }: { readonly id?: string; readonly steers?: boolean; readonly lesson?: Lesson | null } = {}): School {
  const run = signal<Run | null>(null)
  const live = signal<readonly LanePicture[]>([])
  const asked: number[] = []
  const at = (step: number, state: Run['state'] = 'paused', goal?: number): void => {
    live.value = [{ lane: 0, fit: { step, generation: 1 } } as unknown as LanePicture]
    run.value = { generation: 1, state, goal: goal === undefined ? null : { step: goal }, data: { y: [-1, 1] } } as unknown as Run
  }
  at(0)
  const lanes = signal([{ lane: 3, name: 'one' }, { lane: 4, name: 'two' }] as unknown as readonly Lane[])
  const grid = signal({ x: [0, 1, 2] } as unknown as GridFrame)
  const tried = signal<Tried | null>(null)
  const play = new LessonPlay({ id, shown: signal(lesson), run, lanes, live, grid, steers: signal(steers), tried, until: (step) => { asked.push(step) } })
  return { play, asked, at, tried }
}

describe('the course of a lesson', () => {
  it('is asked, runs until its pause, and is shown', () => {
    const { play, asked, at } = school()
    expect([play.phase.value, play.asked.value]).toEqual(['ask', 0])
    play.give('before', 0, 'skipped')
    expect([play.phase.value, play.asked.value, asked]).toEqual(['ask', 1, []])
    play.give('before', 1, 1)
    expect([play.phase.value, play.asked.value, asked]).toEqual(['run', -1, [50]])
    at(20, 'playing', 50)
    expect([play.phase.value, asked]).toEqual(['run', [50]])
    at(50)
    expect([play.phase.value, play.answer('before', 1)]).toEqual(['shown', 1])
    at(50, 'playing')
    at(51, 'playing')
    expect([play.phase.value, asked]).toEqual(['shown', [50]])
  })

  it('shows what comes of what it proposes, once that is done, and goes back with an undo', () => {
    const { play, asked, at, tried } = school()
    play.give('before', 0, 'skipped')
    play.give('before', 1, 1)
    at(50)
    tried.value = { revision: 7, until: 90 }
    expect([play.phase.value, play.until.value]).toEqual(['tries', 90])
    at(60, 'playing', 90)
    at(60)
    at(60, 'playing') // somebody presses Play
    expect([play.phase.value, asked]).toEqual(['tries', [50, 90]])
    at(90)
    expect(play.phase.value).toBe('tried')
    tried.value = null
    expect([play.phase.value, play.until.value]).toEqual(['shown', 50])
    tried.value = { revision: 7, until: 0 }
    expect(play.phase.value).toBe('tried')
  })

  it('is finished where the learning rate is 0, and trains no further', () => {
    const lesson = { ...LESSON, questions: {}, set: { schedule: 'cosine', schedule_steps: 80, schedule_final: 0 } }
    const { play, asked, at } = school({ lesson })
    at(50)
    at(50, 'playing')
    expect([play.phase.value, play.finished.value, asked]).toEqual(['shown', false, [80]])
    at(80)
    expect(play.finished.value).toBe(true)
    at(80, 'playing')
    expect(asked).toEqual([80])
  })

  it('stops there whoever lets it train', () => {
    const { play, asked, at } = school()
    at(3, 'playing')
    expect([play.phase.value, asked]).toEqual(['run', [50]])
    at(4, 'playing')
    expect(asked).toEqual([50])
    at(5)
    at(5, 'playing')
    expect(asked).toEqual([50, 50])
  })

  it('is nobody’s to steer who watches; he answers for himself', () => {
    const { play, asked, at } = school({ steers: false })
    play.give('before', 0, 'skipped')
    play.give('before', 1, 0)
    at(3, 'playing')
    at(50)
    play.give('after', 0, 1)
    expect([play.phase.value, play.answer('before', 1), play.answer('after', 0), asked]).toEqual(['shown', 0, 1, []])
  })

  it('has a band drawn, which stays', () => {
    const { play, at } = school()
    expect([play.sketch.value?.lane, play.sketch.value?.active]).toEqual([4, true])
    const band = { x: [0, 2], low: [0, 0], high: [1, 2] }
    play.draft.value = band
    expect(play.sketch.value?.band).toBe(band)
    play.give('before', 0, band)
    expect(play.sketch.value).toEqual({ lane: 4, band, active: false })
    at(50)
    expect(play.sketch.value).toEqual({ lane: 4, band, active: false })
  })

  it('is remembered by this browser, run by run, until the lesson begins again', () => {
    const first = school().play
    first.give('before', 0, { x: [0, 2], low: [0, 0], high: [1, 2] })
    first.give('before', 1, 1)
    expect(school().play.answer('before', 1)).toBe(1)
    expect(school().play.sketch.value?.band.high).toEqual([1, 2])
    expect(school({ id: 'other' }).play.asked.value).toBe(0)
    expect(school({ lesson: { ...LESSON, slug: 'second' } }).play.answer('before', 1)).toBeNull()
    first.forget()
    expect(school().play.answer('before', 1)).toBeNull()
    kept.set('gnllviz.answers', '[["run", {"lesson": "first", "before": [{}, 7]}], 3]')
    expect(school().play.answer('before', 1)).toBe(7)
    kept.set('gnllviz.answers', 'nonsense')
    expect(school().play.answer('before', 1)).toBeNull()
  })

  it('without questions or a pause just runs', () => {
    const { play, asked, at } = school({ lesson: { ...LESSON, pause: 0, questions: {} } })
    at(100, 'playing')
    expect([play.phase.value, asked]).toEqual(['run', []])
    expect(school({ lesson: null }).play.phase.value).toBeNull()
  })
})
