import type { Lattice } from '../lattice'
import { contour, hatching, type Segments } from './contour'
import { Dots, type Dot } from './dots'
import { areaOf, ONE_ITEM, Plot, type Area, type ChartOption, type Pixel, type RenderApi, type Shape } from './echarts'
import { inputAxis } from './axes'
import { pixelRatio } from './heavier'
import { barOf, Heat, Layer } from './layer'
import { skin, type Palette } from './palette'
import { paintCard } from './card'
import { extent } from './scale'
import { ticksOf, type Tint } from './tint'

/** A row where it lies on the map. */
export interface Spot {
  readonly x: number
  readonly y: number
  readonly test: boolean
  /** null: it is there, and that is all. */
  readonly colour: string | null
  /** Whether the colour is a dark one, to be set off by a light edge. */
  readonly dark: boolean
}

/** What one map shows at one moment. */
export interface MapPicture {
  readonly values: Float32Array
  readonly tint: Tint
  /** Over the colour bar. */
  readonly title: string
  /** What is floored: hatched where the values before it are below its level. */
  readonly floor: { readonly values: Float32Array; readonly level: number } | null
  /** The same list stands for the same picture. */
  readonly spots: readonly Spot[]
  readonly place: Pixel | null
  /** What is said of the place, if it is here. */
  readonly card: readonly string[] | null
}

const BAR = 9 // pixels
const HATCH = 1.6 // places between two lines
const MARGIN = 5 // around a plot, for the rows on its edge
const MANY = 400

/** A map of two inputs in colours, with the rows on it. */
export class MapChart {
  readonly #plot: Plot
  readonly #heat = new Heat()
  readonly #layer = new Layer()
  readonly #dots = new Dots()
  #palette: Palette | null = null
  #lattice: Lattice | null = null
  #picture: MapPicture | null = null
  #bar: { readonly of: unknown; readonly canvas: HTMLCanvasElement } | null = null
  /** What is on the layer. */
  #painted: readonly unknown[] | null = null

