import type { Area, Figure, Pixel } from './echarts'
import { polylines, type LaneLook } from './lanes'
import type { Palette } from './palette'
import { textWidth } from './text'

/** A line of a card; one that speaks of a lane begins with a piece of its line. */
export interface CardLine {
  readonly text: string
  readonly look?: LaneLook
}

/** Where a card stood last: it goes with what it is read at, and does not jump about it. */
export interface Steady {
  /** As wide as it ever was, until it is 0. */
  width: number
  toRight: boolean
  below: boolean
}

/** What keeps a card quiet, and a point that it must not cover. */
export interface Hold {
  readonly steady: Steady
  readonly clear: Pixel | null
}

const PADDING = 10
const LINE = 17
const AIR = 6 // pixels to the area's edge
const PIECE = 22 // pixels, of a lane's line and the gap after it
const AROUND = 9 // pixels around a point that is to be seen

/** How wide a card of these lines is. */
export function cardWidth(lines: ReadonlyArray<string | CardLine>, p: Palette): number {
  const font = fontOf(p)
  return Math.max(...lines.map((l) => textWidth(typeof l === 'string' ? l : l.text, font) + (typeof l === 'string' || !l.look ? 0 : PIECE))) + 2 * PADDING
}

/** A card of lines at one side of x, so far from it, where there is room. */
export function paintCard(
  lines: ReadonlyArray<string | CardLine>, x: number, distance: number, area: Area, p: Palette,
  hold: Hold = { steady: { width: 0, toRight: true, below: false }, clear: null },
): { toRight: boolean; shapes: Figure[] } {
  const font = fontOf(p)
  const told = lines.map((l) => (typeof l === 'string' ? { text: l } : l))
  const { left, top, width, height } = placeCard(cardWidth(lines, p), LINE * told.length + 12, x, distance, area, hold)
  return {
    toRight: hold.steady.toRight,
    shapes: [
      {
        type: 'rect', shape: { x: left, y: top, width, height, r: 6 },
        style: { fill: p.surface, stroke: p.border, lineWidth: 1, opacity: 0.96 },
      },
      ...told.flatMap(({ text, look }, i): Figure[] => {
        const [start, y] = [left + PADDING, top + 9 + LINE * i]
        return [
          ...(look ? polylines([[start, y + 7], [start + PIECE - 6, y + 7]], look, 2) : []),
          { type: 'text', style: { text, x: start + (look ? PIECE : 0), y, fill: i >= 2 ? p.quiet : p.ink, font, verticalAlign: 'top' } },
        ]
      }),
    ],
  }
}

/** Where a card stands: it keeps its width, its side and its end of the area as long as it can. */
export function placeCard(
  needs: number, height: number, x: number, distance: number, area: Area, { steady, clear }: Hold,
): { readonly left: number; readonly top: number; readonly width: number; readonly height: number } {
  const width = Math.max(steady.width, needs)
  const right = area.x + area.width
  const fits = (toRight: boolean): boolean => (toRight ? x + distance + width < right : x - distance - width > area.x)
  if (!fits(steady.toRight) && (fits(!steady.toRight) || steady.width === 0)) steady.toRight = !steady.toRight
  steady.width = width
  const left = clamp(steady.toRight ? x + distance : x - distance - width, area.x, right - width)
  const top = (below: boolean): number => (below ? area.y + area.height - height - AIR : area.y + AIR)
  const covers = (below: boolean): boolean => clear !== null && clear[0] > left - AROUND && clear[0] < left + width + AROUND
    && clear[1] > top(below) - AROUND && clear[1] < top(below) + height + AROUND
  if (covers(steady.below) && !covers(!steady.below)) steady.below = !steady.below
  return { left, top: top(steady.below), width, height }
}

function clamp(v: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, v))
}

function fontOf(p: Palette): string {
  return `${p.size + 1}px ${p.font}`
}
