import type { Action } from '../generated/api'
import type { Ack, Control } from '../generated/wire'
import { controlValue, withUnit } from '../math/format'
import type { Settings } from '../net/settings'
import type { Store } from './store'

/** What a lesson's button does, in the names that the page has for controls. */
export function actionWords({ lane, set = {}, erase = [], reset = false }: Action, controls: readonly Control[]): string {
  const parts = Object.entries(set).map(([name, value]) => {
    const c = controls.find((control) => control.name === name)
    return c ? `${c.label} to ${withUnit(controlValue(c, value), c.unit)}` : `${name} to ${String(value)}`
  })
  const words = [
    ...(parts.length > 0 ? [`Set ${parts.join(' and ')}${lane === undefined ? '' : ` in “${lane}”`}`] : []),
    ...(erase.length > 0 ? [`Erase ${erase.length === 1 ? 'that point' : `${erase.length} points`}`] : []),
    ...(reset ? ['reset'] : []),
  ].join(', then ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Does it as one change, which one undo takes back, and lets it train. */
export async function act(store: Store, { lane: name, set, erase = [], reset = false }: Action): Promise<void> {
  const wanted = store.lanes.value.filter((l) => name === undefined || l.name === name)
  if (wanted.length === 0) {
    store.notice.value = `There is no model “${name ?? ''}” any more. Press Again to start the lesson again.`
    return
  }
  const acks: Array<Ack | null> = []
  const [runs, lanes] = divided(store.controls, set ?? {})
  if (Object.keys(runs).length > 0) acks.push(await store.ask({ type: 'change', set: runs }))
  for (const { lane } of Object.keys(lanes).length > 0 ? wanted : []) acks.push(await store.ask({ type: 'change', lane, set: lanes }))
  if (erase.length > 0) acks.push(await store.ask({ type: 'edit', erase }))
  if (reset && !acks.includes(null)) acks.push(await store.ask({ type: 'reset' }))
  const revisions = acks.flatMap((a) => (a === null ? [] : [a.revision]))
  if (revisions.length > 0) store.past.stroke(Math.min(...revisions), Math.max(...revisions))
  if (acks.includes(null)) return // what was refused has been told
  const [first] = wanted
  if (name !== undefined && first) store.look(first.lane)
  if (store.run.value?.state === 'paused') store.play()
}

/** The controls of the run, and those of lanes. */
function divided(controls: readonly Control[], set: Settings): [runs: Settings, lanes: Settings] {
  const isRuns = (name: string): boolean => controls.find((c) => c.name === name)?.run === true
  const those = (wanted: boolean): Settings => Object.fromEntries(Object.entries(set).filter(([name]) => isRuns(name) === wanted))
  return [those(true), those(false)]
}
