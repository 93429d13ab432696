import type { FitChart } from '../charts/fit'
import type { Dragged } from '../charts/row-dots'
import type { Data, MovedRow, NewRow } from '../generated/wire'
import { nearestRow, sliced, withDragged } from '../math/reading'
import type { Store } from '../state/store'
import { movedTarget } from './target-choice'

type At = readonly [x: number, y: number]

/** How far from a row the pointer means it, in pixels. */
export const REACH = 12

const STILL = 3 // pixels within which a press is a click
const APART = 11 // pixels a brush goes from one row to the next
const SCATTER = [4, 7] as const // pixels, the standard deviation about the brush
const PAUSE = 40 // ms between two edits of a stroke

/** From the press of a pointer until it is let go. */
interface Stroke {
  readonly begin: At
  last: At
  /** Where the brush put its last row. */
  put: At | null
  moved: boolean
  /** The row that is dragged. */
  readonly row: number | null
  readonly test: boolean
  readonly erased: Set<number>
  /** The revision of its first edit. */
  first: number
}

/** What a pointer does to the rows: it adds, moves and erases them, as the tool in hand says; of several targets it moves the shown one. */
export class Points {
  #stroke: Stroke | null = null
  /** What is to be sent; of a dragged row only its newest place. */
  #adds: NewRow[] = []
  #erases: number[] = []
  #move: MovedRow | null = null
  /** The row that stands elsewhere than the data say. */
  #dragged: Dragged | null = null
  /** Whose edits these are; a click is no stroke. */
  #of: Stroke | null = null
  #sending = false
  /** An edit is under way. */
  #asking = false

  constructor(readonly store: Store, readonly chart: FitChart) {
    chart.plot.onPress((kind, at, shift) => {
      if (store.view.tool.value === 'read') return
      if (kind === 'down') this.#down(at, shift)
      else if (kind === 'move') this.#go(at)
      else this.#up(at)
    })
  }

  /** Without a stroke: adds a row, or erases the nearest to there. */
  use(at: At, test: boolean, reach = Infinity): void {
    if (this.store.view.tool.value === 'add') this.#adds.push(newRow(at, test))
    if (this.store.view.tool.value === 'erase') this.#erases.push(...this.#nearest(at, reach))
    this.#of = null
    void this.#send()
  }

  /** The server has other rows: those that were dragged stand where it says, unless one still is. */
  settled(): void {
    if (this.#stroke === null && !this.#asking && !this.#move) this.#show(null)
  }

  #down(at: At, shift: boolean): void {
    const drags = this.store.view.tool.value === 'add' || this.store.view.tool.value === 'move'
    const [row = null] = drags ? this.#nearest(at, REACH) : []
    this.#stroke = { begin: at, last: at, put: null, moved: false, row, test: shift !== this.store.view.addsTest.value, erased: new Set(), first: 0 }
  }

  #go(at: At): void {
    const s = this.#stroke
    if (!s) return
    const before = s.last
    s.moved ||= this.#distance(s.begin, at) > STILL
    if (!s.moved) return
    s.last = at
    if (s.row !== null) this.#drag(s.row, at)
    else if (this.store.view.tool.value === 'add') this.#brush(s, at)
    else if (this.store.view.tool.value === 'erase') this.#wipe(s, before, at)
    this.#of = s
    void this.#send()
  }

  #up(at: At): void {
    const s = this.#stroke
    this.#stroke = null
    // A row that was pressed and not moved is left alone.
    if (s && !s.moved && s.row === null) this.use(at, s.test, REACH)
  }

  #drag(row: number, at: At): void {
    this.#show({ row, at: [...at] })
    this.#move = { row, x: [at[0]], y: at[1], ...movedTarget(this.store.run.value?.data) }
  }

  #show(dragged: Dragged | null): void {
    this.#dragged = dragged
    this.chart.drag(dragged)
  }

  /** The rows where they are seen to stand: those are what the pointer means. */
  #seen(): Data | null {
    const data = this.store.run.value?.data
    return data ? withDragged(data, this.#dragged) : null
  }

  /** A row every few pixels, scattered about the way. */
  #brush(s: Stroke, at: At): void {
    if (s.put === null) {
      this.#adds.push(newRow(s.begin, s.test))
      s.put = s.begin
    }
    if (this.#distance(s.put, at) < APART) return
    s.put = at
    const [sx, sy] = this.chart.plot.scale
    this.#adds.push(newRow([at[0] + (SCATTER[0] * normal()) / sx, at[1] + (SCATTER[1] * normal()) / sy], s.test))
  }

  /** Every row within reach of the way. */
  #wipe(s: Stroke, from: At, to: At): void {
    const data = this.#seen()
    if (!data) return
    const { x } = sliced(data)
    data.ids.forEach((id, i) => {
      if (s.erased.has(id) || this.#fromWay([x[i] ?? NaN, data.y[i] ?? NaN], from, to) > REACH) return
      s.erased.add(id)
      this.#erases.push(id)
    })
  }

  /** Sends what there is; while one edit is under way the next gathers. */
  async #send(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    while (this.#adds.length + this.#erases.length > 0 || this.#move) {
      const edit = {
        ...(this.#adds.length > 0 ? { add: this.#adds } : {}),
        ...(this.#erases.length > 0 ? { erase: this.#erases } : {}),
        ...(this.#move ? { move: [this.#move] } : {}),
      }
      const stroke = this.#of
      this.#forget()
      this.#asking = true
      const ack = await this.store.ask({ type: 'edit', ...edit })
      this.#asking = false
      if (!ack) {
        this.#forget()
        this.#stroke = null
        break
      }
      if (!stroke) continue
      stroke.first ||= ack.revision
      this.store.past.stroke(stroke.first, ack.revision)
      await new Promise((done) => { setTimeout(done, PAUSE) })
    }
    this.#sending = false
  }

  #forget(): void {
    this.#adds = []
    this.#erases = []
    this.#move = null
  }

  #distance(a: At, b: At): number {
    const [sx, sy] = this.chart.plot.scale
    return Math.hypot(sx * (b[0] - a[0]), sy * (b[1] - a[1]))
  }

  /** In pixels, from the straight way between two places. */
  #fromWay(p: At, a: At, b: At): number {
    const [sx, sy] = this.chart.plot.scale
    const [ux, uy] = [sx * (b[0] - a[0]), sy * (b[1] - a[1])]
    const [vx, vy] = [sx * (p[0] - a[0]), sy * (p[1] - a[1])]
    const length = ux * ux + uy * uy
    const t = length > 0 ? Math.min(1, Math.max(0, (ux * vx + uy * vy) / length)) : 0
    return Math.hypot(vx - t * ux, vy - t * uy)
  }

  /** The number of the nearest row, or nothing. */
  #nearest([x, y]: At, reach: number): number[] {
    const data = this.#seen()
    const id = data?.ids[nearestRow(data, x, y, this.chart.plot.scale, reach)]
    return id === undefined ? [] : [id]
  }
}

function newRow([x, y]: At, test: boolean): NewRow {
  return { x: [x], y, ...(test ? { test } : {}) }
}

/** A number from about the standard normal distribution. */
function normal(): number {
  return 2 * (Math.random() + Math.random() + Math.random() - 1.5)
}
