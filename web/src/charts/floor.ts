import type { LanePicture, Values } from '../net/frame'
import { significant, withUnit } from '../math/format'
import type { Data } from '../generated/wire'
import type { At } from './axes'
import type { Area, Figure, Pixel } from './echarts'
import { floorInWords } from './noise-words'
import type { Palette } from './palette'
import { isClamped, type Clamped } from '../math/clamped'
import { extent } from '../math/scale'
import { textWidth } from './text'

const HEIGHT = 16 // pixels of a line of words
const GAP = 4 // pixels between the words and the line, a curve or an edge
const ROOM_ABOVE = 20 // pixels over the plot, where words stand for which there is no room in it
const STRIP = 5 // pixels under the floor, where the network would go below it
/** Dashes of no model, of no truth. */
const FLOOR_DASH = [14, 4]
const TICK = 6 // pixels above the floor, for a row that is clamped

/** Where words stand: their upper left corner. */
interface Spot {
  readonly left: number
  readonly top: number
}

interface Scene {
  readonly picture: LanePicture
  readonly data: Data
  readonly clamped: Clamped
  readonly x: Values
  /** The curves through which the words must not go. */
  readonly curves: ReadonlyArray<readonly Pixel[]>
  readonly palette: Palette
  readonly area: Area
  readonly at: At
  /** Whether what is read at the pointer stands above the plot. */
  readonly isRead: boolean
}

/** The floor that eps puts under the standard deviation, and what it holds up. */
export class Floor {
  /** Where the words stood last, as a place in the order of spots: they stay until a curve comes in their way. */
  #stood = 0

  figures(s: Scene): Figure[] {
    const { area, palette: p, at, picture: { fit } } = s
    const bottom = area.y + area.height
    const right = area.x + area.width
    const { floor } = fit.scalars
    const level = floor > 0 ? at(0, floor)[1] : Infinity
    const inside = level < bottom
    const y = Math.max(area.y, Math.min(bottom, level))
    const font = `${p.size + 0.5}px ${p.font}`
    const { words, spot } = this.#place(s, y, inWords(s, inside).map((text): [string, number] => [text, textWidth(text, font)]))
    const label: Figure[] = spot === null ? [] : [{
      type: 'text',
      style: { text: words, x: spot.left, y: spot.top + HEIGHT / 2, align: 'left', verticalAlign: 'middle', fill: p.floor, font },
    }]
    if (!inside) return label
    return [
      { type: 'rect', shape: { x: area.x, y, width: area.width, height: bottom - y }, style: { fill: p.floor, opacity: 0.1 } },
      ...stretches(s).map(([x1, x2]): Figure => ({
        type: 'rect', shape: { x: x1, y, width: x2 - x1, height: Math.min(STRIP, bottom - y) }, style: { fill: p.floor, opacity: 0.45 },
      })),
      { type: 'line', shape: { x1: area.x, y1: y, x2: right, y2: y }, style: { stroke: p.floor, lineWidth: 1.4, lineDash: FLOOR_DASH } },
      ...clampedRows(s).map((x): Figure => ({
        type: 'line', shape: { x1: x, y1: y, x2: x, y2: y - TICK }, style: { stroke: p.floor, lineWidth: 1.2, opacity: 0.8 },
      })),
      ...label,
    ]
  }

  /** The longest words for which there is room, and where: beside the line, else anywhere in the plot, else above it; null where that is taken. */
  #place({ area, curves, isRead }: Scene, floor: number, told: ReadonlyArray<readonly [words: string, width: number]>): { words: string; spot: Spot | null } {
    for (const [words, width] of told) {
      if (width > 0.75 * area.width) continue
      const spots = spotsFor(area, floor, width)
      const free = (i: number): boolean => {
        const spot = spots[i]
        return spot !== undefined && isFree(curves, { x: spot.left - GAP, y: spot.top, width: width + 2 * GAP, height: HEIGHT })
      }
      const i = [this.#stood, ...spots.keys()].find(free)
      const spot = i === undefined ? undefined : spots[i]
      if (i === undefined || !spot) continue
      this.#stood = i
      return { words, spot }
    }
    const [words, width] = told.findLast(([, w]) => w < 0.6 * area.width) ?? ['', 0]
    return { words, spot: isRead ? null : { left: area.x + area.width - width, top: area.y - ROOM_ABOVE } }
  }
}

