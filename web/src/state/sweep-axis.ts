import { fromPosition, toPosition } from '../math/ladder'
import type { Control, ControlValue } from '../generated/wire'

/** How a sweep goes through the values of a control, as the dialog has it. */
export interface AxisChoice {
  readonly control: string
  /** Of numbers. */
  readonly from: number
  readonly to: number
  readonly count: number
  /** Of choices: those that are taken. */
  readonly taken: readonly ControlValue[]
}

/** What a sweep gives to one control. */
export interface Axis {
  readonly control: string
  readonly values: readonly ControlValue[]
}

export const MOST_VALUES = 40

/** The controls that a sweep can go through: a lane's that are one number or one of a few, and the seed. */
export function sweepable(controls: readonly Control[]): Control[] {
  return controls.filter((c) => c.kind !== 'layers' && (!c.run || c.name === 'seed'))
}

export function isNumber(c: Control): boolean {
  return c.kind === 'number' || c.kind === 'integer'
}

/** All values that a control which is no number can have. */
export function choices(c: Control): readonly ControlValue[] {
  return c.kind === 'switch' ? [false, true] : c.options.map((o) => o.value)
}

/** What is proposed for a control that has a value; of numbers it is one, as is the default. */
export function proposed(c: Control, value: ControlValue, initial = Number(c.default)): AxisChoice {
  const axis = { control: c.name, from: 0, to: 0, count: 0, taken: choices(c) }
  if (!isNumber(c)) return axis
  const now = value as number
  if (c.name === 'seed') return { ...axis, from: 1, to: 6, count: 6 }
  if (c.log) {
    // Two decades to either side, as far as there are so many, from the nearest whole power of ten.
    const middle = now > 0 ? now : initial > 0 ? initial : c.min
    const from = Math.max(c.min, 10 ** (Math.round(Math.log10(middle)) - 2))
    const to = Math.min(c.max, from * 1e4)
    return { ...axis, from: round(c, from), to: round(c, to), count: c.kind === 'integer' ? 5 : Math.max(2, Math.round(Math.log10(to / from)) + 1) }
  }
  const to = c.kind === 'integer' ? Math.min(c.max, c.min + 4) : c.max
  return { ...axis, from: c.min, to, count: 5 }
}

/** The values of an axis: evenly on the control's scale, each once. */
export function valuesOf(c: Control, a: AxisChoice): ControlValue[] {
  if (!isNumber(c)) return choices(c).filter((v) => a.taken.includes(v))
  const n = Math.min(MOST_VALUES, Math.max(1, Math.round(a.count)))
  const [low, high] = [Math.min(a.from, a.to), Math.max(a.from, a.to)].map((v) => within(c, v)) as [number, number]
  // 0 has no place on a log scale: it is a value of its own, before the others.
  const begins = c.log && low === 0 ? [0] : []
  const first = c.log && low === 0 ? c.min : low
  const rest = n - begins.length
  const [a0, a1] = [toPosition(c, first), toPosition(c, high)]
  const spread = Array.from({ length: rest }, (_, i) => (rest === 1 ? a0 : a0 + ((a1 - a0) * i) / (rest - 1)))
  const inner = spread.map((p, i) => (i === 0 ? first : i === rest - 1 ? high : valueAt(c, p)))
  return [...new Set([...begins, ...inner])]
}

function valueAt(c: Control, position: number): number {
  return c.log ? round(c, fromPosition(c, position)) : round(c, position)
}

function round(c: Control, v: number): number {
  return within(c, c.kind === 'integer' ? Math.round(v) : Number(v.toPrecision(3)))
}

/** The value of a control that is nearest to a number. */
export function within(c: Control, v: number): number {
  if (c.zero && v === 0) return 0
  return Math.min(c.max, Math.max(c.min, v))
}
