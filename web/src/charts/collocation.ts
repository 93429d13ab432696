import { count } from '../math/format'
import type { At } from './axes'
import type { Area, Figure } from './echarts'
import type { Palette } from './palette'
import { textWidth } from './text'

/** Where the equation is looked at: so many points, from the first to the last. */
export interface Collocation {
  readonly from: number
  readonly to: number
  readonly points: number
  /** Each step draws its own. */
  readonly drawn: boolean
}

const TICK = 6 // pixels
const CLOSEST = 4 // pixels; ticks nearer to each other are a bracket

/** Where the equation is looked at: a tick for each point, or from where to where they are. */
export function placesOf({ from, to, points, drawn }: Collocation, area: Area, at: At, p: Pick<Palette, 'mark' | 'quiet' | 'surface' | 'font' | 'size'>): Figure[] {
  const bottom = area.y + area.height
  const within = (x: number): number => Math.min(area.x + area.width, Math.max(area.x, x))
  const [first, last] = [at(from, 0)[0], at(to, 0)[0]]
  const mark = (x1: number, y1: number, x2: number, y2: number): Figure => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: p.mark, lineWidth: 1, opacity: 0.75 } })
  const apart = points > 1 ? (last - first) / (points - 1) : Infinity
  if (!drawn && apart >= CLOSEST) {
    return Array.from({ length: points }, (_, i) => (points > 1 ? first + i * apart : first))
      .filter((x) => x >= area.x - 1 && x <= area.x + area.width + 1)
      .map((x) => mark(x, bottom, x, bottom - TICK))
  }
  const font = `${p.size}px ${p.font}`
  const [x1, x2, y] = [within(first), within(last), bottom - TICK / 2]
  if (x2 - x1 < 1) return []
  const words = `${count(points)} points, ${drawn ? 'drawn at random at each step' : 'evenly'}`
  return [
    mark(x1, y, x2, y), mark(x1, bottom, x1, bottom - TICK), mark(x2, bottom, x2, bottom - TICK),
    ...(textWidth(words, font) + 12 < x2 - x1 ? [{
      type: 'text', style: { text: words, x: (x1 + x2) / 2, y: y - 4, align: 'center', verticalAlign: 'bottom', fill: p.quiet, font, backgroundColor: p.surface, padding: [0, 3] },
    } satisfies Figure] : []),
  ]
}
