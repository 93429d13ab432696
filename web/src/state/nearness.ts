import type { Data } from '../generated/wire'

/**
 * How near each row is to the slice on which the fit is shown: 1 on it, and less the
 * further its other inputs are from their means, measured in their standard
 * deviations and averaged over them. null where all rows are on it.
 */
export function nearness(data: Pick<Data, 'x' | 'y' | 'is_test' | 'slice'>): Float64Array | null {
  const others = data.x.filter((_, i) => i !== data.slice - 1)
  if (data.slice === 0 || others.length === 0) return null
  const squares = new Float64Array(data.y.length)
  for (const x of others) {
    const train = x.filter((_, i) => !data.is_test[i])
    const mean = train.reduce((sum, v) => sum + v, 0) / train.length
    const variance = train.reduce((sum, v) => sum + (v - mean) ** 2, 0) / train.length
    if (!(variance > 0)) continue
    x.forEach((v, i) => { squares[i] = (squares[i] ?? 0) + (v - mean) ** 2 / variance })
  }
  return squares.map((d) => Math.exp((-0.5 * d) / others.length))
}
