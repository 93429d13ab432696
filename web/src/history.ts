import { POINT_COLUMNS, type Point } from './generated/wire'

export type Curve = Exclude<(typeof POINT_COLUMNS)[number], 'step'>

/** A point of a curve; NaN is a value that was not finite, and draws as a gap. */
export type XY = [step: number, value: number]

export interface Decimated {
  readonly points: XY[]
  /** How many of the curve's points are among them. */
  readonly shown: number
}

/**
 * The history points of one epoch, column by column. The server evaluates on a
 * ladder of steps, so that even a long run has some thousands of points.
 */
export class History {
  readonly #columns = new Map<string, number[]>(POINT_COLUMNS.map((name) => [name, []]))

  get length(): number {
    return this.column('step').length
  }

  get lastStep(): number {
    return this.column('step').at(-1) ?? 0
  }

  column(name: (typeof POINT_COLUMNS)[number]): readonly number[] {
    return this.#columns.get(name) ?? []
  }

  clear(): void {
    for (const column of this.#columns.values()) column.length = 0
  }

  /**
   * Adds points of which the first has the given number. Those that are there
   * already are passed over. Returns false, and adds nothing, if points between
   * are missing.
   */
  add(first: number, points: readonly Point[]): boolean {
    const have = this.length
    if (first > have) return false
    for (const point of points.slice(have - first)) {
      POINT_COLUMNS.forEach((name, i) => this.#columns.get(name)?.push(point[i] ?? NaN))
    }
    return true
  }

  /**
   * A curve with about two points for each of the pixels: the least and the
   * greatest value of each stretch, so that no spike is lost.
   */
  decimate(curve: Curve, pixels: number, lastStep: number): Decimated {
    const steps = this.column('step')
    const values = this.column(curve)
    const n = steps.length
    if (n <= 2 * pixels) {
      return { points: steps.map((step, i) => [step, values[i] ?? NaN]), shown: n }
    }
    const points: XY[] = []
    const width = Math.max(lastStep, 1) / pixels
    let i = 0
    while (i < n) {
      const stretch = Math.floor((steps[i] ?? 0) / width)
      let least = i
      let greatest = i
      let gap = -1
      for (; i < n && Math.floor((steps[i] ?? 0) / width) === stretch; i++) {
        const v = values[i] ?? NaN
        if (Number.isNaN(v)) gap = i
        else {
          if (!(v >= (values[least] ?? NaN))) least = i
          if (!(v <= (values[greatest] ?? NaN))) greatest = i
        }
      }
      const kept = [...new Set([least, greatest, gap])].filter((k) => k >= 0).sort((a, b) => a - b)
      for (const k of kept) points.push([steps[k] ?? 0, values[k] ?? NaN])
    }
    return { points, shown: points.length }
  }
}
