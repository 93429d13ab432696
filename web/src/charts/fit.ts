import { reaches, type Bands } from '../math/bands'
import type { Band } from '../math/sketch'
import { REACH_95, type GridFrame, type LanePicture, type TruthFrame } from '../net/frame'
import type { Data, Lane } from '../generated/wire'
import { significant } from '../math/format'
import { nearestRow, sliced } from '../math/reading'
import type { Lens } from '../state/view'
import { areaBetween, inputAxis, linear, type At } from './axes'
import { bandFigures, RANGE_DASH } from './bands'
import type { Steady } from './card'
import { RowDots, type Dragged } from './row-dots'
import { Plot, type Area, type Figure, type LineSeriesOption, type Painting, type Pixel } from './echarts'
import type { FitAxis } from './fit-axis'
import { zoom } from './heavier'
import { lookOf, polylines, type LaneLook } from './lanes'
import { base, described, MARGINS } from './options'
import { skin, type Palette } from './palette'
import { paintProbe } from './probe'
import { axisName, counted } from './measure'
import { labelOf } from './shown'
import { extent, type Ends } from '../math/scale'

/** One moment: the pictures of the lanes, and what is seen of them. */
export interface Picture {
  readonly pictures: readonly LanePicture[]
  /** The lane whose bands are drawn. */
  readonly focus: LanePicture
  readonly lanes: readonly Lane[]
  /** The x at which the charts are read. */
  readonly probe: number | null
}

/** How the fit is looked at. */
export interface FitView {
  readonly bands: Bands
  /** Whether the bands of an ensemble are taken apart. */
  readonly apart: boolean
  readonly lens: Lens
  /** The band that somebody has drawn, or draws; null: none here. */
  readonly sketch: Band | null
}

/** Where the pointer is over the fit: in data coordinates, and how far it reaches if it works on rows. */
export interface Pointer {
  readonly at: Pixel
  readonly reach: number | null
}

const SMALL = 420 // pixels; a narrower fit has fewer ticks

/** The data, the predicted means, and the bands around one of them. */
export class FitChart {
  readonly #host: HTMLElement
  readonly #plot: Plot
  readonly #brief: boolean
  readonly #dots = new RowDots()
  readonly #steady: Steady = { width: 0, toRight: true, below: false }
  #palette: Palette | null = null
  #data: Data | null = null
  #grid: GridFrame | null = null
  readonly #axis: FitAxis
  /** What of the axis is drawn; null: nothing yet. */
  #shown: Ends | null = null
  #dragged: Dragged | null = null
  #pointer: Pointer | null = null
  #last: { readonly picture: Picture; readonly view: FitView } | null = null

