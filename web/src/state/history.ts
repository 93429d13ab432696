import { POINT_COLUMNS, type Lane, type Point } from '../generated/wire'

type Column = Exclude<(typeof POINT_COLUMNS)[number], 'lane'>

export type Curve = Exclude<Column, 'step'>

/** A point of a curve; NaN is a value that was not finite, and draws as a gap. */
export type XY = [step: number, value: number]

/** A curve in two columns, by ascending steps. */
export interface Series {
  readonly steps: readonly number[]
  readonly values: readonly number[]
}

const LANE_AT = POINT_COLUMNS.indexOf('lane')
const STEP_AT = POINT_COLUMNS.indexOf('step')
const TARGET_AT = POINT_COLUMNS.indexOf('target')

/** Columns that have had no value yet are not there: most runs have no equation. */
type Columns = Map<Column, number[]>

/**
 * The history points of one generation, lane by lane, target by target and column by
 * column: those of every target are kept, whichever is shown. The server
 * evaluates on a ladder of steps, so that even a long run has some thousands of
 * points.
 */
export class History {
  readonly #lanes = new Map<string, Columns>()
  /** Of lanes that are gone, too: copies of theirs may still be there. */
  readonly #origins = new Map<number, NonNullable<Lane['from']>>()
  #length = 0
  #lastStep = 0
  /** The target whose curves are asked for, counted from 1. */
  target = 1

  /** How many points there are, those of all lanes and targets. */
  get length(): number {
    return this.#length
  }

  get lastStep(): number {
    return this.#lastStep
  }

  clear(): void {
    this.#lanes.clear()
    this.#origins.clear()
    this.#length = 0
    this.#lastStep = 0
  }

  /** Notes what the lanes are copies of. */
  know(lanes: ReadonlyArray<Pick<Lane, 'lane' | 'from'>>): void {
    for (const { lane, from } of lanes) if (from) this.#origins.set(lane, from)
  }

  /** A lane's values from its beginning on: up to where it was copied, those of its origin. */
  column(lane: number, name: Column): readonly number[] {
    return this.#until(lane, name, Infinity)
  }

  series(lane: number, curve: Curve): Series {
    return { steps: this.column(lane, 'step'), values: this.column(lane, curve) }
  }

  /**
   * Adds points of which the first has the given number. Those that are there
   * already are passed over. Returns false, and adds nothing, if points between
   * are missing.
   */
  add(first: number, points: readonly Point[]): boolean {
    if (first > this.#length) return false
    for (const point of points.slice(this.#length - first)) {
      put(this.#of(point[LANE_AT] ?? 0, point[TARGET_AT] ?? 1), point)
      this.#lastStep = Math.max(this.#lastStep, point[STEP_AT] ?? 0)
      this.#length++
    }
    return true
  }

  #of(lane: number, target: number): Columns {
    const key = keyOf(lane, target)
    const there = this.#lanes.get(key)
    if (there) return there
    const columns: Columns = new Map([['step', []]])
    this.#lanes.set(key, columns)
    return columns
  }

  #until(lane: number, name: Column, end: number): readonly number[] {
    const columns = this.#lanes.get(keyOf(lane, this.target))
    const steps = columns?.get('step') ?? []
    const own = columns?.get(name) ?? steps.map(() => NaN)
    const later = end === Infinity ? -1 : steps.findIndex((step) => step > end)
    const kept = later < 0 ? own : own.slice(0, later)
    const from = this.#origins.get(lane)
    return from ? this.#until(from.lane, name, Math.min(end, from.step)).concat(kept) : kept
  }
}

function put(columns: Columns, point: Point): void {
  const before = columns.get('step')?.length ?? 0
  POINT_COLUMNS.forEach((name, i) => {
    if (name === 'lane') return
    const value = point[i] ?? NaN
    const column = columns.get(name)
    if (column) column.push(value)
    else if (!Number.isNaN(value)) columns.set(name, [...Array<number>(before).fill(NaN), value])
  })
}

function keyOf(lane: number, target: number): string {
  return `${lane} ${target}`
}

/** Which loss is drawn: as it is trained, in the data's units, or of each step's batch. */
export type LossKind = 'loss' | 'nll' | 'batch'
