import { OWN_DATA, type Control, type ControlValue } from './generated/wire'

export type Settings = Readonly<Record<string, ControlValue>>

export function sameValue(a: ControlValue | undefined, b: ControlValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The part of the address after #: every control that is not at its default, and the run's key. */
export function toHash(controls: readonly Control[], settings: Settings, key?: string): string {
  const set = controls.flatMap((c) => {
    const value = settings[c.name]
    // Rows of one's own are no part of an address: elsewhere they would not be there.
    if (value === undefined || sameValue(value, c.default) || (c.name === 'dataset' && value === OWN_DATA)) return []
    const text = typeof value === 'object' ? value.join(',') : String(value)
    // A comma needs no escape after #, and hidden=64,64 is what people read.
    return [`${encodeURIComponent(c.name)}=${encodeURIComponent(text).replaceAll('%2C', ',')}`]
  })
  return [...set, ...(key === undefined ? [] : [`key=${encodeURIComponent(key)}`])].join('&')
}

/** The run's key in the part after #. */
export function keyOf(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('key') ?? undefined
}

/** Takes a token out of the part after #: what is left is what may stand in the address. */
export function takeToken(hash: string): { readonly token: string | null; readonly rest: string } {
  const parts = hash.replace(/^#/, '').split('&').filter((p) => p !== '')
  const rest = parts.filter((p) => !p.startsWith('token=')).join('&')
  return { token: new URLSearchParams(hash.replace(/^#/, '')).get('token'), rest: rest === '' ? '' : `#${rest}` }
}

/**
 * Reads what toHash wrote. Whether a value is allowed is the server's to say, and
 * so what is no number stays the text that it is; names the server does not know
 * are left out, so that a link from another version works.
 */
export function fromHash(controls: readonly Control[], hash: string): Record<string, ControlValue> {
  const settings: Record<string, ControlValue> = {}
  const parameters = new URLSearchParams(hash.replace(/^#/, ''))
  for (const c of controls) {
    const text = parameters.get(c.name)
    if (text !== null) settings[c.name] = parse(c, text)
  }
  return settings
}

function parse(c: Control, text: string): ControlValue {
  switch (c.kind) {
    case 'number':
    case 'integer':
      return numbers(text)?.[0] ?? text
    case 'switch':
      return text === 'true' || text === '1'
    case 'choice':
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
