import { parseNumber } from './format'
import { BENT_ACTIVATIONS, type Change, type Control, type Data, type Lane, type LaneParameter } from '../generated/wire'
import type { Settings } from '../net/settings'

/** A number in an equation by its name: one that is learned begins at the value, any other stays there. */
export interface Parameter {
  readonly name: string
  readonly value: number
  readonly learned: boolean
}

/** More than one equation can have. */
const MOST = 16
const MOST_VALUE = 3.4028234663852886e38
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/

/**
 * Reads what the control parameters holds, such as "mu=1:learned, k=400"; null where
 * the text is none. Package server/wire has the same in Go.
 */
export function parseParameters(text: string): readonly Parameter[] | null {
  const list: Parameter[] = []
  if (text.trim() === '') return list
  for (const part of text.split(/[,;]/).filter((p) => p !== '')) {
    const read = parseParameter(part)
    if (!read || list.some(({ name }) => name === read.name)) return null
    list.push(read)
  }
  return list.length > MOST ? null : list
}

function parseParameter(text: string): Parameter | null {
  const [name = '', rest, ...more] = text.split('=')
  if (rest === undefined || more.length > 0) return null
  const [number = '', how, ...others] = rest.split(':').map((s) => s.trim())
  const value = number === '' ? NaN : Number(number)
  if (!NAME.test(name.trim()) || others.length > 0 || (how !== undefined && how !== 'learned' && how !== 'fixed') || !(Math.abs(value) <= MOST_VALUE)) return null
  return { name: name.trim(), value: value + 0, learned: how === 'learned' }
}

/** The text of which parseParameters makes the list. */
export function printParameters(list: readonly Parameter[]): string {
  return list.map(({ name, value, learned }) => `${name}=${value}${learned ? ':learned' : ''}`).join(', ')
}

/** The text with one of the parameters as it is to be; the others stay, and those of earlier equations go. */
export function withParameter(text: string, lane: readonly LaneParameter[], changed: Parameter): string {
  const given = (parseParameters(text) ?? []).filter((p) => lane.some(({ name }) => name === p.name))
  // Those that were not given are, from now on: what a name means should not hang on a default.
  const all = [...given, ...lane.filter(({ name }) => !given.some((p) => p.name === name))]
  return printParameters(all.map((p) => (p.name === changed.name ? changed : p)))
}

/** A float32 in as few digits as tell it from others. */
export function shortest(v: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(v.toPrecision(digits))
    if (Math.fround(short) === Math.fround(v)) return short
  }
  return v
}

/** What was typed as a parameter's value; NaN where it is none. */
export function typedValue(text: string): number {
  const v = parseNumber(text)
  return Math.abs(v) <= MOST_VALUE ? v : NaN
}

/** What these rows are known to obey, as the settings that hold a lane to it; null where nothing is known. */
export function ownEquation(data: Pick<Data, 'equation'> | undefined, settings: Settings): { readonly set: Settings; readonly restarts: boolean } | null {
  if (!data?.equation) return null
  const { text, parameters } = data.equation
  const restarts = BENT_ACTIVATIONS.some((name) => name === settings['activation'])
  return {
    set: {
      equation: text, parameters: printParameters(parameters.map(({ name }) => ({ name, value: 1, learned: true }))),
      ...(restarts ? { activation: 'tanh' } : {}),
    },
    restarts,
  }
}

/**
 * The step after which points are of the lane's present equation, so that no curve of a
 * parameter is that of two; -1 where all are. An undo after a change of the equation may have brought
 * another back, which changes do not say.
 */
export function equationSince(changes: readonly Change[], generation: number, lane: number, from: Lane['from']): number {
  let since: number | null = null
  for (const c of changes) {
    if (c.generation !== generation) continue
    const own = c.lane === lane || (from !== null && c.lane === from.lane && c.step <= from.step)
    if (c.kind === 'control' && c.control === 'equation' && own) since = c.step
    else if ((c.kind === 'undo' || c.kind === 'redo') && since !== null) since = c.step
  }
  return since ?? -1
}

/** Whether a control is set in the panel of the equation, where there is one. */
export function inPanel({ name }: Pick<Control, 'name'>): boolean {
  return name === 'equation' || name === 'parameters'
}
