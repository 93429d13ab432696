import type { Judged } from '../math/judged'
import { areaBetween, linear, type At } from './axes'
import { paintCard, type Steady } from './card'
import { Dots } from './dots'
import { Plot, type Area, type ChartOption, type Figure, type Pixel } from './echarts'
import { Layer } from './layer'
import { counted } from './measure'
import { base, described } from './options'
import { skin, type Palette } from './palette'

/** The rows as a lane predicts them, in its colour. */
export interface LaneRows {
  readonly rows: readonly Judged[]
  readonly colour: string
}

/** What a chart of rows shows at one moment. */
export interface RowsPicture {
  readonly focus: LaneRows
  readonly others: readonly LaneRows[]
  /** Rows further than so many standard deviations from their mean are emphasised. */
  readonly reach: number
  /** Of the row that is read, and what is said of it. */
  readonly probe: { readonly row: Judged; readonly lines: readonly string[] } | null
}

/** What of a row stands where: this is what tells one chart of rows from another. */
export interface Form {
  /** In data coordinates. */
  readonly place: (row: Judged) => Pixel
  /** The ends of its bar, if it has one. */
  readonly bar: ((row: Judged, reach: number) => readonly [number, number]) | null
  /** The axes for the rows of this moment; the same option stands for the same axes. */
  readonly axes: (picture: RowsPicture) => ChartOption
  /** What lies behind the rows. */
  readonly paintBehind: (c: CanvasRenderingContext2D, at: At, area: Area, p: Palette) => void
  /** The ends of the axes: the lower left, and the upper right. */
  readonly corners: readonly [Pixel, Pixel]
  /** Whether the axes are logarithmic. */
  readonly log: boolean
  /** How they count. */
  readonly measures: Plot['measures']
}

const MARGIN = 5
const NEAR = 14 // pixels from a row within which it is read
const MANY = 400

/** Charts in which each row of the data is a dot: training rows filled, test rows hollow and emphasised. */
export class RowsChart {
  readonly #plot: Plot
  readonly #form: Form
  readonly #layer = new Layer()
  readonly #dots = new Dots()
  readonly #steady: Steady = { width: 0, toRight: true, below: false }
  #palette: Palette | null = null
  #picture: RowsPicture | null = null
  /** Where the rows of the lane in focus were painted last, from the plot's upper left. */
  #painted: ReadonlyArray<readonly [row: Judged, x: number, y: number]> = []

  #corner: Pixel = [0, 0]
  #axes: ChartOption | null = null

  constructor(host: HTMLElement, name: string, form: Form) {
    this.#form = form
    this.#plot = new Plot(host, name, form.log ? base({ x: 'log', y: 'log' }) : base())
    this.#plot.onResize(() => { this.#again() })
  }

  dispose(): void {
    this.#plot.dispose()
  }

