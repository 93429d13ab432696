import type { LanePicture, Values } from '../net/frame'
import { significant, withUnit } from '../math/format'
import type { Data } from '../generated/wire'
import type { At } from './axes'
import type { Area, Figure, Pixel } from './echarts'
import { floorInWords } from './noise-words'
import type { Palette } from './palette'
import { extent } from '../math/scale'
import { textWidth } from './text'

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
const STRIP = 5 // pixels under the floor, where the network would go below it
const TICK = 6 // pixels above the floor, for a row that is clamped

interface Scene {
  readonly picture: LanePicture
  readonly data: Data
  readonly x: Values
  /** The curves through which the words must not go. */
  readonly curves: ReadonlyArray<readonly Pixel[]>
  readonly palette: Palette
  readonly area: Area
  readonly at: At
}

/** The floor that eps puts under the standard deviation, and what it holds up. */
export class Floor {
  /** Where the words stood last: they stay until a curve comes in their way. */
  #corner = 0

  figures(s: Scene): Figure[] {
    const { area, palette: p, at, picture: { fit } } = s
    const bottom = area.y + area.height
    const right = area.x + area.width
    const { floor } = fit.scalars
    const level = floor > 0 ? at(0, floor)[1] : Infinity
    const inside = level < bottom
    const y = Math.max(area.y, Math.min(bottom, level))
    const font = `${p.size + 0.5}px ${p.font}`
    const words = inWords(s, inside).find((w) => textWidth(w, font) < 0.75 * area.width) ?? ''
    const { atRight, above } = this.#place(s, y, textWidth(words, font))
    const label: Figure = {
      type: 'text',
      style: {
        text: words, x: atRight ? right - 4 : area.x + 4, y: above ? y - 5 : y + 5,
        align: atRight ? 'right' : 'left', verticalAlign: above ? 'bottom' : 'top',
        fill: p.floor, font, backgroundColor: p.surface, padding: [1, 3],
      },
    }
    if (!inside) return [label]
    return [
      { type: 'rect', shape: { x: area.x, y, width: area.width, height: bottom - y }, style: { fill: p.floor, opacity: 0.08 } },
      ...stretches(s).map(([x1, x2]): Figure => ({
        type: 'rect', shape: { x: x1, y, width: x2 - x1, height: Math.min(STRIP, bottom - y) }, style: { fill: p.floor, opacity: 0.45 },
      })),
      { type: 'line', shape: { x1: area.x, y1: y, x2: right, y2: y }, style: { stroke: p.floor, lineWidth: 1.2, lineDash: [4, 3] } },
      ...clampedRows(s).map((x): Figure => ({
        type: 'line', shape: { x1: x, y1: y, x2: x, y2: y - TICK }, style: { stroke: p.floor, lineWidth: 1.2, opacity: 0.8 },
      })),
      label,
    ]
  }

  /** Where words of that width stand at the floor without a curve through them. */
  #place({ area, curves }: Scene, floor: number, width: number): Corner {
    const free = ({ atRight, above }: Corner): boolean => {
      const left = atRight ? area.x + area.width - width - 12 : area.x
      const top = above ? floor - LABEL_HEIGHT : floor + 3
      const inside = top > area.y && top + LABEL_HEIGHT - 3 <= area.y + area.height
      return inside && !curves.some((curve) => curve.some(([x, y]) => x >= left && x <= left + width + 12 && y >= top && y <= top + LABEL_HEIGHT - 3))
    }
    const order = [this.#corner, ...CORNERS.keys()]
    this.#corner = order.find((i) => free(CORNERS[i] ?? CORNERS[0])) ?? (floor - LABEL_HEIGHT > area.y ? 0 : 1)
    return CORNERS[this.#corner] ?? CORNERS[0]
  }
}

/** What is said of the floor, from the longest to the shortest. */
function inWords({ picture: { fit }, data }: Scene, inside: boolean): string[] {
  const { floor, clamped } = fit.scalars
  if (!(floor > 0) || !extent(fit.std)) return [floorInWords(floor, data)]
  const least = `minimum std ${withUnit(significant(floor, 2), data.target.unit)}`
  const rows = data.is_test.filter((test) => !test).length
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
  return xs.flatMap((x, i) => (data.is_test[i] === false && (rows.std[i] ?? NaN) <= floor * (1 + 1e-6) ? [at(x, 1)[0]] : [])).slice(0, MOST_TICKS)
}
