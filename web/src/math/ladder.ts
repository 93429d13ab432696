import type { Control, ControlValue } from '../generated/wire'

/** How far left of the least value 0 lies on a log scale that has it, in decades. */
const NOTCH = 0.5

/** Where on a slider of the control a value lies: decades where the scale is log. */
export function toPosition(c: Control, value: number): number {
  if (!c.log) return value
  return value > 0 ? Math.log10(value) : Math.log10(c.min) - NOTCH
}

/** The value at a position, as round as people would choose it. */
export function fromPosition(c: Control, position: number): number {
  if (c.zero && position < toPosition(c, c.min) - NOTCH / 2) return 0
  let value = c.log ? Number((10 ** position).toPrecision(2)) : c.min + Math.round((position - c.min) / c.step) * c.step
  if (c.kind === 'integer') value = Math.round(value)
  return Math.min(c.max, Math.max(c.min, Number(value.toPrecision(12))))
}

/** The value so many of the control's steps further. Steps lie on a fixed ladder, so that decades are hit. */
export function stepped(c: Control, value: number, steps: number): number {
  if (c.zero && value <= c.min && steps < 0) return 0
  if (c.zero && value === 0) return c.min
  const position = toPosition(c, value)
  const rung = Math.round(position / c.step) + steps
  const next = c.log ? fromPosition(c, Math.max(rung * c.step, toPosition(c, c.min))) : fromPosition(c, position + steps * c.step)
  // On the low end of a log scale of whole numbers a rung can be less than one.
  if (c.kind === 'integer' && next === value) return Math.min(c.max, Math.max(c.min, value + Math.sign(steps)))
  return next
}

/** The value after a key, or null if the key does not move a slider. */
export function keyed(c: Control, value: number, key: string, shift: boolean): ControlValue | null {
  return key === 'Home' ? c.default : moved(c, value, key, shift)
}

/** The number after a key that goes up or down from one, or null if the key does not. */
export function moved(c: Control, value: number, key: string, shift: boolean): number | null {
  const far = shift ? 10 : 1
  switch (key) {
    case 'ArrowUp':
    case 'ArrowRight':
      return stepped(c, value, far)
    case 'ArrowDown':
    case 'ArrowLeft':
      return stepped(c, value, -far)
    case 'PageUp':
      return stepped(c, value, 10)
    case 'PageDown':
      return stepped(c, value, -10)
    default:
      return null
  }
}

/** Whether a slider can reach the control's values: a seed has four thousand million. */
export function hasSlider(c: Control): boolean {
  return c.log || (c.max - c.min) / c.step <= 1000
}
