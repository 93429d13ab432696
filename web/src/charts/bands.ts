import { effective, type FitFrame, type Values } from '../net/frame'
import { PICTURE } from '../generated/wire'
import { aleatoricOf } from '../math/reading'
import type { At } from './axes'
import type { Figure, Pixel } from './echarts'
import { polylines, type LaneLook } from './lanes'
import type { Palette } from './palette'

/** How the epistemic part is drawn, here and on the noise. */
export const EPISTEMIC_DASH = [7, 3, 2, 3] as const

/** How the range of points is drawn over which the fit is averaged. */
export const RANGE_DASH = [2, 3] as const

interface Banded {
  readonly frame: FitFrame
  readonly x: Values
  /** In standard deviations, the widest first. */
  readonly reaches: readonly number[]
  /** Whether the bands are those of the noise alone, and what the members do not agree on stands around the widest. */
  readonly apart: boolean
  readonly look: LaneLook
  readonly palette: Palette
  readonly at: At
}

/** The nested bands around the mean. */
export function bandFigures(b: Banded): Figure[] {
  const { frame, x, reaches, look, palette, at } = b
  const apart = b.apart ? frame.epistemic : null
  const total = (i: number): number => effective(frame, i)
  const noise = apart ? (i: number): number => aleatoricOf(total(i), apart[i] ?? 0) : total
  const edge = (std: (i: number) => number, reach: number): Pixel[] =>
    Array.from(x, (v, i) => at(v, (frame.mean[i] ?? NaN) + reach * std(i)))
  const between = (upper: readonly Pixel[], lower: readonly Pixel[], fill: string, opacity: number): Figure => ({
    type: 'polygon', shape: { points: [...upper, ...lower.toReversed()].filter(([, y]) => Number.isFinite(y)) }, style: { fill, opacity },
  })
  const bands = reaches.map((r, band) =>
    between(edge(noise, r), edge(noise, -r), look.colour, PICTURE.opacities[reaches.length - 1]?.[band] ?? 1))
  const widest = reaches[0]
  if (!apart || widest === undefined) return bands
  return [...bands, ...[widest, -widest].flatMap((r) => {
    const outer = edge(total, r)
    return [
      between(outer, edge(noise, r), palette.epistemic, 0.3),
      ...polylines(outer, { colour: palette.epistemic, dash: EPISTEMIC_DASH }, 1.2),
    ]
  })]
}
