import { effective, type GridFrame, type TruthFrame } from '../frame'
import { significant, withUnit } from '../format'
import type { Data } from '../generated/wire'
import { areaOf, ONE_ITEM, Plot, type Area, type ChartOption, type Pixel, type RenderApi, type RenderItem, type Shape } from './echarts'
import { inputAxis, type Picture } from './fit'
import { lookOf, polylines, type LaneLook } from './lanes'
import { skin, type Palette } from './palette'
import { textWidth } from './text'
import { CalmDecades, extent } from './scale'

interface Corner {
  readonly atRight: boolean
  readonly above: boolean
}

/** Where the floor's words may stand at its line, the best place first. */
const CORNERS = [
  { atRight: true, above: true },
  { atRight: true, above: false },
  { atRight: false, above: true },
  { atRight: false, above: false },
] as const satisfies readonly Corner[]

const LABEL_HEIGHT = 21 // pixels, with the gap to the line

/** The predicted standard deviation on a log axis, and the floor under it. */
export class NoiseChart {
  readonly #plot: Plot
  readonly #range = new CalmDecades()
  #palette: Palette | null = null
  #data: Data | null = null
  #grid: GridFrame | null = null
  #picture: Picture | null = null
  #rangeOf = ''
  /** Where the floor's words stood last: they stay until a curve comes in their way. */
  #corner = 0

  constructor(host: HTMLElement, skeleton: ChartOption) {
    this.#plot = new Plot(host, 'noise', skeleton)
    this.#plot.prepare({
      series: [
        { type: 'custom', id: 'floor', renderItem: (p, api) => this.#paintFloor(p, api), data: ONE_ITEM, silent: true, z: 1 },
        { type: 'custom', id: 'others', renderItem: (_, api) => this.#paintOthers(api), data: ONE_ITEM, clip: true, silent: true, z: 4 },
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
    // Rows that come and go must not move the axis.
    const of = `${data.name} ${grid.epoch} ${data.slice}`
    if (this.#rangeOf !== of) this.#range.forget()
    this.#rangeOf = of
    this.#data = data
    this.#grid = grid
    this.#palette = p
    // The room that a sensible fit needs, so that the axis stands from the start.
    const spread = data.target_std ?? 1
    this.#range.follow(spread / 30, spread * 1.2)
    const known = truth && extent(truth.std.filter((v) => v > 0))
    if (known) this.#range.follow(...known)

    const [left = 0, right = 1] = extent(grid.x) ?? []
    this.#plot.prepare(skin(p))
    this.#plot.set({
      // The name stands under the fit, on the same x.
      xAxis: { ...inputAxis(left, right), name: '' },
      yAxis: { axisLabel: { formatter: (v: number) => significant(v, 1) } },
      series: [
        { type: 'line', id: 'std', silent: true, z: 4, showSymbol: false },
        { type: 'line', id: 'raw', silent: true, z: 3, showSymbol: false },
        { type: 'line', id: 'epistemic', silent: true, z: 3, showSymbol: false, lineStyle: { color: p.epistemic, width: 1.8, type: [7, 3, 2, 3] } },
        ...(truth
          ? [{
              type: 'line' as const, id: 'truth', silent: true, z: 2, showSymbol: false,
              data: Array.from(grid.x, (x, i) => [x, truth.std[i] ?? NaN]),
              lineStyle: { color: p.ink, width: 1.4, type: [7, 5], opacity: 0.8 },
            }]
          : []),
      ],
    })
  }

  draw(picture: Picture): void {
    const x = this.#grid?.x
    this.#picture = picture
    const frame = picture.focus
    const look = this.#look(frame.lane)
    if (!x || !look) return
    const { floor } = frame.scalars
    const std = Array.from(x, (_, i) => effective(frame, i))
    const others = picture.frames.filter((f) => f !== frame).map((f) => extent(Array.from(x, (_, i) => effective(f, i)).filter((v) => v > 0)) ?? [])
    const raw = Array.from(x, (at, i) => {
      const v = frame.std[i] ?? NaN
      return [at, v < floor && v > 0 ? v : NaN]
    })
    const [low, high] = extent(std.filter((v) => v > 0), ...others) ?? [1, 1]
    // What the clamp hides is worth a decade of the axis, not more.
    const [hidden = low] = extent(raw.map(([, v]) => v ?? NaN)) ?? []
    const apart = Array.from(frame.epistemic ?? [])
    const [agreed = low] = extent(apart.filter((v) => v > 0)) ?? []
    this.#plot.set({
      yAxis: this.#range.follow(Math.min(low, Math.max(hidden, floor / 10), Math.max(agreed, low / 30)), high),
      series: [
        { type: 'line', id: 'std', data: std.map((v, i) => [x[i] ?? NaN, v]), lineStyle: { color: look.colour, width: 2.2, type: look.dash.length === 0 ? 'solid' : [...look.dash] } },
        { type: 'line', id: 'raw', data: raw, lineStyle: { color: look.colour, width: 1.3, type: [1.5, 3] } },
        { type: 'custom', id: 'others', data: ONE_ITEM },
        { type: 'line', id: 'epistemic', data: apart.map((v, i) => [x[i] ?? NaN, v > 0 ? v : NaN]) },
      ],
    })
  }

