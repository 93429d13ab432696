import type { FitFrame, GridFrame, LanePicture } from '../frame'
import type { Data } from '../generated/wire'
import { inWords, predictAt, predictionInWords, readAt, sliced, type Question, type Reading } from '../reading'
import type { At } from './axes'
import { paintCard, type CardLine, type Steady } from './card'
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
  /** How much there is to be read. */
  readonly detail: 'full' | 'short' | 'none'
}

const GAP = 14
const DENSITY_WIDTH = { full: 64, short: 34, none: 0 } as const
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
  const full = s.detail === 'full'
  const beside = full && row >= 0 ? s.at(sliced(data).x[row] ?? NaN, data.y[row] ?? NaN) : null
  const width = DENSITY_WIDTH[s.detail]
  const { toRight, shapes: card } = paintCard(lines(s, reading), px, width + GAP, area, p, { steady: s.steady, clear: beside })
  const figures: Figure[] = [...density(s, reading, px, (toRight ? 1 : -1) * width), line]
  if (beside) figures.push({ type: 'circle', shape: { cx: beside[0], cy: beside[1], r: 6.5 }, style: { fill: 'none', stroke: p.ink, lineWidth: 1.3 } })
  if (dotY >= area.y && dotY <= bottom) {
    figures.push({ type: 'circle', shape: { cx: px, cy: dotY, r: 4.5 }, style: { fill: s.look.colour, stroke: p.surface, lineWidth: 1.5 } })
  }
  return [...figures, ...card]
}

function lines(s: Scene, reading: Reading): CardLine[] {
  const { unit } = s.data.target
  if (s.detail === 'short') return [{ text: predictionInWords(reading, unit) }]
  return [
    ...inWords(reading, s.data).map((text) => ({ text })),
    ...s.others.map(({ name, fit, look }) => ({ text: `${name} ${predictionInWords(predictAt(fit, s.grid, reading.x), unit)}`, look })),
  ]
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
