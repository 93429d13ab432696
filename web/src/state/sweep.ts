import type { Api } from '../net/api'
import { FIGURES, OWN_DATA, type BeginCommand, type ControlValue, type DataSpec, type FigureID } from '../generated/wire'
import type { KnownLane } from './link'
import type { Settings } from '../net/settings'
import { Signal } from '@preact/signals-core'
import type { Axis } from './sweep-axis'

/** What all runs of a sweep have in common. */
export interface Base {
  readonly run: Settings
  readonly lane: KnownLane
  /** The user's own rows, where the run uses them. */
  readonly data: DataSpec | undefined
}

/** What is trained: a run for each pair of values. */
export interface Grid {
  readonly base: Base
  readonly x: Axis
  readonly y: Axis
  readonly steps: number
}

/** What became of one run. */
export interface Cell {
  readonly x: number
  readonly y: number
  readonly seconds: number
  /** Why it has no scores. */
  readonly failed?: string
  readonly train?: Scores
  readonly test?: Scores
}

type Scores = Readonly<Record<string, number>>

/** A score of the test or of the training rows. */
export interface Metric {
  readonly part: 'train' | 'test'
  readonly name: FigureID
}

const LONGEST_TITLE = 80

/** A sweep, as it is trained and afterwards. */
export class Sweep {
  readonly grid = new Signal<Grid | null>(null)
  readonly cells = new Signal<readonly Cell[]>([])
  readonly state = new Signal<'none' | 'training' | 'done' | 'stopped'>('none')
  /** Why it did not begin, or broke off. */
  readonly mistake = new Signal('')
  #abort: AbortController | undefined

  constructor(readonly api: Pick<Api, 'sweep'>) {}

  /** Trains a grid, in place of the one that there is. */
  async start(grid: Grid): Promise<void> {
    this.stop()
    const abort = new AbortController()
    this.#abort = abort
    this.grid.value = grid
    this.cells.value = []
    this.mistake.value = ''
    this.state.value = 'training'
    const all = grid.x.values.length * grid.y.values.length
    try {
      const response = await this.api.sweep(orderOf(grid), abort.signal)
      if (!response.body) throw new Error('the server sent no answer')
      let isFirst = true
      for await (const line of lines(response.body)) {
        if (this.#abort !== abort) return
        // The first says how the sweep was understood.
        if (!isFirst) this.cells.value = [...this.cells.value, JSON.parse(line) as Cell]
        isFirst = false
      }
      if (this.cells.value.length < all) throw new Error('The connection was closed before the end. Start again; fewer steps take less time.')
      this.state.value = 'done'
    } catch (e) {
      if (this.#abort !== abort) return
      this.state.value = abort.signal.aborted || this.cells.value.length > 0 ? 'stopped' : 'none'
      if (!abort.signal.aborted) this.mistake.value = e instanceof Error ? e.message : String(e)
    }
  }

  stop(): void {
    this.#abort?.abort()
  }
}

/** The lines of a stream, without those that are empty. */
export async function* lines(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    const parts = (rest + (value ?? '')).split('\n')
    rest = done ? '' : (parts.pop() ?? '')
    yield* parts.filter((p) => p !== '')
    if (done) return
  }
}

/** What the server is asked for. */
export function orderOf({ base, x, y, steps }: Grid): object {
  const { dataset, ...run } = base.run
  const isOwn = dataset === OWN_DATA
  const { name, colour, settings } = base.lane
  return {
    ...run,
    ...(isOwn ? { data: base.data } : { dataset }),
    lanes: [{ name, colour, controls: settings }],
    x, y, steps,
  }
}

/** The settings of the run of a cell. */
export function settingsAt({ base, x, y }: Grid, cell: Pick<Cell, 'x' | 'y'>): { readonly run: Settings; readonly lane: KnownLane } {
  const given: Record<string, ControlValue | undefined> = { [x.control]: x.values[cell.x], [y.control]: y.values[cell.y] }
  const over = (settings: Settings): Settings =>
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, given[name] ?? value]))
  return { run: over(base.run), lane: { ...base.lane, settings: over(base.lane.settings) } }
}

/** The command that has the run here begin as that of a cell did. */
export function beginOf(grid: Grid, cell: Pick<Cell, 'x' | 'y'>, title: string): Omit<BeginCommand, 'id'> {
  const { run, lane: { name, colour, settings } } = settingsAt(grid, cell)
  const { data } = grid.base
  return {
    type: 'begin', title: Array.from(title).slice(0, LONGEST_TITLE).join(''), set: run, lanes: [{ name, colour, controls: settings }],
    ...(run['dataset'] === OWN_DATA && data ? { data } : {}),
  }
}

/** The score of a cell, NaN where there is none. */
export function scoreOf(cell: Cell | undefined, { part, name }: Metric): number {
  return cell?.[part]?.[name] ?? NaN
}

/** The scores by which cells can be compared, those of the test rows first. */
export function metricsOf(cells: readonly Cell[]): Metric[] {
  const known = (part: Metric['part']): Metric[] => Object.keys(cells.find((c) => c[part])?.[part] ?? {})
    .filter((name): name is FigureID => name in FIGURES && FIGURES[name as FigureID].better !== 'none')
    .map((name) => ({ part, name }))
  return [...known('test'), ...known('train')]
}

/** How bad a score is, whichever way it is better. */
export function badness(name: FigureID, v: number): number {
  const { better, best } = FIGURES[name]
  return better === 'higher' ? -v : better === 'near' ? Math.abs(v - best) : v
}

/** What the colours of a map go by: from the best to the worst but for the few that are beyond all others. */
export interface Shades {
  readonly best: number
  readonly worst: number
  /** Some are worse than that. */
  readonly isCut: boolean
}

/** How many of the scores, from the best on, have shades of their own. */
const TOLD_APART = 0.9

export function shadesOf(values: readonly number[], name: FigureID): Shades | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => badness(name, a) - badness(name, b))
  const best = sorted[0]
  if (best === undefined) return null
  const worst = sorted[Math.floor(TOLD_APART * (sorted.length - 1))] ?? best
  return { best, worst, isCut: badness(name, sorted.at(-1) ?? best) > badness(name, worst) }
}

/** From 0, the worst, to 1, the best. */
export function shade({ best, worst }: Shades, name: FigureID, v: number): number {
  const [low, high] = [badness(name, best), badness(name, worst)]
  return high > low ? Math.min(1, Math.max(0, (high - badness(name, v)) / (high - low))) : 1
}