  #look(lane: number): LaneLook | null {
    const p = this.#palette
    return p && lookOf(this.#picture?.lanes.find((l) => l.lane === lane)?.colour ?? 0, p)
  }

  #paintOthers(api: RenderApi): Shape | null {
    const [picture, x] = [this.#picture, this.#grid?.x]
    if (!picture || !x) return null
    return {
      type: 'group',
      children: picture.frames.filter((f) => f !== picture.focus).flatMap((f) => {
        const look = this.#look(f.lane)
        const at = (v: number, i: number): Pixel => {
          const std = effective(f, i)
          return std > 0 ? (api.coord([v, std]) as Pixel) : [NaN, NaN]
        }
        return look ? polylines(Array.from(x, at), look, 1.6) : []
      }),
    }
  }

  #paintFloor(params: Parameters<RenderItem>[0], api: RenderApi): Shape | null {
    const frame = this.#picture?.focus
    const p = this.#palette
    const data = this.#data
    if (!frame || !p || !data) return null
    const area = areaOf(params)
    const bottom = area.y + area.height
    const right = area.x + area.width
    const { floor, clamped } = frame.scalars
    const rows = data.is_test.filter((test) => !test).length
    const at = (api.coord([0, Math.max(floor, Number.MIN_VALUE)])[1] ?? bottom)
    const inside = at < bottom
    const y = Math.max(area.y, Math.min(bottom, at))
    const font = `${p.size + 0.5}px ${p.font}`
    const value = floor > 0 ? `floor √eps = ${withUnit(significant(floor, 2), data.target.unit)}` : 'eps = 0: no floor'
    const words = floor === 0 || !extent(frame.std) ? value : [
      `${value} · ${clamped > 0 ? `${clamped} of ${rows} variances clamped` : inside ? 'no variance clamped' : 'below this axis, no variance clamped'}`,
      `${value} · ${clamped > 0 ? `${clamped} of ${rows} clamped` : inside ? 'none clamped' : 'below'}`,
      value,
    ].find((w) => textWidth(w, font) < 0.75 * area.width) ?? ''
    const { atRight, above } = this.#place(area, y, textWidth(words, font), api)
    const label: Shape = {
      type: 'text',
      style: {
        text: words, x: atRight ? right - 4 : area.x + 4, y: above ? y - 5 : y + 5,
        align: atRight ? 'right' : 'left', verticalAlign: above ? 'bottom' : 'top',
        fill: p.floor, font, backgroundColor: p.surface, padding: [1, 3],
      },
    }
    const shade: Shape[] = inside
      ? [
          { type: 'rect', shape: { x: area.x, y, width: area.width, height: bottom - y }, style: { fill: p.floor, opacity: 0.08 } },
          { type: 'line', shape: { x1: area.x, y1: y, x2: right, y2: y }, style: { stroke: p.floor, lineWidth: 1.2, lineDash: [4, 3] } },
        ]
      : []
    return { type: 'group', children: [...shade, label] }
  }

  /** Where words of that width stand at the floor without a curve through them. */
  #place(area: Area, floor: number, width: number, api: RenderApi): Corner {
    const frame = this.#picture?.focus
    const curve: Pixel[] = []
    this.#grid?.x.forEach((x, i) => {
      const std = frame?.std[i] ?? NaN
      for (const v of frame ? [std, effective(frame, i)] : []) {
        if (v > 0) curve.push([api.coord([x, v])[0] ?? 0, api.coord([x, v])[1] ?? 0])
      }
    })
    const free = ({ atRight, above }: Corner): boolean => {
      const left = atRight ? area.x + area.width - width - 12 : area.x
      const top = above ? floor - LABEL_HEIGHT : floor + 3
      const inside = top > area.y && top + LABEL_HEIGHT - 3 <= area.y + area.height
      return inside && !curve.some(([x, y]) => x >= left && x <= left + width + 12 && y >= top && y <= top + LABEL_HEIGHT - 3)
    }
    const order = [this.#corner, ...CORNERS.keys()]
    this.#corner = order.find((i) => free(CORNERS[i] ?? CORNERS[0])) ?? (floor - LABEL_HEIGHT > area.y ? 0 : 1)
    return CORNERS[this.#corner] ?? CORNERS[0]
  }

  #paintProbe(params: Parameters<RenderItem>[0], api: RenderApi): Shape | null {
    const probe = this.#picture?.probe ?? null
    if (probe === null || !this.#palette) return null
    const area = areaOf(params)
    const [x = 0] = api.coord([probe, 1])
    return {
      type: 'line', shape: { x1: x, y1: area.y, x2: x, y2: area.y + area.height },
      style: { stroke: this.#palette.ink, lineWidth: 1, lineDash: [2, 3], opacity: 0.8 },
    }
  }
}
