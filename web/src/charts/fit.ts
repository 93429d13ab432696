import { effective, REACH_95, type FitFrame, type GridFrame, type TruthFrame } from '../frame'
import type { Data } from '../generated/wire'
import { tick } from '../format'
import { areaOf, ONE_ITEM, Plot, type ChartOption, type LineSeriesOption, type Pixel, type RenderApi, type RenderItem, type ScatterSeriesOption, type Shape } from './echarts'
import { skin, type Palette } from './palette'
import { paintProbe } from './probe'
import { extent, niceRange, ticksWithin } from './scale'

/** How far the bands reach, in standard deviations, from the widest to the narrowest. */
export type Bands = readonly number[]

const OPACITY = [0.1, 0.16, 0.2]

/** The data, the predicted mean, and the bands around it. */
export class FitChart {
  readonly #plot: Plot
  #palette: Palette | null = null
  #data: Data | null = null
  #grid: GridFrame | null = null
  #frame: FitFrame | null = null
  #bands: Bands = []
  #probe: number | null = null

  constructor(host: HTMLElement, skeleton: ChartOption) {
    this.#plot = new Plot(host, 'fit', skeleton)
    this.#plot.set({
      series: [
        { type: 'custom', id: 'bands', renderItem: (p, api) => this.#paintBands(p, api), data: ONE_ITEM, clip: true, silent: true, z: 1 },
        { type: 'custom', id: 'probe', renderItem: (p, api) => this.#paintProbe(p, api), data: ONE_ITEM, silent: true, z: 5 },
      ],
    })
  }

  onPointer(listener: (x: number | null) => void): void {
    this.#plot.onPointer(listener)
  }

  dispose(): void {
    this.#plot.dispose()
  }

  /** What changes only with the data set or the theme. */
  setScene(data: Data, grid: GridFrame, truth: TruthFrame | null, p: Palette): void {
    this.#data = data
    this.#grid = grid
    this.#palette = p
    const x = data.x[0] ?? []
    const points = (test: boolean): Pixel[] =>
      data.y.flatMap((y, i) => (data.test[i] === test ? [[x[i] ?? NaN, y] as Pixel] : []))
    const size = data.y.length > 400 ? 4.5 : 6
    const column = (value: (i: number) => number): Pixel[] => Array.from(grid.x, (at, i) => [at, value(i)])
    const trueLine = (t: TruthFrame, id: string, reach: number): LineSeriesOption => ({
      type: 'line', id, silent: true, z: 2, showSymbol: false,
      data: column((i) => (t.mean[i] ?? NaN) + reach * (t.std[i] ?? NaN)),
      lineStyle: { color: p.ink, width: reach === 0 ? 1.4 : 1, type: reach === 0 ? [7, 5] : [2, 4], opacity: reach === 0 ? 0.8 : 0.55 },
    })
    this.#plot.set(skin(p))
    this.#plot.set({
      ...this.#axes(data, grid, truth),
      series: [
        scatter({ id: 'train', data: points(false), symbolSize: size, itemStyle: { color: p.ink, opacity: 0.62 } }),
        scatter({ id: 'test', data: points(true), symbolSize: size, itemStyle: { color: p.surface, borderColor: p.ink, borderWidth: 1.3, opacity: 0.9 } }),
        { type: 'line', id: 'mean', silent: true, z: 4, showSymbol: false, lineStyle: { color: p['lane-a'], width: 2.4 } },
        ...(truth ? [trueLine(truth, 'truth', 0), trueLine(truth, 'truth_low', -REACH_95), trueLine(truth, 'truth_high', REACH_95)] : []),
      ],
    })
  }

  draw(frame: FitFrame, bands: Bands, probe: number | null): void {
    this.#frame = frame
    this.#bands = bands
    this.#probe = probe
    const x = this.#grid?.x
    if (!x) return
    const mean = Array.from(x, (at, i) => [at, frame.mean[i] ?? NaN])
    this.#plot.set({ series: [{ type: 'line', id: 'mean', data: mean }] })
  }

  /** The axes stand on the data, not on the bands: they must not move while these do. */
  #axes(data: Data, grid: GridFrame, truth: TruthFrame | null): ChartOption {
    const [left = 0, right = 1] = extent(grid.x) ?? []
    const bound = (sign: number): number[] =>
      truth ? Array.from(truth.mean, (m, i) => m + sign * REACH_95 * (truth.std[i] ?? 0)) : []
    const [low = 0, high = 1] = extent(data.y, bound(-1), bound(1)) ?? []
    const air = 0.22 * (high - low || 1)
    const y = niceRange(low - air, high + air, 7)
    return {
      xAxis: inputAxis(left, right),
      yAxis: { ...y, axisLabel: { formatter: (v: number) => tick(v, y.interval), showMaxLabel: true, showMinLabel: true } },
    }
  }

  #paintBands(_: Parameters<RenderItem>[0], api: RenderApi): Shape | null {
    const frame = this.#frame
    const x = this.#grid?.x
    const p = this.#palette
    if (!frame || !x || !p) return null
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
        return { type: 'polygon' as const, shape: { points }, style: { fill: p['lane-a'], opacity: OPACITY[band] ?? 0.2 } }
      }),
    }
  }

  #paintProbe(params: Parameters<RenderItem>[0], api: RenderApi): Shape | null {
    if (!this.#frame || !this.#grid || !this.#palette || !this.#data || this.#probe === null) return null
    return paintProbe({
      frame: this.#frame, grid: this.#grid, data: this.#data, x: this.#probe,
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
