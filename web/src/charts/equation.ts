import type { GridFrame, LanePicture } from '../net/frame'
import { PICTURE } from '../generated/wire'
import { significant } from '../math/format'
import type { Data } from '../generated/wire'
import { columnAt, sliced } from '../math/reading'
import { areaBetween, inputAxis, linear, rangeAxis, type At } from './axes'
import { placesOf, type Collocation } from './collocation'
import { Plot, type Area, type Figure, type Pixel } from './echarts'
import type { Picture } from './fit'
import { lookOf, polylines, type LaneLook } from './lanes'
import { base, described, NAMELESS } from './options'
import { skin, type Palette } from './palette'
import { axisName } from './measure'
import { labelOf } from './shown'
import { CalmRange, extent, type Range } from '../math/scale'

/** What is larger than the lane in focus by more than this leaves the plot, and by more than that is only named. */
const OTHERS = 4
const FAR = 5
const NAME = { name: 'residual', unit: '' }

/** By how much the means break the equation, on the x of the fit. */
export class EquationChart {
  readonly #plot: Plot
  readonly #range = new CalmRange(PICTURE.equation_ticks)
  #palette: Palette | null = null
  #grid: GridFrame | null = null
  #of = ''
  #shown: Range = { min: -1, max: 1, interval: 0.5 }
  #last: { readonly picture: Picture; readonly where: Collocation | null } | null = null

  constructor(host: HTMLElement) {
    this.#plot = new Plot(host, 'equation', base({ grid: NAMELESS }))
    this.#plot.onResize(() => { this.#paint() })
  }

  onPointer(listener: (x: number | null) => void): void {
    this.#plot.onPointer(listener)
  }

  dispose(): void {
    this.#plot.dispose()
  }

  /** What changes only with the data set or the theme. */
  setScene(data: Data, grid: GridFrame, p: Palette): void {
    this.#grid = grid
    this.#palette = p
    this.#plot.prepare(skin(p))
    this.#plot.prepare(described(`Equation on ${data.title}: its residual over ${labelOf(sliced(data).column)}, which should be 0, with the learned noise around 0 and the points where it is evaluated.`))
    this.#axes()
  }