  /** A brief one is one of several, which have one axis, and says less. */
  constructor(host: HTMLElement, axis: FitAxis, brief: boolean) {
    this.#host = host
    this.#axis = axis
    this.#brief = brief
    this.#plot = new Plot(host, 'fit', base())
    this.#plot.onResize(() => {
      this.#shown = null // as many ticks as have room
      this.again()
    })
  }

  get plot(): Pick<Plot, 'onPlace' | 'onPress' | 'scale'> {
    return this.#plot
  }

  /** How high the plot is on the screen between its axes, without what stands around it. */
  get plotHeight(): number {
    const range = this.#shown
    if (!range || this.#plot.width === 0) return 0
    const at = linear(this.#plot)
    return (at(0, range.min)[1] - at(0, range.max)[1]) * zoom()
  }

  dispose(): void {
    this.#plot.dispose()
  }

  /** What changes only with the data or the theme. */
  setScene(data: Data, grid: GridFrame, truth: TruthFrame | null, p: Palette): void {
    this.#data = data
    this.#grid = grid
    this.#palette = p
    this.#plot.prepare(skin(p))
    this.#plot.prepare(described(`Fit of ${data.title}: ${labelOf(data.target)} over ${labelOf(sliced(data).column)}. Training and test points, the predicted mean, and bands of the predicted standard deviation around it.`))
    const [left = 0, right = 1] = extent(grid.x) ?? []
    const { axis: acrossAxis, measure: across } = inputAxis(left, right, this.#plot.width < SMALL ? 4 : 6)
    const up = this.#axis.measure
    this.#plot.measures = { x: across, y: up }
    // Of several targets the choice stands in the place of the name, unless there is more to say.
    const isChosen = data.targets.length > 1 && !this.#brief
    const name = isChosen && up.base === 0 ? '' : axisName(data.target, up)
    const trueLine = (t: TruthFrame, id: string, reach: number): LineSeriesOption => ({
      type: 'line', id, silent: true, z: 2, showSymbol: false,
      data: Array.from(grid.x, (at, i) => [counted(at, across), counted((t.mean[i] ?? NaN) + reach * (t.std[i] ?? NaN), up)]),
      lineStyle: { color: p.ink, width: reach === 0 ? 1.4 : 1, type: reach === 0 ? [7, 5] : [2, 4], opacity: reach === 0 ? 0.8 : 0.55 },
    })
    this.#shown = null
    this.#plot.prepare({
      // The name stands at the right end, so that there is room for a sentence beside it.
      xAxis: { ...acrossAxis, name: axisName(sliced(data).column, across), nameLocation: 'end', nameGap: 0, nameTextStyle: { align: 'right', verticalAlign: 'top', padding: [24, 0, 0, 0] } },
      yAxis: { ...this.#upright(performance.now()), name, ...(isChosen ? { nameTextStyle: { padding: [0, 0, 0, 230] } } : {}) },
      series: truth ? [trueLine(truth, 'truth', 0), trueLine(truth, 'truth_low', -REACH_95), trueLine(truth, 'truth_high', REACH_95)] : [],
    })
  }

  /** Shows a row elsewhere than the data say; null: where they say. */
  drag(dragged: Dragged | null): void {
    this.#dragged = dragged
    this.again()
  }

  /** The pointer has moved; null: it has gone. It is seen with the next drawing. */
  point(pointer: Pointer | null): void {
    this.#pointer = pointer
  }

  draw(picture: Picture, view: FitView): void {
    this.#last = { picture, view }
    this.again()
  }

  /** Draws the same again, as its axis is now. */
  again(): void {
    const [grid, p, data, last] = [this.#grid, this.#palette, this.#data, this.#last]
    if (!grid || !p || !data || !last || this.#plot.width === 0) return
    const now = performance.now()
    const range = this.#axis.at(now)
    if (range.min !== this.#shown?.min || range.max !== this.#shown.max) this.#plot.set({ yAxis: this.#upright(now) })
    this.#shown = range
    this.#host.dataset['axis'] = `${significant(range.min, 3)} to ${significant(range.max, 3)}`
    const { picture, view } = last
    const { focus, pictures } = picture
    const at = linear(this.#plot)
    const [left = 0, right = 1] = extent(grid.x) ?? []
    const area = areaBetween(at, [left, range.min], [right, range.max])
    const look = this.#look(focus.lane, picture, p)
    const mean = ({ fit, lane }: LanePicture, width: number): Figure[] =>
      polylines(Array.from(grid.x, (v, i) => at(v, fit.mean[i] ?? NaN)), this.#look(lane, picture, p), width)
    const spread = ({ average }: LanePicture): Figure[] => (average ? [average.meanLow, average.meanHigh] : []).flatMap((edge) =>
      polylines(Array.from(grid.x, (v, i) => at(v, edge[i] ?? NaN)), { colour: look.colour, dash: RANGE_DASH }, 1.4))
    const paintings: Painting[] = [
      { z: 1, clip: area, figures: bandFigures({ frame: focus.fit, x: grid.x, reaches: reaches(view.bands), apart: view.apart, look, palette: p, at }) },
      { z: 3, figures: [this.#dots.figure({ data, rows: focus.rows, lens: view.lens, dragged: this.#dragged, palette: p, area, at })] },
      { z: 4, clip: area, figures: [...pictures.filter((q) => q !== focus).flatMap((q) => mean(q, 1.7)), ...mean(focus, 2.4), ...spread(focus)] },
      { z: 4, clip: area, figures: sketched(view.sketch, p, at) },
      { z: 5, figures: [...this.#probe(picture, view, p, area, at), ...this.#ring(p, at)] },
    ]
    this.#plot.paint(paintings)
  }

  #look(lane: number, { lanes }: Picture, p: Palette): LaneLook {
    return lookOf(lanes.find((l) => l.lane === lane)?.colour ?? 0, p)
  }

  #probe(picture: Picture, { bands }: FitView, palette: Palette, area: Area, at: At): Figure[] {
    const { probe: x, focus, pictures, lanes } = picture
    const [data, grid, pointer] = [this.#data, this.#grid, this.#pointer]
    if (x === null || !data || !grid) {
      this.#steady.width = 0
      return []
    }
    // Whoever works on rows wants to see them.
    const working = pointer !== null && pointer.reach !== null
    const y = pointer && !working ? pointer.at[1] : null
    // With several inputs a row lies off the slice, where this prediction is not its own.
    const row = data.inputs.length === 1 ? nearestRow(data, x, y, this.#plot.scale) : -1
    return paintProbe({
      picture: focus, grid, data, question: { x, bands, y, row }, look: this.#look(focus.lane, picture, palette), palette, area, at, steady: this.#steady,
      detail: working ? 'none' : this.#brief ? 'line' : 'card',
      others: pictures.filter((q) => q !== focus).map((q) => ({
        name: lanes.find((l) => l.lane === q.lane)?.name ?? '', fit: q.fit, look: this.#look(q.lane, picture, palette),
      })),
    })
  }

  /** How far the pointer reaches. */
  #ring(p: Palette, at: At): Figure[] {
    if (!this.#pointer || this.#pointer.reach === null) return []
    const [cx, cy] = at(...this.#pointer.at)
    return [{ type: 'circle', shape: { cx, cy, r: this.#pointer.reach }, style: { fill: 'none', stroke: p.ink, lineWidth: 1.2, opacity: 0.7 } }]
  }

  #upright(now: number): ReturnType<FitAxis['option']> {
    return this.#axis.option(now, this.#plot.height - MARGINS.top - MARGINS.bottom)
  }
}

/** A band as somebody drew it: its edges, and between them a tint. */
function sketched(band: Band | null, p: Palette, at: At): Figure[] {
  if (!band) return []
  const edge = (values: readonly number[]): Pixel[] => band.x.map((x, i) => at(x, values[i] ?? NaN))
  const [low, high] = [edge(band.low), edge(band.high)]
  const look = { colour: p.spot, dash: [6, 4] }
  return [
    { type: 'polygon', shape: { points: [...high, ...low.toReversed()] }, style: { fill: p.spot, opacity: 0.1 } },
    ...polylines(high, look, 2), ...polylines(low, look, 2),
  ]
}
