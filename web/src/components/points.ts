import type { FitChart } from '../charts/fit'
import type { EditCommand } from '../generated/wire'
import { sliced } from '../reading'
import type { Store } from '../store'

type At = [x: number, y: number]

const REACH = 12 // pixels from a row within which the pointer means it
const STILL = 3 // pixels within which a press is a click

/** What a pointer does to the rows: it adds, moves and erases them, as the tool in hand says. */
export class Points {
  #begin: At | null = null
  #row: number | null = null
  #moved = false
  /** Where the dragged row is to be, and whether an edit is under way that does not know of it yet. */
  #wanted: At | null = null
  #sending = false

  constructor(readonly store: Store, readonly chart: FitChart) {
    chart.plot.onPress((kind, at) => {
      if (kind === 'down') this.#down(at)
      else if (kind === 'move') this.#move(at)
      else this.#up(at)
    })
  }

  /** Adds a row, or erases the nearest to there. */
  use([x, y]: At, reach = Infinity): void {
    if (this.store.tool.value === 'add') this.#edit({ add: [{ x: [x], y }] })
    if (this.store.tool.value !== 'erase') return
    const row = this.#nearest([x, y], reach)
    if (row !== null) this.#edit({ erase: [row] })
  }

  /** The server has other rows: those that were dragged stand where it says, unless one still is. */
  settled(): void {
    if (this.#begin === null && !this.#sending) this.chart.drag(null)
  }

  #down(at: At): void {
    this.#begin = at
    this.#moved = false
    this.#row = this.store.tool.value === 'add' ? this.#nearest(at, REACH) : null
  }

  #move(at: At): void {
    if (!this.#begin || this.#row === null) return
    this.#moved ||= this.#distance(this.#begin, at) > STILL
    if (!this.#moved) return
    this.chart.drag({ row: this.#row, at })
    this.#wanted = at
    void this.#follow(this.#row)
  }

  #up(at: At): void {
    const still = this.#begin !== null && this.#distance(this.#begin, at) <= STILL
    this.#begin = null
    // A row that was pressed and not moved is left alone.
    if (still && this.#row === null) this.use(at, REACH)
  }

  /** Sends where the row is; while one edit is under way the newest place waits. */
  async #follow(row: number): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    while (this.#wanted) {
      const [x, y] = this.#wanted
      this.#wanted = null
      const done = await this.store.ask({ type: 'edit', move: [{ row, x: [x], y }] })
      if (!done) break
    }
    this.#sending = false
  }

  #edit(edit: Omit<EditCommand, 'type' | 'id'>): void {
    this.store.order({ type: 'edit', ...edit })
  }

  #distance([x0, y0]: At, [x1, y1]: At): number {
    const [sx, sy] = this.chart.plot.scale
    return Math.hypot(sx * (x1 - x0), sy * (y1 - y0))
  }

  #nearest(at: At, reach: number): number | null {
    const data = this.store.run.value?.data
    if (!data) return null
    const { x } = sliced(data)
    let [best, least] = [-1, reach]
    data.y.forEach((y, i) => {
      const d = this.#distance(at, [x[i] ?? NaN, y])
      if (d <= least) [best, least] = [i, d]
    })
    return data.ids[best] ?? null
  }
}
