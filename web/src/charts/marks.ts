import type { Change, ControlValue } from '../generated/wire'
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
 * The changes of an epoch as marks. A dragged slider makes dozens of changes:
 * those of one control that would lie on top of each other are one mark, from
 * the first value to the last.
 */
export function toMarks(changes: readonly Change[], epoch: number, stepsPerPixel: number): Mark[] {
  const marks: Mark[] = []
  for (const c of changes) {
    if (c.epoch !== epoch || c.step === 0) continue
    const last = marks.at(-1)
    if (last?.control === c.control && c.step - last.step < NEAR * stepsPerPixel) {
      marks[marks.length - 1] = { ...last, step: c.step, new: c.new }
    } else {
      marks.push({ control: c.control, step: c.step, old: c.old, new: c.new })
    }
  }
  return marks.filter((m) => !sameValue(m.old, m.new))
}
