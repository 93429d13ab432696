/** Line segments, four numbers each: from x and y to x and y, in places from the first. */
export type Segments = readonly number[]

/**
 * Where values on a lattice, given row by row, cross a level: in each cell between
 * the points at which its edges do.
 */
export function contour(values: ArrayLike<number>, columns: number, level: number): Segments {
  const rows = Math.floor(values.length / columns)
  const segments: number[] = []
  const above = (column: number, row: number): number => (values[row * columns + column] ?? NaN) - level
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const corners = [above(column, row), above(column + 1, row), above(column + 1, row + 1), above(column, row + 1)] as const
      const [a, b, c, d] = corners
      // Around the cell, so that the crossings of a saddle come in pairs.
      const crossings: number[] = []
      if (a < 0 !== b < 0) crossings.push(column + a / (a - b), row)
      if (b < 0 !== c < 0) crossings.push(column + 1, row + b / (b - c))
      if (c < 0 !== d < 0) crossings.push(column + 1 - c / (c - d), row + 1)
      if (d < 0 !== a < 0) crossings.push(column, row + 1 - d / (d - a))
      if (corners.every((v) => Number.isFinite(v))) segments.push(...crossings)
    }
  }
  return segments
}

/** Slanting lines over where the values are below a level, so many places apart. */
export function hatching(values: ArrayLike<number>, columns: number, level: number, apart: number): Segments {
  const rows = Math.floor(values.length / columns)
  const at = (x: number, y: number): number => {
    const [column, row] = [Math.min(Math.floor(x), columns - 2), Math.min(Math.floor(y), rows - 2)]
    const [u, v] = [x - column, y - row]
    const value = (i: number, j: number): number => values[(row + j) * columns + column + i] ?? NaN
    return (1 - v) * ((1 - u) * value(0, 0) + u * value(1, 0)) + v * ((1 - u) * value(0, 1) + u * value(1, 1))
  }
  const segments: number[] = []
  const step = 0.5
  for (let sum = apart / 2; sum < columns + rows - 2; sum += apart) {
    const from = Math.max(0, sum - (rows - 1))
    const to = Math.min(columns - 1, sum)
    let begun: number | null = null
    for (let x = from; x <= to; x += step) {
      const inside = at(x, sum - x) < level
      if (inside) begun ??= x
      if (begun !== null && (!inside || x + step > to)) {
        const end = inside ? x : x - step
        if (end > begun) segments.push(begun, sum - begun, end, sum - end)
        begun = null
      }
    }
  }
  return segments
}