  /** Calls back with the row under the pointer. */
  onRow(listener: (row: Judged | null) => void): void {
    this.#plot.onPlace((place) => {
      let [best, least] = [null as Judged | null, NEAR]
      for (const [row, x, y] of place ? this.#painted : []) {
        const d = Math.hypot(x + this.#corner[0] - (place?.pixel[0] ?? NaN), y + this.#corner[1] - (place?.pixel[1] ?? NaN))
        if (d < least) [best, least] = [row, d]
      }
      listener(best)
    })
  }

  setTheme(description: string, p: Palette): void {
    this.#palette = p
    this.#plot.prepare(described(description))
    this.#plot.prepare(skin(p))
    this.#plot.prepare({ xAxis: { splitLine: { show: true, lineStyle: { color: p.grid } } } })
    this.#axes = null
  }

  draw(picture: RowsPicture): void {
    this.#picture = picture
    const axes = this.#form.axes(picture)
    this.#plot.measures = this.#form.measures
    if (axes !== this.#axes) this.#plot.set(axes)
    this.#axes = axes
    this.#again()
  }

  #again(): void {
    const [picture, p] = [this.#picture, this.#palette]
    if (!picture || !p || this.#plot.width === 0) return
    const at = this.#placer()
    const area = areaBetween(at, ...this.#form.corners)
    this.#plot.paint([{ z: 1, figures: [this.#rows(picture, area, at, p)] }, { z: 2, figures: this.#probe(picture, area, p) }])
  }

  #rows({ focus, others, reach }: RowsPicture, area: Area, place: At, p: Palette): Figure {
    this.#corner = [area.x, area.y]
    const local = (row: Judged): Pixel => {
      const [x, y] = place(...this.#form.place(row))
      return [x - area.x, y - area.y]
    }
    const r = focus.rows.length > MANY ? 2.2 : 3
    this.#painted = focus.rows.map((row) => [row, ...local(row)] as const)
    return this.#layer.paint(area, MARGIN, (c) => {
      c.beginPath()
      c.rect(-MARGIN, -MARGIN, area.width + 2 * MARGIN, area.height + 2 * MARGIN)
      c.clip()
      this.#form.paintBehind(c, (x, y) => {
        const [px, py] = place(x, y)
        return [px - area.x, py - area.y]
      }, area, p)
      c.globalAlpha = 0.28
      for (const lane of others) {
        const look = this.#dots.of({ radius: 0.75 * r, fill: lane.colour, edges: [] })
        for (const row of lane.rows) this.#dots.paint(c, look, ...local(row))
      }
      this.#paintBars(c, place, area)
      // Test rows lie on top, and what is far out on top of all.
      for (const [test, beyond, opacity] of [[false, false, 0.45], [true, false, 1], [false, true, 1], [true, true, 1]] as const) {
        const colour = beyond ? p.bad : focus.colour
        const look = this.#dots.of(test ? { radius: r, fill: p.surface, edges: [[beyond ? 2 : 1.4, colour]] } : { radius: r, fill: colour, edges: [] })
        c.globalAlpha = opacity
        for (const [row, x, y] of this.#painted) {
          if (row.test === test && Math.abs(row.z) > reach === beyond) this.#dots.paint(c, look, x, y)
        }
      }
    })
  }

  #paintBars(c: CanvasRenderingContext2D, place: At, area: Area): void {
    const { bar, place: of } = this.#form
    const picture = this.#picture
    if (!bar || !picture) return
    const within = (y: number): number => Math.min(area.height, Math.max(0, y - area.y))
    c.fillStyle = picture.focus.colour
    for (const test of [false, true]) {
      c.globalAlpha = test ? 0.5 : 0.13
      for (const row of picture.focus.rows) {
        if (row.test !== test) continue
        const [low, high] = bar(row, picture.reach)
        const [x] = of(row)
        const [px, bottom] = place(x, low)
        const top = within(place(x, high)[1])
        c.fillRect(Math.round(px - area.x), top, 1, within(bottom) - top)
      }
    }
  }

  #probe({ probe }: RowsPicture, area: Area, p: Palette): Figure[] {
    const found = probe && this.#painted.find(([{ index }]) => index === probe.row.index)
    if (!found) {
      this.#steady.width = 0
      return []
    }
    const [x, y] = [found[1] + area.x, found[2] + area.y]
    return [
      { type: 'circle', shape: { cx: x, cy: y, r: 6.5 }, style: { fill: 'none', stroke: p.ink, lineWidth: 1.5 } },
      ...paintCard(probe.lines, x, 14, area, p, { steady: this.#steady, clear: [x, y] }).shapes,
    ]
  }

  /** Two points tell where all lie; a log axis is linear in the logarithms. */
  #placer(): At {
    if (!this.#form.log) return linear(this.#plot)
    const [x0, y0] = this.#plot.pixel(1, 1)
    const [x1, y1] = this.#plot.pixel(10, 10)
    const { x: across, y: up } = this.#plot.measures
    return (x, y) => [x0 + (x1 - x0) * Math.log10(counted(x, across)), y0 + (y1 - y0) * Math.log10(counted(y, up))]
  }
}
