import type { FitFrame, GridFrame, LanePicture } from '../net/frame'
import type { Data } from '../generated/wire'
import { inWords, predictAt, predictionInWords, readAt, sliced, type Question, type Reading } from '../math/reading'
import type { At } from './axes'
import { cardWidth, paintCard, type CardLine, type Steady } from './card'
import type { Area, Figure, Pixel } from './echarts'
import { polylines, type LaneLook } from './lanes'
import type { Palette } from './palette'

interface Scene {
  readonly picture: LanePicture
  readonly grid: GridFrame
  readonly data: Data
  readonly question: Question
  /** Of the lane that is read. */
  readonly look: LaneLook
  /** Lanes of which the card has a line. */
  readonly others: ReadonlyArray<{ readonly name: string; readonly fit: FitFrame; readonly look: LaneLook }>
  readonly palette: Palette
  readonly area: Area
  readonly at: At
  readonly steady: Steady
  /** How much there is to be read: a card, a line above the plot, or x alone. */
  readonly detail: 'card' | 'line' | 'none'
}

const GAP = 10
const DENSITY_WIDTH = { card: 52, line: 30 } as const
const DENSITY_POINTS = 60
const DENSITY_REACH = 3.2 // standard deviations

/** The reading at x: a line, the predictive density upright on it, and a card of numbers. */
export function paintProbe(s: Scene): Figure[] {
  const { area, palette: p, data, question: { x, row } } = s
  const reading = readAt(s.picture, s.grid, data, s.question)
  const [px, dotY] = s.at(x, reading.mean)
  const bottom = area.y + area.height
  const line: Figure = { type: 'line', shape: { x1: px, y1: area.y, x2: px, y2: bottom }, style: { stroke: p.ink, lineWidth: 1, lineDash: [2, 3], opacity: 0.8 } }
  if (s.detail === 'none') return [line]
  const width = DENSITY_WIDTH[s.detail]
  const beside = s.detail === 'card' && row >= 0 ? s.at(sliced(data).x[row] ?? NaN, data.y[row] ?? NaN) : null
  const { toRight, shapes: told } = s.detail === 'card' ? card(s, reading, [px, dotY], beside, width + GAP) : above(s, reading, px)
  const figures: Figure[] = [...density(s, reading, px, (toRight ? 1 : -1) * width), line]
  if (beside) figures.push({ type: 'circle', shape: { cx: beside[0], cy: beside[1], r: 6.5 }, style: { fill: 'none', stroke: p.ink, lineWidth: 1.3 } })
  if (dotY >= area.y && dotY <= bottom) {
    figures.push({ type: 'circle', shape: { cx: px, cy: dotY, r: 4.5 }, style: { fill: s.look.colour, stroke: p.surface, lineWidth: 1.5 } })
  }
  return [...figures, ...told]
}

interface Told {
  readonly toRight: boolean
  readonly shapes: readonly Figure[]
}

/** All there is to say if that has room beside x, else the prediction alone; what is read stays in sight. */
function card({ data, others, grid, palette, area, steady }: Scene, reading: Reading, dot: Pixel, beside: Pixel | null, distance: number): Told {
  const { unit } = data.target
  const all: CardLine[] = [
    ...inWords(reading, data).map((text) => ({ text })),
    ...others.map(({ name, fit, look }) => ({ text: `${name} ${predictionInWords(predictAt(fit, grid, reading.x), unit)}`, look })),
  ]
  const room = Math.max(dot[0] - area.x, area.x + area.width - dot[0]) - distance
  if (Math.max(steady.width, cardWidth(all, palette)) < room) return paintCard(all, dot[0], distance, area, palette, { steady, clear: beside })
  return paintCard([{ text: predictionInWords(reading, unit) }], dot[0], distance, area, palette, { steady: { ...steady, width: 0 }, clear: dot })
}

/** The prediction in the margin, where the plot is too small for a card. */
function above({ data, area, palette: p }: Scene, reading: Reading, px: number): Told {
  return {
    toRight: px < area.x + area.width / 2,
    shapes: [{ type: 'text', style: { text: predictionInWords(reading, data.target.unit), x: area.x + area.width, y: area.y - 7, align: 'right', verticalAlign: 'bottom', fill: p.ink, font: `${p.size + 1}px ${p.font}` } }],
  }
}

/** The curve exp(-z²/2), drawn to the side on which the card is; darker above what is pointed at. */
function density({ area, at, look }: Scene, { x, mean, std, above }: Reading, px: number, width: number): Figure[] {
  const side = (from: number, to: number): Pixel[] => Array.from({ length: DENSITY_POINTS + 1 }, (_, i) => {
    const z = from + ((to - from) * i) / DENSITY_POINTS
    return [px + width * Math.exp(-0.5 * z * z), within(area, at(x, mean + z * std)[1])]
  })
  const fill = (points: Pixel[], opacity: number): Figure => ({ type: 'polygon', shape: { points: [[px, points[0]?.[1] ?? 0], ...points, [px, points.at(-1)?.[1] ?? 0]] }, style: { fill: look.colour, opacity } })
  const whole = fill(side(-DENSITY_REACH, DENSITY_REACH), 0.34)
  const z = above ? (above.y - mean) / std : DENSITY_REACH
  if (!above || z >= DENSITY_REACH) return [whole]
  const y = at(x, above.y)[1]
  const edge: Pixel[] = [[px, y], [px + 1.3 * width, y]]
  return [whole, fill(side(Math.max(z, -DENSITY_REACH), DENSITY_REACH), 0.3), ...polylines(edge, { colour: look.colour, dash: [2, 3] }, 1)]
}

function within(area: Area, y: number): number {
  return Math.min(area.y + area.height, Math.max(area.y, y))
}
