import { controlValue } from '../math/format'
import type { Change, ChangeKind, Control, ControlValue, Lane, Person } from '../generated/wire'
import { sameValue } from '../net/settings'
import { nameOf } from '../state/others'

/** One or several changes of the same thing, as one mark on a curve. */
export interface Mark {
  readonly kind: ChangeKind
  readonly lane: number | null
  readonly control: string
  /** Of the last of them. */
  readonly step: number
  readonly old: ControlValue
  readonly new: ControlValue
  readonly text: string
  /** Of the first of them: to undo it is to undo them all. */
  readonly revision: number
  readonly undo: boolean
  /** Who made them, where that was somebody else. */
  readonly by?: Person | undefined
}

const NEAR = 14 // pixels

/**
 * The changes of a generation as marks, in the order of their steps. A dragged
 * slider makes dozens of changes: those of one control that would lie on top of
 * each other and are of one person are one mark, from the first value to the last,
 * whatever else was changed meanwhile on another page. How many steps a pixel has
 * may depend on the step.
 */
export function toMarks(changes: readonly Change[], generation: number, stepsPerPixel: number | ((step: number) => number)): Mark[] {
  const perPixel = typeof stepsPerPixel === 'number' ? (): number => stepsPerPixel : stepsPerPixel
  const marks: Mark[] = []
  for (const { kind, lane, control, step, old, new: value, text, revision, undo, by, generation: of } of changes) {
    if (of !== generation || step === 0) continue
    const i = marks.findLastIndex((m) => m.kind === kind && m.lane === lane && m.control === control)
    const last = marks[i]
    if (last?.by?.person === by?.person && last && step - last.step < NEAR * perPixel(step)) marks[i] = { ...last, step, new: value, text, by }
    else marks.push({ kind, lane, control, step, old, new: value, text, revision, undo, by })
  }
  return marks.filter((m) => m.kind !== 'control' || !sameValue(m.old, m.new)).sort((a, b) => a.step - b.step)
}

/** The marks that lie no further from a place than reach, the nearest first; along says where a step lies. */
export function marksAt(marks: readonly Mark[], place: number, reach: number, along: (step: number) => number = (step) => step): Mark[] {
  const distance = (m: Mark): number => Math.abs(along(m.step) - place)
  return marks.filter((m) => distance(m) <= reach).sort((a, b) => distance(a) - distance(b))
}

/** learning rate 3e-3 → 1, as the server says it, with the lane's name before it where there are several. */
export function changeInWords(
  c: Pick<Mark, 'kind' | 'lane' | 'control' | 'old' | 'new' | 'text'>, controls: readonly Control[], lanes: ReadonlyArray<Pick<Lane, 'lane' | 'name'>> = [],
): string {
  if (c.kind !== 'control') return c.text
  const control = controls.find(({ name }) => name === c.control)
  const words = control ? `${control.label} ${controlValue(control, c.old)} → ${controlValue(control, c.new)}` : c.control
  const lane = lanes.length > 1 ? lanes.find((l) => l.lane === c.lane) : undefined
  return lane ? `${lane.name}: ${words}` : words
}

/** The same, with who changed it, where that was somebody else. */
export function changeAndWho(c: Parameters<typeof changeInWords>[0] & Pick<Mark, 'by'>, controls: readonly Control[], lanes: ReadonlyArray<Pick<Lane, 'lane' | 'name'>> = []): string {
  const words = changeInWords(c, controls, lanes)
  return c.by ? `${words}, by ${nameOf(c.by)}` : words
}

/** What somebody did, to be read after their name: set eps to 0.1 (before: 1e-6). */
export function didInWords(
  c: Pick<Mark, 'kind' | 'lane' | 'control' | 'old' | 'new' | 'text'>, controls: readonly Control[], lanes: ReadonlyArray<Pick<Lane, 'lane' | 'name'>> = [],
): string {
  const control = controls.find(({ name }) => name === c.control)
  if (c.kind !== 'control' || !control) return `: ${changeInWords(c, controls, lanes)}`
  const lane = lanes.length > 1 ? lanes.find((l) => l.lane === c.lane) : undefined
  const where = lane ? ` of model ${lane.name}` : ''
  if (typeof c.new === 'boolean') return ` switched ${control.label}${where} ${controlValue(control, c.new)}`
  return ` set ${control.label}${where} to ${controlValue(control, c.new)} (before: ${controlValue(control, c.old)})`
}

/** Whether a change may have a mark: how fast a run trains leaves no trace in it, nor does which target is looked at. */
export function leavesTrace({ control }: Pick<Change, 'control'>, controls: ReadonlyArray<Pick<Control, 'name' | 'group'>>): boolean {
  return control !== 'shown_target' && controls.find(({ name }) => name === control)?.group !== 'time'
}
