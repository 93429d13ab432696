import type { Action, Lesson } from '../generated/api'
import type { Ack, Control, Lane } from '../generated/wire'
import { controlValue, withUnit } from '../math/format'
import { beginOf } from '../net/lesson'
import type { Settings } from '../net/settings'
import type { Tried } from './lesson-tried'
import type { Store } from './store'

/** What a lesson's button does, in the names that the page has for controls. */
export function actionWords({ lane, set = {}, erase = [], reset = false }: Action, controls: readonly Control[]): string {
  const parts = values(set, controls).map(([label, value]) => `${label} to ${value}`)
  const words = [
    ...(parts.length > 0 ? [`Set ${parts.join(' and ')}${lane === undefined ? '' : ` in “${lane}”`}`] : []),
    ...(erase.length > 0 ? [`Erase ${erase.length === 1 ? 'that point' : `${erase.length} points`}`] : []),
    ...(reset ? ['start again'] : []),
  ].join(', then ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What has been done. */
export function doneWords({ lane, set = {}, erase = [], reset = false }: Action, controls: readonly Control[]): string {
  const parts = [
    ...values(set, controls).map(([label, value]) => `${label} is ${value}`),
    ...(erase.length > 0 ? [erase.length === 1 ? 'the point is erased' : `${erase.length} points are erased`] : []),
  ].join(', ')
  return `${parts}${lane === undefined ? '' : ` in “${lane}”`}${reset ? '; training started again' : ''}.`
}

/** Controls by their names on the page, and values as it shows them. */
function values(set: Settings, controls: readonly Control[]): Array<readonly [label: string, value: string]> {
  return Object.entries(set).map(([name, value]) => {
    const c = controls.find((control) => control.name === name)
    return c ? [c.label, withUnit(controlValue(c, value), c.unit)] : [name, String(value)]
  })
}

/**
 * Does it as one change, which one undo takes back, and trains as far as there is something to
 * see. What starts training again begins the whole lesson again, with its own rows.
 */
export async function act(store: Store, lesson: Lesson, action: Action): Promise<void> {
  const { lane: name, steps = 0 } = action
  const wanted = store.lanes.value.filter((l) => name === undefined || l.name === name)
  if (wanted.length === 0) {
    store.notice.value = `There is no model “${name ?? ''}” any more. Press Again to start the lesson again.`
    return
  }
  const acks = action.reset ? [await store.ask({ ...beginOf(acted(lesson, action, store.controls)), paused: true })] : await change(store, wanted, action)
  const known = acks.filter((a) => a !== null)
  if (known.length > 0) store.past.stroke(Math.min(...known.map((a) => a.revision)), Math.max(...known.map((a) => a.revision)))
  const last = known.at(-1)
  if (!last || acks.includes(null)) return // what was refused has been told
  if (action.reset) store.touched.value = true
  const focus = store.lanes.value.find((l) => l.name === name)
  if (focus) store.look(focus.lane)
  if (steps > 0) store.order({ type: 'until', step: last.step + steps })
  else if (store.run.value?.state === 'paused') store.play()
}

/** Everything that it sets and erases, in the run as it is. */
async function change(store: Store, lanes: readonly Lane[], { set = {}, erase = [] }: Action): Promise<Array<Ack | null>> {
  const acks: Array<Ack | null> = []
  const [runs, own] = divided(store.controls, set)
  if (Object.keys(runs).length > 0) acks.push(await store.ask({ type: 'change', set: runs }))
  for (const { lane } of Object.keys(own).length > 0 ? lanes : []) acks.push(await store.ask({ type: 'change', lane, set: own }))
  if (erase.length > 0) acks.push(await store.ask({ type: 'edit', erase: [...erase] }))
  return acks
}

/** The lesson as it begins with what the action sets. */
export function acted(lesson: Lesson, { lane: name, set = {} }: Action, controls: readonly Control[]): Lesson {
  const [runs, own] = divided(controls, set)
  const { lanes } = lesson
  if (lanes.length === 0) return { ...lesson, set: { ...lesson.set, ...runs, ...own } }
  return {
    ...lesson,
    set: { ...lesson.set, ...runs },
    lanes: lanes.map((l) => (name === undefined || l.name === name ? { ...l, controls: { ...l.controls, ...own } } : l)),
  }
}

/** Takes back what the lesson proposed, and all that came after it; the run rests where it was. */
export async function back(store: Store, { revision }: Tried): Promise<void> {
  if (store.run.value?.state === 'playing' && await store.ask({ type: 'pause' }) === null) return
  await store.past.undo(revision === 0 ? undefined : revision)
}

/** The controls of the run, and those of lanes. */
function divided(controls: readonly Control[], set: Settings): [runs: Settings, lanes: Settings] {
  const isRuns = (name: string): boolean => controls.find((c) => c.name === name)?.run === true
  const those = (wanted: boolean): Settings => Object.fromEntries(Object.entries(set).filter(([name]) => isRuns(name) === wanted))
  return [those(true), those(false)]
}
