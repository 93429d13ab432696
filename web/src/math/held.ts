/** The text of the control slice_at with another value for a column; null takes it out, and it stands at its mean again. */
export function heldWith(text: string, column: string, value: string | number | null): string {
  const next = new Map(Object.entries(heldValues(text)))
  if (value === null) next.delete(column)
  else next.set(column, value)
  return next.size === 0 ? '' : JSON.stringify(Object.fromEntries(next))
}

/** What the control says; what is no such text says nothing. */
export function heldValues(text: string): Record<string, unknown> {
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}
