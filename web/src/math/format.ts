import { AUTO, type Control, type ControlValue } from '../generated/wire'

/** U+2212, which is as wide as a plus sign; a hyphen is not. */
const MINUS = '−'
const THIN_SPACE = '\u202f' // narrow, does not break

const withMinus = (s: string): string => s.replace(/^-/, MINUS)

/** So many significant digits a number has at most, wherever it is shown: more tell nothing that an eye could use. */
const MOST_DIGITS = 4

/** The power of ten of the first digit, once the number is rounded to so many significant digits. */
function magnitude(v: number, digits: number): number {
  return Number(v.toExponential(digits - 1).split('e')[1])
}

/** The number with so many digits after the point, or fewer where it would have more than four that count; a dash where it is not finite. */
export function fixed(v: number, digits: number): string {
  if (!Number.isFinite(v)) return '–'
  const order = v === 0 ? 0 : magnitude(v, MOST_DIGITS)
  if (order >= MOST_DIGITS) return withMinus(scientific(v, 3))
  return plain(v, Math.min(digits, MOST_DIGITS - 1 - order))
}

/** All digits before the point, and so many after it. */
function plain(v: number, digits: number): string {
  const s = v.toFixed(digits)
  return withMinus(Number(s) === 0 ? s.replace('-', '') : s)
}

/** The number with so many significant digits, of which four are the most, without an exponent where that is readable. */
export function significant(v: number, digits: number): string {
  if (!Number.isFinite(v)) return '–'
  if (v === 0) return '0'
  const most = Math.min(digits, MOST_DIGITS)
  const order = magnitude(v, most)
  if (order >= MOST_DIGITS || order < -4) return withMinus(scientific(v, most))
  return plain(v, Math.max(0, most - 1 - order))
}

/** 1e-6, 3e-3, 1.25e-4, 0.5: as short as it is exact to the digits. */
export function scientific(v: number, digits = 3): string {
  if (!Number.isFinite(v)) return '–'
  if (v === 0) return '0'
  if (Math.abs(v) >= 0.1 && Math.abs(v) < 1000) return Number(v.toPrecision(digits)).toString()
  const [mantissa = '', exponent = ''] = v.toExponential(digits - 1).split('e')
  return `${Number(mantissa)}e${Number(exponent)}`
}

/** A count with its thousands set apart. */
export function count(v: number): string {
  if (!Number.isFinite(v)) return '–'
  return Math.round(v).toString().replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE)
}

/** The value and its unit, with a space that does not break; none if there is no unit. */
export function withUnit(value: string, unit: string): string {
  return unit === '' ? value : `${value}\u00a0${unitFor(value, unit)}`
}

/** The unit as it follows the value: 1 network, 2 networks. */
export function unitFor(value: string, unit: string): string {
  return value === '1' ? unit.replace(/^(network|point|row|step|unit)s\b/, '$1') : unit
}

/** All digits of a number, so many of them after the point: for what must be told exactly. */
export const exactly = plain

/** Tick labels of an axis whose ticks are so far apart: no two of them are alike. */
export function tick(v: number, interval: number): string {
  const place = Math.floor(Math.log10(interval) + 1e-9)
  if (Math.abs(v) < 1e-6 * interval) return place < -5 ? '0' : plain(0, Math.max(0, -place))
  const digits = Math.floor(Math.log10(Math.abs(v)) + 1e-9) - place + 1
  if (place < -5 || Math.abs(v) >= 1e7 || (Math.abs(v) >= 1e5 && digits <= 3)) return withMinus(scientific(v, Math.max(digits, 3)))
  return Math.abs(v) >= 1e5 ? grouped(v, 0) : plain(v, Math.max(0, -place))
}

/** A place within a span of values: with the digits that tell it from others there, which are more than four where the span is far from 0. */
export function located(v: number, span: number): string {
  const place = Math.floor(Math.log10(span)) - 2
  if (!Number.isFinite(v) || !Number.isFinite(place)) return significant(v, 3)
  const digits = Math.floor(Math.log10(Math.max(Math.abs(v), 10 ** place))) - place + 1
  if (digits <= MOST_DIGITS) return significant(v, Math.max(digits, 3))
  if (digits === MOST_DIGITS + 1) return plain(v, Math.max(0, -place))
  return place < -6 ? withMinus(scientific(v, Math.min(digits, 15))) : grouped(v, Math.max(0, -place))
}

/** The number with so many digits after the point, and its thousands set apart. */
function grouped(v: number, digits: number): string {
  const [whole = '', rest] = plain(v, digits).split('.')
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE) + (rest === undefined ? '' : `.${rest}`)
}

/** A control's number as its field shows it and reads it back. */
export function controlNumber(control: Pick<Control, 'kind' | 'log'>, v: number): string {
  if (control.kind === 'integer') return v.toString()
  return control.log ? scientific(v) : Number(v.toPrecision(6)).toString()
}

/** A control's value in words: what a mark on the loss chart says. Where it is left to the program, auto is the number that it comes to, if that is known. */
export function controlValue(control: Pick<Control, 'kind' | 'log' | 'options'>, value: ControlValue, auto = NaN): string {
  if (value === AUTO && control.kind !== 'choice') return Number.isFinite(auto) ? `${AUTO} (${controlNumber(control, auto)})` : AUTO
  if (typeof value === 'number') return controlNumber(control, value)
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (control.kind === 'text' && value === '') return 'none'
  if (typeof value === 'string') return control.options.find((o) => o.value === value)?.label ?? value
  return value.join(', ')
}

/** Reads a number as people write it: a comma for the point, a true minus sign. */
export function parseNumber(text: string): number {
  const s = text.trim().replace(MINUS, '-').replace(',', '.')
  return s === '' ? NaN : Number(s)
}
