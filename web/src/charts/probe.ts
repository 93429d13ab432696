import type { FitFrame, GridFrame } from '../frame'
import { significant, withUnit } from '../format'
import type { Data } from '../generated/wire'
import { inWords, readAt } from '../reading'
import type { Area, Pixel, Shape } from './echarts'
import type { Palette } from './palette'
import { textWidth } from './text'

interface Scene {
  readonly frame: FitFrame
  readonly grid: GridFrame
  readonly data: Data
  readonly x: number
  readonly palette: Palette
  readonly area: Area
  readonly at: (x: number, y: number) => Pixel
}

const CARD = { height: 66, gap: 14, padding: 10 }
const DENSITY_WIDTH = 64
const DENSITY_POINTS = 60

/** The reading at x: a line, the predictive density upright on it, and a card of numbers. */
export function paintProbe(s: Scene): Shape {
  const { area, palette: p } = s
  const reading = readAt(s.frame, s.grid, s.data, s.x)
  const [px] = s.at(s.x, 0)
  const bottom = area.y + area.height
  const [words, interval, nearest] = inWords(reading, s.data)
  const first = `x = ${withUnit(significant(s.x, 3), s.data.inputs[0]?.unit ?? '')} · ${words}`
  const font = `12px ${p.font}`
  const width = Math.max(...[first, interval, nearest].map((line) => textWidth(line, font))) + 2 * CARD.padding
  const toRight = px + DENSITY_WIDTH + CARD.gap + width < area.x + area.width
  const side = toRight ? 1 : -1

  // The curve exp(-z²/2), drawn to the side on which the card is.
  const density: Pixel[] = []
  for (let i = 0; i <= DENSITY_POINTS; i++) {
    const z = -3.2 + (6.4 * i) / DENSITY_POINTS
    const [, y] = s.at(s.x, reading.mean + z * reading.std)
    density.push([px + side * DENSITY_WIDTH * Math.exp(-0.5 * z * z), clamp(y, area.y, bottom)])
  }
  const cardX = clamp(toRight ? px + DENSITY_WIDTH + CARD.gap : px - DENSITY_WIDTH - CARD.gap - width, area.x, area.x + area.width - width)
  const cardY = area.y + 6
  const [dotX, dotY] = s.at(s.x, reading.mean)
  const text = (content: string, line: number, fill: string): Shape => ({
    type: 'text',
    style: { text: content, x: cardX + CARD.padding, y: cardY + 9 + 18 * line, fill, font, verticalAlign: 'top' },
  })
  const shapes: Shape[] = [
    { type: 'polygon', shape: { points: density }, style: { fill: p['lane-a'], opacity: 0.38 } },
    {
      type: 'line', shape: { x1: px, y1: area.y, x2: px, y2: bottom },
      style: { stroke: p.ink, lineWidth: 1, lineDash: [2, 3], opacity: 0.8 },
    },
    {
      type: 'rect', shape: { x: cardX, y: cardY, width, height: CARD.height, r: 6 },
      style: { fill: p.surface, stroke: p.border, lineWidth: 1, opacity: 0.96 },
    },
    text(first, 0, p.ink),
    text(interval, 1, p.ink),
    text(nearest, 2, p.quiet),
  ]
  if (dotY >= area.y && dotY <= bottom) {
    shapes.push({ type: 'circle', shape: { cx: dotX, cy: dotY, r: 4.5 }, style: { fill: p['lane-a'], stroke: p.surface, lineWidth: 1.5 } })
  }
  return { type: 'group', children: shapes }
}

function clamp(v: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, v))
}
