/** Small charts are drawn in a box of 100 by 100, stretched to where they stand. */
export const BOX = 100

/** An SVG path through points of the box; a gap where one is not finite. */
export function path(points: Iterable<readonly [x: number, y: number]>): string {
  let d = ''
  let pen = 'M'
  for (const [x, y] of points) {
    if (Number.isFinite(x) && Number.isFinite(y)) {
      d += `${pen}${x.toFixed(2)} ${y.toFixed(2)}`
      pen = 'L'
    } else pen = 'M'
  }
  return d
}

/** The place of a value on an axis that runs upwards. */
export function up(value: number, min: number, max: number): number {
  return BOX * (1 - (value - min) / (max - min))
}
