import type { Figure, Pixel } from './echarts'

/** How many colours there are before line styles alone tell lanes apart. */
export const LANE_COLOURS = 6

/** Dashes and gaps in pixels; none is a solid line. */
const DASHES: ReadonlyArray<readonly number[]> = [[], [8, 4], [2, 3], [10, 4, 2, 4], [16, 4], [6, 3, 2, 3, 2, 3]]

/** How the lines of a lane look: by colour and by dashes, so that either is enough. */
export interface LaneLook {
  readonly colour: string
  readonly dash: readonly number[]
}

/** The dashes of a lane's colour number: the same colour comes again with others. */
export function dashOf(colour: number): readonly number[] {
  const round = Math.floor(colour / LANE_COLOURS)
  return DASHES[(colour + 3 * round) % DASHES.length] ?? []
}

/** The name of the token that has the colour. */
export function tokenOf(colour: number): `lane-${number}` {
  return `lane-${colour % LANE_COLOURS}`
}

export function lookOf(colour: number, p: { readonly lanes: readonly string[]; readonly ink: string }): LaneLook {
  return { colour: p.lanes[colour % LANE_COLOURS] ?? p.ink, dash: dashOf(colour) }
}

/** A line through points, with gaps where there is none. */
export function polylines(points: Iterable<Pixel>, look: LaneLook, width: number, opacity = 1): Figure[] {
  const pieces: Pixel[][] = [[]]
  for (const p of points) {
    if (Number.isFinite(p[0]) && Number.isFinite(p[1])) pieces.at(-1)?.push(p)
    else if (pieces.at(-1)?.length !== 0) pieces.push([])
  }
  return pieces.filter((piece) => piece.length > 1).map((piece): Figure => ({
    type: 'polyline', shape: { points: piece },
    style: { stroke: look.colour, fill: 'none', lineWidth: width, lineDash: look.dash.length === 0 ? 'solid' : [...look.dash], lineJoin: 'round', opacity },
  }))
}
