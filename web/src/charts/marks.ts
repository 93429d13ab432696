import { controlValue } from '../format'
import type { Change, Control, ControlValue } from '../generated/wire'
import { sameValue } from '../settings'

/** One or several changes of a control, as one mark on a curve. */
export interface Mark {
  readonly control: string
  /** Of the last of them. */
  readonly step: number
  readonly old: ControlValue
  readonly new: ControlValue
}

const NEAR = 14 // pixels

/**
 * The changes of an epoch as marks, in the order of their steps. A dragged
 * slider makes dozens of changes: those of one control that would lie on top of
 * each other are one mark, from the first value to the last, whatever else was
 * changed meanwhile on another page.
 */
export function toMarks(changes: readonly Change[], epoch: number, stepsPerPixel: number): Mark[] {
  const marks: Mark[] = []
  for (const c of changes) {
    if (c.epoch !== epoch || c.step === 0) continue
    const i = marks.findLastIndex((m) => m.control === c.control)
    const last = marks[i]
    if (last && c.step - last.step < NEAR * stepsPerPixel) marks[i] = { ...last, step: c.step, new: c.new }
    else marks.push({ control: c.control, step: c.step, old: c.old, new: c.new })
  }
  return marks.filter((m) => !sameValue(m.old, m.new)).sort((a, b) => a.step - b.step)
}

/** The marks that lie no further than so many steps from the step, the nearest first. */
export function marksAt(marks: readonly Mark[], step: number, reach: number): Mark[] {
  const distance = (m: Mark): number => Math.abs(m.step - step)
  return marks.filter((m) => distance(m) <= reach).sort((a, b) => distance(a) - distance(b))
}

/** eps 1e-6 → 1e-3 */
export function changeInWords(c: Pick<Mark, 'control' | 'old' | 'new'>, controls: readonly Control[]): string {
  const control = controls.find(({ name }) => name === c.control)
  return control ? `${control.name} ${controlValue(control, c.old)} → ${controlValue(control, c.new)}` : c.control
}
