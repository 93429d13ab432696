import type { Values } from '../net/frame'
import type { Column } from '../generated/wire'
import type { Lattice } from '../math/lattice'
import { areaBetween, inputAxis, linear, type At } from './axes'
import { paintCard, type Steady } from './card'
import { contour, hatching, type Segments } from './contour'
import { Dots, type Dot } from './dots'
import { Plot, type Area, type Figure, type Pixel } from './echarts'
import { pixelRatio } from './heavier'
import { barOf, Heat, Layer } from './layer'
import { axisName } from './measure'
import { base, BESIDE_BAR, described } from './options'
import { skin, type Palette } from './palette'
import { extent } from '../math/scale'
import { ticksOf, type Tint } from './tint'

const NAMELESS: Column = { name: '', unit: '' }

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
  readonly values: Values
  readonly tint: Tint
  /** Over the colour bar. */
  readonly title: string
  /** What is floored: hatched where the values before it are below its level. */
  readonly floor: { readonly values: Values; readonly level: number } | null
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
  readonly #hatched = new Layer()
  readonly #steady: Steady = { width: 0, toRight: true, below: false }
  readonly #dots = new Dots()
  #palette: Palette | null = null
  #lattice: Lattice | null = null
  #picture: MapPicture | null = null
  #bar: { readonly of: unknown; readonly canvas: HTMLCanvasElement } | null = null
  /** What is on the layer. */
  #painted: readonly unknown[] | null = null

  constructor(host: HTMLElement, name: string) {
    this.#plot = new Plot(host, name, base({ grid: BESIDE_BAR }))
    this.#plot.onResize(() => { this.#again() })
  }

  get plot(): Pick<Plot, 'onPlace' | 'onPress' | 'scale'> {
    return this.#plot
  }

  dispose(): void {
    this.#plot.dispose()
  }

  /** What changes only with the data or the theme. */
  setScene(lattice: Lattice, inputs: readonly Column[], description: string, p: Palette): void {
    this.#palette = p
    this.#lattice = lattice
    this.#painted = null
    const [left = 0, right = 1] = extent(lattice.across) ?? []
    const [low = 0, high = 1] = extent(lattice.up) ?? []
    this.#plot.prepare(skin(p))
    this.#plot.prepare(described(description))
    const [across, up] = [inputAxis(left, right), inputAxis(low, high)]
    this.#plot.measures = { x: across.measure, y: up.measure }
    const [first = NAMELESS, second = NAMELESS] = inputs
    this.#plot.set({
      xAxis: { ...across.axis, name: axisName(first, across.measure), axisLine: { show: false } },
      yAxis: { ...up.axis, name: axisName(second, up.measure), splitLine: { show: false }, nameTextStyle: { padding: [0, 0, 0, -38] } },
    })
  }

  draw(picture: MapPicture): void {
    this.#picture = picture
    this.#again()
  }

  #again(): void {
    const [picture, p, lattice] = [this.#picture, this.#palette, this.#lattice]
    if (!picture || !p || !lattice || this.#plot.width === 0) return
    this.#heat.paint(picture.values, lattice.across.length, picture.tint)
    const at = linear(this.#plot)
    const corner = (i: number): Pixel => [lattice.across.at(i) ?? NaN, lattice.up.at(i) ?? NaN]
    const area = areaBetween(at, corner(0), corner(-1))
    this.#plot.paint([
      { z: 1, figures: [this.#heat.shown(area), ...this.#floor(picture, area)] },
      { z: 2, figures: [{ type: 'rect', shape: area, style: { fill: 'none', stroke: p.border, lineWidth: 1 } }, ...this.#barOf(picture, area, p)] },
      { z: 3, figures: [this.#spots(picture, area, at, p)] },
      { z: 4, figures: this.#probe(picture, area, at, p) },
    ])
  }

  /** Hatched where the loss sees the floor, with a line around. */
  #floor({ floor }: MapPicture, area: Area): Figure[] {
    const lattice = this.#lattice
    const least = floor && extent(floor.values)
    if (!lattice || !floor || !least || least[0] >= floor.level) return []
    const columns = lattice.across.length
    const [width, height] = [area.width / (columns - 1), area.height / (lattice.up.length - 1)]
    return [this.#hatched.paint(area, 0, (c) => {
      const stroke = (segments: Segments, line: number, colour: string): void => {
        c.strokeStyle = colour
        c.lineWidth = line
        c.beginPath()
        for (let i = 0; i < segments.length; i += 2) {
          const [x, y] = [(segments[i] ?? 0) * width, area.height - (segments[i + 1] ?? 0) * height]
          if (i % 4 === 0) c.moveTo(x, y)
          else c.lineTo(x, y)
        }
        c.stroke()
      }
      const [lines, edge] = [hatching(floor.values, columns, floor.level, HATCH), contour(floor.values, columns, floor.level)]
      // Light upon dark: whatever colour the floor has on the scale, one of them is seen.
      stroke(lines, 2, 'rgb(0 0 0 / 30%)')
      stroke(edge, 3, 'rgb(0 0 0 / 45%)')
      stroke(lines, 1, 'rgb(255 255 255 / 60%)')
      stroke(edge, 1.3, 'rgb(255 255 255 / 95%)')
    })]
  }

  #barOf({ tint, title }: MapPicture, area: Area, p: Palette): Figure[] {
    if (this.#bar?.of !== tint.ramp) this.#bar = { of: tint.ramp, canvas: barOf(tint.ramp) }
    const x = area.x + area.width + 10
    const font = `${p.size}px ${p.font}`
    const text = (words: string, style: object): Figure => ({ type: 'text', style: { text: words, fill: p.quiet, font, ...style } })
    return [
      { type: 'image', style: { image: this.#bar.canvas, x, y: area.y, width: BAR, height: area.height } },
      text(title, { x: area.x + area.width + 56, y: area.y - 12, align: 'right', verticalAlign: 'bottom' }),
      ...ticksOf(tint).flatMap(({ at, text: words }): Figure[] => {
        const y = Math.round(area.y + (1 - at) * area.height)
        return [
          { type: 'line', shape: { x1: x + BAR, y1: y, x2: x + BAR + 3, y2: y }, style: { stroke: p.mark, lineWidth: 1 } },
          text(words, { x: x + BAR + 6, y, align: 'left', verticalAlign: 'middle' }),
        ]
      }),
    ]
  }

  /** Repainted only where something about them has changed: the prediction alone does not move them. */
  #spots({ spots }: MapPicture, area: Area, at: At, p: Palette): Figure {
    const now = [spots, p, area.x, area.y, area.width, area.height, pixelRatio()]
    if (this.#painted?.every((v, i) => v === now[i]) === true) return this.#layer.shown(area, MARGIN)
    this.#painted = now
    const r = spots.length > MANY ? 2 : 3
    return this.#layer.paint(area, MARGIN, (c) => {
      for (const spot of spots) {
        const [x, y] = at(spot.x, spot.y)
        this.#dots.paint(c, this.#dots.of(dotOf(spot, r)), x - area.x, y - area.y)
      }
    })
  }

  #probe({ place, card }: MapPicture, area: Area, at: At, p: Palette): Figure[] {
    if (!place) {
      this.#steady.width = 0
      return []
    }
    const [x, y] = at(...place)
    const line = (x1: number, y1: number, x2: number, y2: number): Figure[] => [
      { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: p.surface, lineWidth: 2.5, opacity: 0.55 } },
      { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: p.ink, lineWidth: 1, lineDash: [2, 3] } },
    ]
    return [
      ...line(x, area.y, x, area.y + area.height),
      ...line(area.x, y, area.x + area.width, y),
      { type: 'circle', shape: { cx: x, cy: y, r: 4.5 }, style: { fill: 'none', stroke: p.surface, lineWidth: 3 } },
      { type: 'circle', shape: { cx: x, cy: y, r: 4.5 }, style: { fill: 'none', stroke: p.ink, lineWidth: 1.4 } },
      ...(card ? paintCard(card, x, 14, area, p, { steady: this.#steady, clear: [x, y] }).shapes : []),
    ]
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
