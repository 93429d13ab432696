/** A band as somebody has drawn it: its edges at some x, in data coordinates; between these they are straight. */
export interface Band {
  readonly x: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
}

export type Edge = 'low' | 'high'

const KNOTS = 17

/** What drawing begins with: a level band about the middle of the points, as wide as most of them lie apart. */
export function levelBand(from: number, to: number, y: readonly number[]): Band {
  const mean = y.reduce((a, b) => a + b, 0) / Math.max(1, y.length)
  const reach = 1.5 * Math.sqrt(y.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, y.length)) || 1
  const x = Array.from({ length: KNOTS }, (_, i) => from + ((to - from) * i) / (KNOTS - 1))
  return { x, low: x.map(() => mean - reach), high: x.map(() => mean + reach) }
}

/** The edge that a pointer at that place means: the nearer one. */
export function edgeAt(band: Band, x: number, y: number): Edge {
  return y >= (edgeValue(band, 'low', x) + edgeValue(band, 'high', x)) / 2 ? 'high' : 'low'
}

/** Where an edge is at x. */
export function edgeValue({ x: knots, ...edges }: Band, edge: Edge, x: number): number {
  const values = edges[edge]
  const i = clamp(knots.findIndex((k) => k >= x), 1, knots.length - 1)
  const [a = 0, b = 1] = [knots[i - 1], knots[i]]
  const t = clamp((x - a) / (b - a), 0, 1)
  return (1 - t) * (values[i - 1] ?? NaN) + t * (values[i] ?? NaN)
}

/** The band with one edge drawn along the straight way between two places; the edges never cross. */
export function drawn(band: Band, edge: Edge, from: readonly [number, number], to: readonly [number, number]): Band {
  const { x } = band
  const half = ((x[1] ?? 1) - (x[0] ?? 0)) / 2
  const [[x0, y0], [x1, y1]] = from[0] <= to[0] ? [from, to] : [to, from]
  const next = { low: [...band.low], high: [...band.high] }
  x.forEach((k, i) => {
    if (k < x0 - half || k > x1 + half) return
    const t = x1 > x0 ? clamp((k - x0) / (x1 - x0), 0, 1) : 1
    const y = (1 - t) * y0 + t * y1
    next[edge][i] = y
    if (edge === 'high') next.low[i] = Math.min(next.low[i] ?? y, y)
    else next.high[i] = Math.max(next.high[i] ?? y, y)
  })
  return { x, ...next }
}

/** The share of the area of two bands that they have in common, from 0 to 1: at x of a grid, where both are finite. */
export function overlap(band: Band, x: ArrayLike<number>, low: ArrayLike<number>, high: ArrayLike<number>): number {
  let [common, all] = [0, 0]
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [low[i] ?? NaN, high[i] ?? NaN]
    const [c, d] = [edgeValue(band, 'low', x[i] ?? NaN), edgeValue(band, 'high', x[i] ?? NaN)]
    if (!Number.isFinite(a + b + c + d)) continue
    const both = Math.max(0, Math.min(b, d) - Math.max(a, c))
    common += both
    all += b - a + d - c - both
  }
  return all > 0 ? common / all : NaN
}

/** Whether a value that was kept is a band. */
export function isBand(v: unknown): v is Band {
  if (typeof v !== 'object' || v === null) return false
  const { x, low, high } = v as Record<string, unknown>
  const lists = [x, low, high]
  return lists.every((l) => Array.isArray(l) && l.length >= 2 && l.length === (x as unknown[]).length && l.every((n) => typeof n === 'number' && Number.isFinite(n)))
}

function clamp(v: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, v))
}
