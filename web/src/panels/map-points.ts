import type { MapChart } from '../charts/map'
import type { DraggedSpot } from '../charts/maps'
import type { Store } from '../state/store'
import { movedTarget } from './target-choice'

type At = readonly [x: number, y: number]

const REACH = 12 // pixels from a row within which the pointer means it
const STILL = 3 // pixels within which a press is a click

/** What a pointer does to the rows of a map: it moves and erases them. A moved row keeps its target. */
export class MapPoints {
  #begin: At | null = null
  #row: number | null = null
  #wanted: At | null = null
  #sending = false

  constructor(readonly store: Store, readonly chart: MapChart, readonly drag: (dragged: DraggedSpot | null) => void) {
    chart.plot.onPress((kind, at) => {
      if (kind === 'down') this.#down(at)
      else if (kind === 'move') this.#move(at)
      else this.#up(at)
    })
  }

  /** The server has other rows: they stand where it says, unless one is still on its way. */
  settled(): void {
    if (this.#begin === null && !this.#sending) this.drag(null)
  }

  /** Takes the nearest row away, if it is no further than so many pixels. */
  erase(at: At, reach = Infinity): void {
    const row = this.#nearest(at, reach)
    if (row !== null) this.store.order({ type: 'edit', erase: [row] })
  }

  #down(at: At): void {
    this.#begin = at
    this.#row = this.store.view.tool.value === 'move' ? this.#nearest(at, REACH) : null
  }

  #move(at: At): void {
    if (!this.#begin || this.#row === null || (!this.#wanted && this.#distance(this.#begin, at) <= STILL)) return
    this.drag({ row: this.#row, at })
    this.#wanted = at
    void this.#follow(this.#row)
  }

  #up(at: At): void {
    const still = this.#begin !== null && this.#distance(this.#begin, at) <= STILL
    this.#begin = null
    if (still && this.store.view.tool.value === 'erase') this.erase(at, REACH)
  }

  /** Sends where the row is; while one edit is under way the newest place waits. */
  async #follow(row: number): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    while (this.#wanted) {
      const at = this.#wanted
      this.#wanted = null
      const data = this.store.run.value?.data
      const y = data?.y[data.ids.indexOf(row)]
      if (y === undefined || !(await this.store.ask({ type: 'edit', move: [{ row, x: [...at], y, ...movedTarget(data) }] }))) break
    }
    this.#sending = false
  }

  #distance(a: At, b: At): number {
    const [sx, sy] = this.chart.plot.scale
    return Math.hypot(sx * (b[0] - a[0]), sy * (b[1] - a[1]))
  }

  #nearest(at: At, reach: number): number | null {
    const data = this.store.run.value?.data
    if (!data) return null
    let [best, least] = [-1, reach]
    for (let i = 0; i < data.y.length; i++) {
      const d = this.#distance(at, [data.x[0]?.[i] ?? NaN, data.x[1]?.[i] ?? NaN])
      if (d <= least) [best, least] = [i, d]
    }
    return data.ids[best] ?? null
  }
}
