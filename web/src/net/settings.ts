import type { Control, ControlValue } from '../generated/wire'

export type Settings = Readonly<Record<string, ControlValue>>

export function sameValue(a: ControlValue | undefined, b: ControlValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** A control's value as an address has it. */
export function valueText(value: ControlValue): string {
  return typeof value === 'object' ? value.join(',') : String(value)
}

/**
 * Reads what valueText wrote. Whether a value is allowed is the server's to say,
 * and so what is no number stays the text that it is.
 */
export function parseValue(c: Pick<Control, 'kind'>, text: string): ControlValue {
  switch (c.kind) {
    case 'number':
    case 'integer':
      return numbers(text)?.[0] ?? text
    case 'switch':
      return text === 'true' || text === '1'
    case 'choice':
    case 'text':
      return text
    case 'layers':
      return numbers(...text.split(',')) ?? text
  }
}

/** null if one of them is none. */
function numbers(...texts: string[]): number[] | null {
  const values = texts.map((t) => (t.trim() === '' ? NaN : Number(t)))
  return values.every(Number.isFinite) ? values : null
}
