import { AUTO, type Control, type ControlValue } from '../generated/wire'

/** U+2212, which is as wide as a plus sign; a hyphen is not. */
const MINUS = '−'
const THIN_SPACE = '\u202f' // narrow, does not break

const withMinus = (s: string): string => s.replace(/^-/, MINUS)

/** The number with so many digits after the point, or a dash where it is not finite. */
export function fixed(v: number, digits: number): string {
  if (!Number.isFinite(v)) return '–'
  const s = v.toFixed(digits)
  return withMinus(Number(s) === 0 ? s.replace('-', '') : s)
}

/** The number with so many significant digits, without an exponent where that is readable. */
export function significant(v: number, digits: number): string {
  if (!Number.isFinite(v)) return '–'
  if (v === 0) return '0'
  const magnitude = Math.floor(Math.log10(Math.abs(v)))
  if (magnitude >= 6 || magnitude < -4) return scientific(v, digits)
  return withMinus(v.toFixed(Math.max(0, digits - 1 - magnitude)))
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
  return unit === '' ? value : `${value}\u00a0${unit}`
}

/** Tick labels of an axis whose ticks are so far apart: no two of them are alike. */
export function tick(v: number, interval: number): string {
  const place = Math.floor(Math.log10(interval) + 1e-9)
  if (Math.abs(v) < 1e-6 * interval) return place < -5 ? '0' : fixed(0, Math.max(0, -place))
  const digits = Math.floor(Math.log10(Math.abs(v)) + 1e-9) - place + 1
  if (place < -5 || Math.abs(v) >= 1e7 || (Math.abs(v) >= 1e5 && digits <= 3)) return withMinus(scientific(v, Math.max(digits, 3)))
  return Math.abs(v) >= 1e5 ? grouped(v, 0) : fixed(v, Math.max(0, -place))
}

/** A place within a span of values: with the digits that tell it from others there. */
export function located(v: number, span: number): string {
  const place = Math.floor(Math.log10(span)) - 2
  if (!Number.isFinite(v) || !Number.isFinite(place)) return significant(v, 3)
  const digits = Math.floor(Math.log10(Math.max(Math.abs(v), 10 ** place))) - place + 1
  if (digits <= 5) return significant(v, Math.max(digits, 3))
  return place < -6 ? withMinus(scientific(v, Math.min(digits, 15))) : grouped(v, Math.max(0, -place))
}

/** The number with so many digits after the point, and its thousands set apart. */
function grouped(v: number, digits: number): string {
  const [whole = '', rest] = fixed(v, digits).split('.')
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
