import { effective, REACH_95, type FitFrame, type GridFrame, type TruthFrame } from '../frame'
import type { Data, Lane } from '../generated/wire'
import { tick } from '../format'
import { sliced } from '../reading'
import { areaOf, ONE_ITEM, Plot, type ChartOption, type LineSeriesOption, type Pixel, type RenderApi, type RenderItem, type ScatterSeriesOption, type Shape } from './echarts'
import { lookOf, polylines, type LaneLook } from './lanes'
import { skin, type Palette } from './palette'
import { paintProbe } from './probe'
import { extent, niceRange, ticksWithin, type Range } from './scale'

/** How far the bands reach, in standard deviations, from the widest to the narrowest. */
export type Bands = readonly number[]

/** One picture: a frame of each lane, and what is seen of them. */
export interface Picture {
  readonly frames: readonly FitFrame[]
  /** Of the lane whose bands are drawn. */
  readonly focus: FitFrame
  readonly lanes: readonly Lane[]
  readonly probe: number | null
}

/** A row that is being dragged stands where the pointer is until the server has it there. */
export interface Dragged {
  readonly row: number
  readonly at: Pixel
}

const OPACITY = [0.1, 0.16, 0.2]
const FEW_ROWS = 400

/** The data, the predicted means, and the bands around one of them. */
export class FitChart {
  readonly #plot: Plot
  #palette: Palette | null = null
  #data: Data | null = null
  #grid: GridFrame | null = null
  #picture: Picture | null = null
  #bands: Bands = []
  #dragged: Dragged | null = null
  #axis: { readonly of: string; readonly range: Range } | null = null

