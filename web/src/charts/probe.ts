import type { FitFrame, GridFrame } from '../frame'
import { significant, withUnit } from '../format'
import type { Data } from '../generated/wire'
import { inWords, readAt, sliced } from '../reading'
import type { Area, Pixel, Shape } from './echarts'
import type { Palette } from './palette'
import { textWidth } from './text'

interface Scene {
  readonly frame: FitFrame
  readonly grid: GridFrame
  readonly data: Data
  readonly x: number
  /** Of the lane that is read. */
  readonly colour: string
  readonly palette: Palette
  readonly area: Area
  readonly at: (x: number, y: number) => Pixel
}

const GAP = 14
const PADDING = 10
const LINE = 18
const DENSITY_WIDTH = 64
const DENSITY_POINTS = 60

/** The reading at x: a line, the predictive density upright on it, and a card of numbers. */
export function paintProbe(s: Scene): Shape {
  const { area, palette: p } = s
  const reading = readAt(s.frame, s.grid, s.data, s.x)
  const [px] = s.at(s.x, 0)
  const bottom = area.y + area.height
  const [words, interval, nearest] = inWords(reading, s.data)
  const lines = [`x = ${withUnit(significant(s.x, 3), sliced(s.data).column.unit)} · ${words}`, interval, nearest]
  const { toRight, shapes: card } = paintCard(lines, px, DENSITY_WIDTH + GAP, area, p)
  const side = toRight ? 1 : -1

  // The curve exp(-z²/2), drawn to the side on which the card is.
  const density: Pixel[] = []
  for (let i = 0; i <= DENSITY_POINTS; i++) {
    const z = -3.2 + (6.4 * i) / DENSITY_POINTS
    const [, y] = s.at(s.x, reading.mean + z * reading.std)
    density.push([px + side * DENSITY_WIDTH * Math.exp(-0.5 * z * z), clamp(y, area.y, bottom)])
  }
  const [dotX, dotY] = s.at(s.x, reading.mean)
  const shapes: Shape[] = [
    { type: 'polygon', shape: { points: density }, style: { fill: s.colour, opacity: 0.38 } },
    {
      type: 'line', shape: { x1: px, y1: area.y, x2: px, y2: bottom },
      style: { stroke: p.ink, lineWidth: 1, lineDash: [2, 3], opacity: 0.8 },
    },
    ...card,
  ]
  if (dotY >= area.y && dotY <= bottom) {
    shapes.push({ type: 'circle', shape: { cx: dotX, cy: dotY, r: 4.5 }, style: { fill: s.colour, stroke: p.surface, lineWidth: 1.5 } })
  }
  return { type: 'group', children: shapes }
}

/** A card of lines at one side of x, so far from it, where there is room. */
export function paintCard(lines: readonly string[], x: number, distance: number, area: Area, p: Palette): { toRight: boolean; shapes: Shape[] } {
  const font = `${p.size + 1}px ${p.font}`
  const width = Math.max(...lines.map((line) => textWidth(line, font))) + 2 * PADDING
  const right = area.x + area.width
  const toRight = x + distance + width < right
  const left = clamp(toRight ? x + distance : x - distance - width, area.x, right - width)
  const top = area.y + 6
  return {
    toRight,
    shapes: [
      {
        type: 'rect', shape: { x: left, y: top, width, height: LINE * lines.length + 12, r: 6 },
        style: { fill: p.surface, stroke: p.border, lineWidth: 1, opacity: 0.96 },
      },
      ...lines.map((text, i): Shape => ({
        type: 'text', style: { text, x: left + PADDING, y: top + 9 + LINE * i, fill: i >= 2 ? p.quiet : p.ink, font, verticalAlign: 'top' },
      })),
    ],
  }
}

function clamp(v: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, v))
}
