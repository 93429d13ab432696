import type { RowsFrame } from '../net/frame'
import type { Data } from '../generated/wire'
import { nearness } from '../state/nearness'
import { greatest, LEAST, radius } from '../math/pull'
import { sliced } from '../math/reading'
import type { Lens } from '../state/view'
import type { At } from './axes'
import type { Area, Figure, Pixel } from './echarts'
import { pixelRatio } from './heavier'
import { Layer } from './layer'
import type { Palette } from './palette'

/** A row that is being dragged stands where the pointer is until the server has it there. */
export interface Dragged {
  readonly row: number
  readonly at: Pixel
}

interface Scene {
  readonly data: Data
  readonly rows: RowsFrame
  readonly lens: Lens
  readonly dragged: Dragged | null
  readonly palette: Palette
  readonly area: Area
  readonly at: At
}

const FEW_ROWS = 400
const SMALL = 350 // pixels; a narrower plot has smaller dots
const MARGIN = 8 // pixels around the area for dots at its edge

/** The rows, as dots; painted again only when they have changed. */
export class RowDots {
  readonly #layer = new Layer()
  #painted: readonly unknown[] = []

  figure(s: Scene): Figure {
    const { area, data, dragged, palette, lens } = s
    const pulls = lens === 'off' ? null : s.rows
    const what = [data, dragged, palette, lens, pulls, area.x, area.y, area.width, area.height, pixelRatio()]
    if (what.length === this.#painted.length && what.every((v, i) => v === this.#painted[i])) return this.#layer.shown(area, MARGIN)
    this.#painted = what
    return this.#layer.paint(area, MARGIN, (c) => { paint(c, s) })
  }
}

function paint(c: CanvasRenderingContext2D, s: Scene): void {
  const { data, dragged, area, palette: p, lens, rows } = s
  const pulls = lens === 'mean' ? rows.pullMean : lens === 'variance' ? rows.pullVariance : null
  const most = pulls ? greatest(pulls) : 0
  const size = data.y.length > FEW_ROWS || area.width < SMALL ? 2.25 : 3
  const { x: xs } = sliced(data)
  const near = nearness(data)
  c.strokeStyle = p.ink
  for (let i = 0; i < data.y.length; i++) {
    const isDragged = dragged !== null && data.ids[i] === dragged.row
    const [px, py] = isDragged ? s.at(...dragged.at) : s.at(xs[i] ?? NaN, data.y[i] ?? NaN)
    const [x, y] = [px - area.x, py - area.y]
    if (!(x >= -1 && x <= area.width + 1 && y >= -1 && y <= area.height + 1)) continue
    const test = data.is_test[i] ?? false
    // A row off the slice is not what is predicted there: the further the fainter.
    const share = near?.[i] ?? 1
    if (!pulls) dot(c, x, y, size * (0.45 + 0.55 * share), test ? p.surface : p.ink, 0.1 + (test ? 0.8 : 0.52) * share, test ? 1.3 : 0)
    else if (test) dot(c, x, y, LEAST, p.ink, 0.28, 0)
    else pulling(c, x, y, pulls[i] ?? NaN, most, lens, p)
  }
}

function dot(c: CanvasRenderingContext2D, x: number, y: number, r: number, fill: string, opacity: number, line: number): void {
  c.globalAlpha = opacity
  c.fillStyle = fill
  c.lineWidth = line
  c.beginPath()
  c.arc(x, y, r, 0, 2 * Math.PI)
  c.fill()
  if (line > 0) c.stroke()
}

/**
 * A dot as large as it pulls. On the mean the half is filled to which it pulls; on
 * the variance it is full where it widens the band, and hollow where it narrows it.
 */
function pulling(c: CanvasRenderingContext2D, x: number, y: number, pull: number, most: number, lens: Lens, p: Palette): void {
  if (Number.isNaN(pull)) return
  const r = radius(pull, most)
  c.globalAlpha = 0.6
  c.fillStyle = p.ink
  c.lineWidth = 1
  c.beginPath()
  c.arc(x, y, r, 0, 2 * Math.PI)
  c.stroke()
  // The pull is a derivative of the loss: training goes the other way.
  if (lens === 'variance' && pull >= 0) return
  c.globalAlpha = 0.45
  c.beginPath()
  if (lens === 'variance') c.arc(x, y, r, 0, 2 * Math.PI)
  else c.arc(x, y, r, 0, Math.PI, pull < 0)
  c.fill()
}