/** Where words of that width may stand, the best place first: above the line or under it, from the right to the left, and else row by row upward. */
export function spotsFor(area: Area, floor: number, width: number): readonly Spot[] {
  const bottom = area.y + area.height
  const across = Math.max(0, area.width - width - 2 * GAP)
  const lefts = Array.from({ length: 5 }, (_, i) => area.x + GAP + across * (1 - i / 4))
  const above = floor - GAP - HEIGHT
  const tops = [above, floor + GAP]
  for (let top = above - HEIGHT; top >= area.y; top -= HEIGHT) tops.push(top)
  for (let top = floor + 2 * GAP + HEIGHT; top + HEIGHT <= bottom; top += HEIGHT) tops.push(top)
  return tops.filter((top) => top >= area.y && top + HEIGHT <= bottom).flatMap((top) => lefts.map((left) => ({ left, top })))
}

/** Whether no curve goes through a rectangle, or nearer to it than a pixel or two. */
export function isFree(curves: ReadonlyArray<readonly Pixel[]>, { x, y, width, height }: Area): boolean {
  const [right, bottom] = [x + width, y + height]
  return !curves.some((curve) => curve.some(([x2, y2], i) => {
    const [x1, y1] = curve[i - 1] ?? [x2, y2]
    if (![x1, y1, x2, y2].every(Number.isFinite) || Math.max(x1, x2) < x || Math.min(x1, x2) > right) return false
    // What of the piece is over or under the words.
    const at = (px: number): number => (x1 === x2 ? y1 : y1 + ((y2 - y1) * (Math.max(x, Math.min(right, px)) - x1)) / (x2 - x1))
    const [a, b] = x1 === x2 ? [y1, y2] : [at(x1), at(x2)]
    return Math.max(a, b) > y - 2 && Math.min(a, b) < bottom + 2
  }))
}

/** What is said of the floor, from the longest to the shortest. */
function inWords({ picture: { fit }, data, clamped: { points: clamped, of: rows } }: Scene, inside: boolean): string[] {
  const { floor } = fit.scalars
  if (!(floor > 0) || !extent(fit.std)) return [floorInWords(floor, data)]
  const least = `minimum std ${withUnit(significant(floor, 2), data.target.unit)}`
  if (clamped > 0) return [`${least} (√eps): applies to ${clamped} of ${rows} points`, `${least}: ${clamped} of ${rows} points`, least]
  return inside ? [`${least} (√eps): no effect yet`, `${least}: no effect`, least] : [`${least} (√eps): off the chart, no effect yet`, `${least}, off the chart`, least]
}

/** The stretches of x where the network would go below the floor. */
export function stretches({ picture: { fit }, x, at }: Pick<Scene, 'picture' | 'x' | 'at'>): Array<readonly [number, number]> {
  const { floor } = fit.scalars
  const found: Array<readonly [number, number]> = []
  let begin = -1
  for (let i = 0; i <= x.length; i++) {
    const isBelow = i < x.length && (fit.std[i] ?? NaN) < floor
    if (isBelow && begin < 0) begin = i
    if (isBelow || begin < 0) continue
    // From midway between the points around.
    const middle = (a: number, b: number): number => at(((x[Math.max(0, a)] ?? 0) + (x[Math.min(x.length - 1, b)] ?? 0)) / 2, 1)[0]
    found.push([middle(begin - 1, begin), middle(i - 1, i)])
    begin = -1
  }
  return found
}

const MOST_TICKS = 400

/** Where the training rows stand whose variance is clamped. */
export function clampedRows({ picture: { fit, rows }, data, at }: Pick<Scene, 'picture' | 'data' | 'at'>): number[] {
  const { floor, clamped } = fit.scalars
  const [xs] = data.inputs.length === 1 ? data.x : []
  if (!xs || !(clamped > 0)) return []
  return xs.flatMap((x, i) => (data.is_test[i] === false && isClamped(rows.std[i] ?? NaN, floor) ? [at(x, 1)[0]] : [])).slice(0, MOST_TICKS)
}
