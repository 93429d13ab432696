import type { GridFrame, Values } from '../net/frame'

/** The places of a map: every value of one input with every value of the other. */
export interface Lattice {
  readonly across: Values
  readonly up: Values
}

/** null if the grid is no map. */
export function latticeOf({ x, y }: Pick<GridFrame, 'x' | 'y'>): Lattice | null {
  if (!y) return null
  const end = y.findIndex((v) => v !== y[0])
  const columns = end < 0 ? y.length : end
  if (columns < 2 || y.length < 2 * columns) return null
  return { across: x.subarray(0, columns), up: y.filter((_, i) => i % columns === 0) }
}

/** The value at a place, between the nearest four in straight lines; outside the map that of its edge. */
export function valueAt({ across, up }: Lattice, values: ArrayLike<number>, x: number, y: number): number {
  const [i, u] = cell(across, x)
  const [j, v] = cell(up, y)
  const at = (column: number, row: number): number => values[row * across.length + column] ?? NaN
  return (1 - v) * ((1 - u) * at(i, j) + u * at(i + 1, j)) + v * ((1 - u) * at(i, j + 1) + u * at(i + 1, j + 1))
}

/** Between which two of evenly spaced values it lies, and how far from the first to the second. */
function cell(values: Values, v: number): [index: number, share: number] {
  const last = values.length - 1
  const first = values[0] ?? NaN
  const at = Math.min(last, Math.max(0, ((v - first) / ((values[last] ?? NaN) - first)) * last))
  const i = Math.min(last - 1, Math.floor(at))
  return [i, at - i]
}