  constructor(host: HTMLElement, skeleton: ChartOption) {
    this.#plot = new Plot(host, 'fit', skeleton)
    this.#plot.prepare({
      series: [
        { type: 'custom', id: 'bands', renderItem: (p, api) => this.#paintBands(p, api), data: ONE_ITEM, clip: true, silent: true, z: 1 },
        { type: 'custom', id: 'others', renderItem: (_, api) => this.#paintOthers(api), data: ONE_ITEM, clip: true, silent: true, z: 4 },
        { type: 'custom', id: 'probe', renderItem: (p, api) => this.#paintProbe(p, api), data: ONE_ITEM, silent: true, z: 5 },
      ],
    })
  }

  get plot(): Pick<Plot, 'onPointer' | 'onPress' | 'cursor' | 'scale'> {
    return this.#plot
  }

  dispose(): void {
    this.#plot.dispose()
  }

  /** What changes only with the data or the theme. */
  setScene(data: Data, grid: GridFrame, truth: TruthFrame | null, p: Palette): void {
    this.#data = data
    this.#grid = grid
    this.#palette = p
    const column = (value: (i: number) => number): Pixel[] => Array.from(grid.x, (at, i) => [at, value(i)])
    const trueLine = (t: TruthFrame, id: string, reach: number): LineSeriesOption => ({
      type: 'line', id, silent: true, z: 2, showSymbol: false,
      data: column((i) => (t.mean[i] ?? NaN) + reach * (t.std[i] ?? NaN)),
      lineStyle: { color: p.ink, width: reach === 0 ? 1.4 : 1, type: reach === 0 ? [7, 5] : [2, 4], opacity: reach === 0 ? 0.8 : 0.55 },
    })
    this.#plot.prepare(skin(p))
    this.#plot.set({
      ...this.#axes(data, grid, truth),
      series: truth ? [trueLine(truth, 'truth', 0), trueLine(truth, 'truth_low', -REACH_95), trueLine(truth, 'truth_high', REACH_95)] : [],
    })
    this.#drawPoints()
  }

  /** Shows a row elsewhere than the data say; null: where they say. */
  drag(dragged: Dragged | null): void {
    this.#dragged = dragged
    this.#drawPoints()
  }

  draw(picture: Picture, bands: Bands): void {
    this.#picture = picture
    this.#bands = bands
    const x = this.#grid?.x
    const look = this.#look(picture.focus.lane)
    if (!x || !look) return
    const mean = Array.from(x, (at, i) => [at, picture.focus.mean[i] ?? NaN])
    this.#plot.set({
      series: [
        { type: 'line', id: 'mean', silent: true, z: 4, showSymbol: false, data: mean, lineStyle: { color: look.colour, width: 2.4, type: look.dash.length === 0 ? 'solid' : [...look.dash] } },
        { type: 'custom', id: 'others', data: ONE_ITEM },
      ],
    })
  }

  #drawPoints(): void {
    const [data, p] = [this.#data, this.#palette]
    if (!data || !p) return
    const { x } = sliced(data)
    const dragged = this.#dragged
    const points = (test: boolean): Pixel[] => data.y.flatMap((y, i) => {
      if (data.is_test[i] !== test) return []
      return [dragged !== null && data.ids[i] === dragged.row ? dragged.at : [x[i] ?? NaN, y] as Pixel]
    })
    const size = data.y.length > FEW_ROWS ? 4.5 : 6
    this.#plot.set({
      series: [
        scatter({ id: 'train', data: points(false), symbolSize: size, itemStyle: { color: p.ink, opacity: 0.62 } }),
        scatter({ id: 'test', data: points(true), symbolSize: size, itemStyle: { color: p.surface, borderColor: p.ink, borderWidth: 1.3, opacity: 0.9 } }),
      ],
    })
  }

  #look(lane: number): LaneLook | null {
    const p = this.#palette
    return p && lookOf(this.#picture?.lanes.find((l) => l.lane === lane)?.colour ?? 0, p)
  }

  /**
   * The axes stand on the data, not on the bands: they must not move while these
   * do. Nor do they while rows are moved about within them.
   */
  #axes(data: Data, grid: GridFrame, truth: TruthFrame | null): ChartOption {
    const [left = 0, right = 1] = extent(grid.x) ?? []
    const bound = (sign: number): number[] =>
      truth ? Array.from(truth.mean, (m, i) => m + sign * REACH_95 * (truth.std[i] ?? 0)) : []
    const [low = 0, high = 1] = extent(data.y, bound(-1), bound(1)) ?? []
    const of = `${data.name} ${grid.epoch} ${data.slice}`
    const before = this.#axis?.of === of ? this.#axis.range : null
    const air = 0.22 * (high - low || 1)
    const y = before && low >= before.min && high <= before.max ? before : niceRange(low - air, high + air, 7)
    this.#axis = { of, range: y }
    return {
      xAxis: inputAxis(left, right),
      yAxis: { ...y, axisLabel: { formatter: (v: number) => tick(v, y.interval), showMaxLabel: true, showMinLabel: true } },
    }
  }

  #paintBands(_: Parameters<RenderItem>[0], api: RenderApi): Shape | null {
    const frame = this.#picture?.focus
    const x = this.#grid?.x
    const look = frame && this.#look(frame.lane)
    if (!x || !look) return null
    const at = linear(api)
    return {
      type: 'group',
      children: this.#bands.map((reach, band) => {
        const points: Pixel[] = []
        const edge = (i: number, sign: number): void => {
          const y = (frame.mean[i] ?? NaN) + sign * reach * effective(frame, i)
          if (Number.isFinite(y)) points.push(at(x[i] ?? NaN, y))
        }
        for (let i = 0; i < x.length; i++) edge(i, 1)
        for (let i = x.length - 1; i >= 0; i--) edge(i, -1)
        return { type: 'polygon' as const, shape: { points }, style: { fill: look.colour, opacity: OPACITY[band] ?? 0.2 } }
      }),
    }
  }

  #paintOthers(api: RenderApi): Shape | null {
    const [picture, x] = [this.#picture, this.#grid?.x]
    if (!picture || !x) return null
    const at = linear(api)
    return {
      type: 'group',
      children: picture.frames.filter((f) => f !== picture.focus).flatMap((f) => {
        const look = this.#look(f.lane)
        return look ? polylines(Array.from(x, (v, i) => at(v, f.mean[i] ?? NaN)), look, 1.7) : []
      }),
    }
  }

  #paintProbe(params: Parameters<RenderItem>[0], api: RenderApi): Shape | null {
    const picture = this.#picture
    const look = picture && this.#look(picture.focus.lane)
    if (!look || !this.#grid || !this.#palette || !this.#data || picture.probe === null) return null
    return paintProbe({
      frame: picture.focus, grid: this.#grid, data: this.#data, x: picture.probe, colour: look.colour,
      palette: this.#palette, area: areaOf(params), at: linear(api),
    })
  }
}

/** The axis of the input: from the grid's first x to its last, which need not be ticks. */
export function inputAxis(left: number, right: number) {
  const { values, interval } = ticksWithin(left, right, 6)
  return { min: left, max: right, axisLabel: { customValues: values, formatter: (v: number) => tick(v, interval) } }
}

/** Where a point of the data lies; both axes are linear, so two points tell all. */
function linear(api: RenderApi): (x: number, y: number) => Pixel {
  const [x0 = 0, y0 = 0] = api.coord([0, 0])
  const [x1 = 0, y1 = 0] = api.coord([1, 1])
  return (x, y) => [x0 + (x1 - x0) * x, y0 + (y1 - y0) * y]
}

function scatter(series: Omit<ScatterSeriesOption, 'type'>): ScatterSeriesOption {
  return { type: 'scatter', silent: true, z: 3, ...series }
}
