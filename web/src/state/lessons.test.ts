import { describe, expect, it } from 'vitest'
import type { Lesson } from '../generated/api'
import { beginOf, orderOf } from '../net/lesson'
import { Lessons } from './lessons'

const lesson = (slug: string): Lesson => ({
  slug, title: `The ${slug}`, summary: '', watch: ['', '', ''], try: '', spots: [], set: { eps: 1 }, lanes: [{ name: slug }], view: {},
})

const LIST = ['first', 'second'].map(lesson)
const [FIRST, SECOND] = LIST as [Lesson, Lesson]

/** A run that is the lesson that it is told to be. */
function school(): { lessons: Lessons; begun: string[] } {
  const begun: string[] = []
  const lessons: Lessons = new Lessons({
    list: () => Promise.resolve(LIST),
    begin: ({ lesson = '' }) => {
      begun.push(lesson)
      lessons.told(lesson)
      return Promise.resolve(null)
    },
  })
  return { lessons, begun }
}

describe('lessons', () => {
  it('are on as long as the run says so', async () => {
    const { lessons, begun } = school()
    await lessons.open('second')
    expect(begun).toEqual(['second'])
    expect(lessons.shown.value).toBe(SECOND)
    expect(lessons.next).toBe(FIRST)
    lessons.told('')
    expect(lessons.shown.value).toBeNull()
    expect(lessons.next).toBeNull()
    lessons.told('first')
    expect(lessons.shown.value).toBe(FIRST)
    lessons.told('of-another-server')
    expect(lessons.shown.value).toBeNull()
  })

  it('are closed until they begin again, or another does', async () => {
    const { lessons } = school()
    await lessons.open('first')
    lessons.close()
    expect(lessons.shown.value).toBeNull()
    lessons.told('first')
    expect(lessons.shown.value).toBeNull()
    await lessons.begin(FIRST)
    expect(lessons.shown.value).toBe(FIRST)
    lessons.close()
    lessons.told('second')
    expect(lessons.shown.value).toBe(SECOND)
  })

  it('that were closed when the page was left stay so', async () => {
    const lessons = new Lessons({ list: () => Promise.resolve(LIST), begin: () => Promise.resolve(null) }, true)
    lessons.told('first')
    await lessons.load()
    expect(lessons.shown.value).toBeNull()
    lessons.told('second')
    expect(lessons.shown.value).toBe(SECOND)
  })

  it('that there are not do not begin, and are said to be missing', async () => {
    const { lessons, begun } = school()
    await lessons.open('third')
    expect(begun).toEqual([])
    expect(lessons.missing.value).toBe('third')
    await lessons.open('first')
    expect(lessons.missing.value).toBe('')
  })

  it('have their room before their text has come', async () => {
    const { lessons } = school()
    expect(lessons.on.value).toBe(false)
    lessons.told('first')
    expect([lessons.on.value, lessons.shown.value]).toEqual([true, null])
    await lessons.load()
    expect([lessons.on.value, lessons.shown.value]).toEqual([true, FIRST])
    lessons.told('of-another-server')
    expect(lessons.on.value).toBe(false)
    expect(new Lessons({ list: () => Promise.resolve(LIST), begin: () => Promise.resolve(null) }, false, true).on.value).toBe(true)
  })

  it('are asked for again if they did not come', async () => {
    let asked = 0
    const lessons = new Lessons({
      list: () => (asked++ === 0 ? Promise.reject(new TypeError('no network')) : Promise.resolve(LIST)),
      begin: () => Promise.resolve(null),
    })
    await lessons.load()
    expect(lessons.list.value).toEqual([])
    await lessons.load()
    expect(lessons.list.value).toEqual(LIST)
  })
})

describe('a lesson', () => {
  it('that asks something first begins paused', () => {
    const asks: Lesson = { ...FIRST, pause: 9, questions: { before: [{ ask: '', explain: '', draw: { lane: 'first' } }] } }
    expect([beginOf(asks).paused, orderOf(asks)['paused']]).toEqual([true, true])
    expect([beginOf(FIRST).paused, orderOf(FIRST)['paused']]).toEqual([undefined, undefined])
  })

  it('begins as a command and as an order', () => {
    expect(beginOf(FIRST)).toEqual({ type: 'begin', title: 'lesson: The first', lesson: 'first', set: { eps: 1 }, lanes: [{ name: 'first' }] })
    expect(orderOf(FIRST)).toEqual({ title: 'lesson: The first', lesson: 'first', eps: 1, lanes: [{ name: 'first' }] })
  })
})