  /** Another equation has residuals of another size. */
  setEquation(of: string): void {
    if (of !== this.#of) this.#range.forget()
    this.#of = of
  }

  draw(picture: Picture, where: Collocation | null): void {
    this.#last = { picture, where }
    const range = this.#follow(picture, where)
    if (range && (range.min !== this.#shown.min || range.max !== this.#shown.max)) {
      this.#shown = range
      this.#axes()
    }
    this.#paint()
  }

  #axes(): void {
    const [left = 0, right = 1] = extent(this.#grid?.x ?? []) ?? []
    const across = inputAxis(left, right)
    const up = rangeAxis(this.#shown)
    this.#plot.measures = { x: across.measure, y: up.measure }
    // The input's name stands under the fit, on the same x.
    this.#plot.set({ xAxis: { ...across.axis, name: '' }, yAxis: { ...up.axis, name: axisName(NAME, up.measure) } })
  }

  /** As far above 0 as below it; null while there is nothing to show. Beyond its points nothing holds the equation: what it is there may leave the plot. */
  #follow({ pictures, focus }: Picture, where: Collocation | null): Range | null {
    const reach = (q: LanePicture): number => this.#reach(q, where)
    const own = reach(focus)
    const others = Math.max(0, ...pictures.filter((q) => q !== focus).map(reach))
    const noise = focus.fit.scalars.equation_noise
    const most = own > 0 ? Math.max(own, Math.min(others, OTHERS * own), noise <= PICTURE.equation_noise * own ? noise : 0) : others
    return most > 0 ? this.#range.follow(-most, most) : null
  }

  /** How large a lane's residual becomes. */
  #reach({ residual }: LanePicture, where: Collocation | null): number {
    const x = this.#grid?.x ?? []
    const [from, to] = where && where.from < where.to ? [where.from, where.to] : [-Infinity, Infinity]
    let most = 0
    for (let i = 0; i < x.length; i++) {
      const [at, r] = [x[i] ?? NaN, Math.abs(residual?.residual[i] ?? NaN)]
      if (at >= from && at <= to && r > most && r < Infinity) most = r
    }
    return most
  }

  #paint(): void {
    const [last, grid, p] = [this.#last, this.#grid, this.#palette]
    if (!last || !grid || !p || this.#plot.width === 0) return
    const { picture: { focus, pictures, lanes, probe }, where } = last
    const at = linear(this.#plot)
    const [left = 0, right = 1] = extent(grid.x) ?? []
    const area = areaBetween(at, [left, this.#shown.min], [right, this.#shown.max])
    const look = (q: LanePicture): LaneLook => lookOf(lanes.find((l) => l.lane === q.lane)?.colour ?? 0, p)
    const line = (q: LanePicture, width: number): Figure[] =>
      q.residual ? polylines(Array.from(grid.x, (x, i): Pixel => at(x, q.residual?.residual[i] ?? NaN)), look(q), width) : []
    const zero = at(0, 0)[1]
    // A line that goes up and down through the plot and is never in it would hide the others.
    const far = pictures.filter((q) => q !== focus && this.#reach(q, where) > FAR * this.#shown.max)
    const others = pictures.filter((q) => q !== focus && !far.includes(q))
    const names = far.map((q) => lanes.find((l) => l.lane === q.lane)?.name ?? '')
    this.#plot.paint([
      { z: 1, clip: area, figures: band(focus.fit.scalars.equation_noise, look(focus), area, at) },
      { z: 2, figures: [
        { type: 'line', shape: { x1: area.x, y1: zero, x2: area.x + area.width, y2: zero }, style: { stroke: p.mark, lineWidth: 1, opacity: 0.75 } },
        ...(where ? placesOf(where, area, at, p) : []),
      ] },
      { z: 4, clip: area, figures: [...others.flatMap((q) => line(q, 1.5)), ...line(focus, 2.2)] },
      { z: 5, figures: probe !== null ? reading(focus, grid, probe, area, at, p) : names.length > 0 ? [remark(`off the chart: ${names.length === 1 ? 'model' : 'models'} ${names.map((n) => `“${n}”`).join(', ')}`, area, p, p.quiet)] : [] },
    ])
  }
}

/** The learned noise, on both sides of 0. */
function band(noise: number, look: LaneLook, area: Area, at: At): Figure[] {
  if (!(noise > 0)) return []
  const [top, bottom] = [at(0, noise)[1], at(0, -noise)[1]]
  const y = Math.max(area.y, top)
  return [{ type: 'rect', shape: { x: area.x, y, width: area.width, height: Math.min(area.y + area.height, bottom) - y }, style: { fill: look.colour, opacity: PICTURE.equation_opacity } }]
}

/** The line at x, and above the plot what is read there. */
function reading({ residual, fit }: LanePicture, grid: GridFrame, probe: number, area: Area, at: At, p: Palette): Figure[] {
  const x = at(probe, 0)[0]
  const noise = fit.scalars.equation_noise
  const words = residual ? `residual ${significant(columnAt(residual.residual, grid, probe), 3)}${noise > 0 ? ` · noise ${significant(noise, 2)}` : ''}` : ''
  return [
    { type: 'line', shape: { x1: x, y1: area.y, x2: x, y2: area.y + area.height }, style: { stroke: p.ink, lineWidth: 1, lineDash: [2, 3], opacity: 0.8 } },
    remark(words, area, p),
  ]
}

/** Words above the plot, where they cover nothing. */
function remark(text: string, area: Area, p: Palette, fill = p.ink): Figure {
  return { type: 'text', style: { text, x: area.x + area.width, y: area.y - 7, align: 'right', verticalAlign: 'bottom', fill, font: `${p.size + 1}px ${p.font}` } }
}