  constructor(host: HTMLElement, name: string, skeleton: ChartOption) {
    this.#plot = new Plot(host, name, skeleton)
    this.#plot.prepare({
      series: [
        { type: 'custom', id: 'heat', renderItem: (p, api) => this.#paintHeat(areaOf(p), api), data: ONE_ITEM, silent: true, z: 1 },
        { type: 'custom', id: 'points', renderItem: (p, api) => this.#paintSpots(areaOf(p), api), data: ONE_ITEM, silent: true, z: 2 },
        { type: 'custom', id: 'probe', renderItem: (p, api) => this.#paintProbe(areaOf(p), api), data: ONE_ITEM, silent: true, z: 3 },
      ],
    })
  }

  get plot(): Pick<Plot, 'onPlace' | 'onPress' | 'scale'> {
    return this.#plot
  }

  dispose(): void {
    this.#plot.dispose()
  }

  /** What changes only with the data or the theme. */
  setScene(lattice: Lattice, p: Palette): void {
    this.#palette = p
    this.#lattice = lattice
    this.#painted = null
    const [left = 0, right = 1] = extent(lattice.across) ?? []
    const [low = 0, high = 1] = extent(lattice.up) ?? []
    this.#plot.prepare(skin(p))
    this.#plot.prepare({
      xAxis: { ...inputAxis(left, right), axisLine: { show: false } },
      yAxis: { ...inputAxis(low, high), splitLine: { show: false }, nameTextStyle: { padding: [0, 0, 0, -38] } },
    })
  }

  draw(picture: MapPicture): void {
    this.#picture = picture
    if (this.#lattice) this.#heat.paint(picture.values, this.#lattice.across.length, picture.tint)
    this.#plot.set({ series: [{ type: 'custom', id: 'heat', data: ONE_ITEM }] })
  }

  #paintHeat(area: Area, api: RenderApi): Shape | null {
    const [picture, p] = [this.#picture, this.#palette]
    if (!picture || !p) return null
    return {
      type: 'group',
      children: [
        this.#heat.shown(area),
        ...this.#paintFloor(picture, api, p),
        { type: 'rect', shape: area, style: { fill: 'none', stroke: p.border, lineWidth: 1 } },
        ...this.#paintBar(picture, area, p),
      ],
    }
  }

  /** Hatched where the loss sees the floor, with a line around. */
  #paintFloor({ floor }: MapPicture, api: RenderApi, p: Palette): Shape[] {
    const columns = this.#lattice?.across.length ?? 0
    const least = floor && extent(floor.values)
    if (!floor || !least || least[0] >= floor.level) return []
    const lines = (segments: Segments, width: number, opacity: number): Shape => ({
      type: 'path', shape: { pathData: this.#path(segments, api) },
      style: { fill: 'none', stroke: p.floor, lineWidth: width, opacity },
    })
    return [lines(hatching(floor.values, columns, floor.level, HATCH), 1, 0.75), lines(contour(floor.values, columns, floor.level), 1.5, 1)]
  }

  #path(segments: Segments, api: RenderApi): string {
    const lattice = this.#lattice
    if (!lattice) return ''
    const at = (i: number, values: Float32Array): number => {
      const last = values.length - 1
      return (values[0] ?? 0) + (i / last) * ((values[last] ?? 0) - (values[0] ?? 0))
    }
    const place = linear(api)
    let path = ''
    for (let i = 0; i < segments.length; i += 4) {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = segments.slice(i, i + 4)
      const [a, b] = [place(at(x0, lattice.across), at(y0, lattice.up)), place(at(x1, lattice.across), at(y1, lattice.up))]
      path += `M${a[0].toFixed(1)} ${a[1].toFixed(1)}L${b[0].toFixed(1)} ${b[1].toFixed(1)}`
    }
    return path
  }

  #paintBar({ tint, title }: MapPicture, area: Area, p: Palette): Shape[] {
    if (this.#bar?.of !== tint.ramp) this.#bar = { of: tint.ramp, canvas: barOf(tint.ramp) }
    const x = area.x + area.width + 10
    const font = `${p.size}px ${p.font}`
    const text = (words: string, style: object): Shape => ({ type: 'text', style: { text: words, fill: p.quiet, font, ...style } })
    return [
      { type: 'image', style: { image: this.#bar.canvas, x, y: area.y, width: BAR, height: area.height } },
      text(title, { x: area.x + area.width + 56, y: area.y - 12, align: 'right', verticalAlign: 'bottom' }),
      ...ticksOf(tint).flatMap(({ at, text: words }): Shape[] => {
        const y = Math.round(area.y + (1 - at) * area.height)
        return [
          { type: 'line', shape: { x1: x + BAR, y1: y, x2: x + BAR + 3, y2: y }, style: { stroke: p.mark, lineWidth: 1 } },
          text(words, { x: x + BAR + 6, y, align: 'left', verticalAlign: 'middle' }),
        ]
      }),
    ]
  }

  /** Painted anew only where something about them is new: the prediction alone does not move them. */
  #paintSpots(area: Area, api: RenderApi): Shape | null {
    const [picture, p] = [this.#picture, this.#palette]
    if (!picture || !p) return null
    const now = [picture.spots, p, area.x, area.y, area.width, area.height, pixelRatio()] as const
    if (this.#painted?.every((v, i) => v === now[i]) === true) return this.#layer.shown(area, MARGIN)
    this.#painted = now
    const place = linear(api)
    const r = picture.spots.length > MANY ? 2 : 3
    return this.#layer.paint(area, MARGIN, (c) => {
      for (const spot of picture.spots) {
        const [x, y] = place(spot.x, spot.y)
        this.#dots.paint(c, this.#dots.of(dotOf(spot, r)), x - area.x, y - area.y)
      }
    })
  }

  #paintProbe(area: Area, api: RenderApi): Shape | null {
    const [picture, p] = [this.#picture, this.#palette]
    if (!picture?.place || !p) return null
    const [x, y] = linear(api)(...picture.place)
    const line = (x1: number, y1: number, x2: number, y2: number): Shape[] => [
      { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: p.surface, lineWidth: 2.5, opacity: 0.55 } },
      { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: p.ink, lineWidth: 1, lineDash: [2, 3] } },
    ]
    const lines = picture.card ?? []
    // The card stands in the half in which the place does not.
    const height = 18 * lines.length + 24
    const low = y < area.y + area.height / 2
    const free = low ? { ...area, y: area.y + area.height - height } : area
    return {
      type: 'group',
      children: [
        ...line(x, area.y, x, area.y + area.height),
        ...line(area.x, y, area.x + area.width, y),
        { type: 'circle', shape: { cx: x, cy: y, r: 4.5 }, style: { fill: 'none', stroke: p.surface, lineWidth: 3 } },
        { type: 'circle', shape: { cx: x, cy: y, r: 4.5 }, style: { fill: 'none', stroke: p.ink, lineWidth: 1.4 } },
        ...(lines.length > 0 ? paintCard(lines, x, 14, free, p).shapes : []),
      ],
    }
  }
}

/** Filled where it is trained on, hollow where not, and set off from a map of its own colour. */
function dotOf({ test, colour, dark }: Spot, r: number): Dot {
  if (colour === null) {
    const [edge, fill] = ['rgb(0 0 0 / 35%)', 'rgb(255 255 255 / 70%)']
    return test ? { radius: 0.8 * r, fill: null, edges: [[2, edge], [1, fill]] } : { radius: 0.8 * r, fill, edges: [[1.2, edge]] }
  }
  const edge = dark ? 'rgb(255 255 255 / 75%)' : 'rgb(0 0 0 / 60%)'
  return test ? { radius: r + 0.5, fill: null, edges: [[2.8, edge], [1.6, colour]] } : { radius: r, fill: colour, edges: [[0.7, edge]] }
}

/** Where a place of the map lies; both axes are linear, so two points tell all. */
function linear(api: RenderApi): (x: number, y: number) => Pixel {
  const [x0 = 0, y0 = 0] = api.coord([0, 0])
  const [x1 = 0, y1 = 0] = api.coord([1, 1])
  return (x, y) => [x0 + (x1 - x0) * x, y0 + (y1 - y0) * y]
}
