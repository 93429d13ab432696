import { fixed } from '../math/format'
import type { Lane } from '../generated/wire'
import type { Area, Pixel, Shape } from './echarts'
import { lookOf, polylines } from './lanes'
import { apart, isPresent, type Stretch } from './branch'
import type { Line } from './loss-lines'
import type { Palette } from './palette'
import { textWidth } from './text'

/** Where steps and values lie in the canvas. */
export interface Geometry {
  readonly area: Area
  x(step: number): number
  y(value: number): number
}

const FAR = 1000 // pixels beyond the plot, which is far enough: a dashed line to infinity takes for ever
const SIDE = 4 // pixels, half a mark's width
const LEAST_APART = 6 // pixels between two marks at an edge

const FAINT = 0.28
const LEFT = 0.22 // what was undone
const LOOKS = {
  under: { width: 1, opacity: 0.3 },
  other: { width: 1.1, opacity: 0.85 },
  otherTrain: { width: 1, opacity: 0.4 },
  train: { width: 1.2, opacity: 0.55 },
  batch: { width: 1, opacity: 0.55 },
  strong: { width: 1.9, opacity: 1 },
} as const

function kindOf(l: Line): keyof typeof LOOKS {
  if (l.isUnder) return 'under'
  if (l.part === 'batch' && !l.smooth) return 'batch'
  if (l.part === 'train') return l.isFocus ? 'train' : 'otherTrain'
  return l.isFocus ? 'strong' : 'other'
}

/** The curves, those that were left behind faint, and the line of zero under them. */
export function paintLines(lines: readonly Line[], g: Geometry, zero: boolean, branch: readonly Stretch[], p: Palette): Shape {
  const { area } = g
  const [top, bottom] = [area.y - FAR, area.y + area.height + FAR]
  const at = ([step, v]: readonly [number, number]): Pixel => (Number.isFinite(v) ? [g.x(step), Math.min(bottom, Math.max(top, g.y(v)))] : [NaN, NaN])
  const children: Shape[] = []
  if (zero) {
    const y = Math.round(g.y(0)) + 0.5
    children.push({ type: 'line', shape: { x1: area.x, y1: y, x2: area.x + area.width, y2: y }, style: { stroke: p.quiet, lineWidth: 1, opacity: 0.55 } })
  }
  for (const l of lines) {
    const look = lookOf(l.lane.colour, p)
    const { width, opacity } = LOOKS[kindOf(l)]
    // Dashes are for one clear line: what is fainter or a cloud is solid.
    const beneath = { colour: look.colour, dash: [] }
    const raw = apart(l.drawn.points, branch)
    children.push(...polylines(raw.left.map(at), beneath, 1, LEFT))
    if (l.smooth) children.push(...polylines(raw.present.map(at), beneath, 1, FAINT), ...polylines(apart(l.smooth, branch).present.map(at), l.part === 'train' ? beneath : look, width, opacity))
    else children.push(...polylines(raw.present.map(at), l.part !== 'test' ? beneath : look, width, opacity))
  }
  return { type: 'group', children }
}

/** Small marks at the upper and lower edge where a curve leaves the plot; returns how many values do. */
export function paintClipped(lines: readonly Line[], g: Geometry, branch: readonly Stretch[], p: Palette): { shapes: Shape[]; values: number } {
  const { area } = g
  const [top, bottom] = [area.y, area.y + area.height]
  const shapes: Shape[] = []
  const taken = new Set<string>()
  let values = 0
  // The lane in focus is painted last, and has its marks first.
  for (const l of lines.toReversed()) {
    if (l.isUnder) continue
    for (const [step, v] of l.drawn.points) {
      const x = g.x(step)
      if (!Number.isFinite(v) || !isPresent(branch, step) || x < area.x - 0.5 || x > area.x + area.width + 0.5) continue
      const y = g.y(v)
      if (y >= top - 1 && y <= bottom + 1) continue
      values++
      const up = y < top
      const place = `${up ? 'up' : 'down'} ${Math.round(x / LEAST_APART)}`
      if (taken.has(place)) continue
      taken.add(place)
      const [tip, base] = up ? [top + 1, top + 6] : [bottom - 1, bottom - 6]
      shapes.push({ type: 'polygon', shape: { points: [[x - 3, base], [x + 3, base], [x, tip]] }, style: { fill: lookOf(l.lane.colour, p).colour } })
    }
  }
  return { shapes, values }
}

/** A cross at the foot of the chart wherever a lane had a loss that was not finite. */
export function paintOdd(odd: ReadonlyMap<Lane, readonly number[]>, g: Geometry, p: Palette): Shape[] {
  const y = g.area.y + g.area.height - 6
  return [...odd].flatMap(([lane, steps], row) => {
    const { colour } = lookOf(lane.colour, p)
    let before = -Infinity
    return steps.flatMap((step): Shape[] => {
      const x = g.x(step)
      if (x - before < LEAST_APART) return []
      before = x
      const middle = y - 10 * row
      return [-1, 1].map((slope): Shape => ({
        type: 'line', shape: { x1: x - SIDE, y1: middle - slope * SIDE, x2: x + SIDE, y2: middle + slope * SIDE },
        style: { stroke: colour, lineWidth: 2 },
      }))
    })
  })
}

/** A line at the earlier step that is looked at. */
export function paintPast(step: number, g: Geometry, p: Palette): Shape[] {
  const { area } = g
  const at = g.x(step)
  if (at < area.x - 0.5 || at > area.x + area.width + 0.5) return []
  return [{ type: 'line', shape: { x1: at, x2: at, y1: area.y, y2: area.y + area.height }, style: { stroke: p.ink, lineWidth: 1.5 } }]
}

/** The best possible loss, or an arrow to where it is. */
export function paintBest(value: number, g: Geometry, p: Palette): Shape[] {
  const { area } = g
  const [left, right, bottom] = [area.x, area.x + area.width, area.y + area.height]
  const y = g.y(value)
  const font = `${p.size}px ${p.font}`
  const isSeen = y >= area.y && y <= bottom
  const arrow = isSeen ? '' : y > bottom ? ' ↓' : ' ↑'
  const text = `best possible (true noise) ${fixed(value, 2)}${arrow}`
  const width = textWidth(text, font)
  // Under the line, unless that is the edge.
  const below = isSeen ? (y + 18 < bottom ? y + 10 : y - 9) : y > bottom ? bottom - 10 : area.y + 12
  return [
    ...(isSeen ? [{ type: 'line', shape: { x1: left, y1: y, x2: right, y2: y }, style: { stroke: p.good, lineWidth: 1.5, lineDash: [1.5, 3] } } satisfies Shape] : []),
    { type: 'rect', shape: { x: right - width - 5, y: below - 7, width: width + 4, height: 14 }, style: { fill: p.surface, opacity: 0.75 } },
    { type: 'text', style: { text, x: right - width - 3, y: below, verticalAlign: 'middle', fill: p.good, font } },
  ]
}
