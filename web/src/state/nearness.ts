import type { Data } from '../generated/wire'

type Placed = Pick<Data, 'x' | 'y' | 'is_test' | 'slice' | 'sources' | 'held' | 'average'>

/**
 * How near each row is to the slice on which the fit is shown: 1 on it, and less the
 * further its other inputs are from where they are held, measured in their standard
 * deviations and averaged over them; another word is one standard deviation away. null
 * where all rows are on it, as where the fit is averaged over them.
 */
export function nearness(data: Placed): Float64Array | null {
  const others = data.sources.filter(({ first, inputs }) => data.slice < first || data.slice >= first + inputs)
  if (data.slice === 0 || data.average || others.length === 0) return null
  const squares = new Float64Array(data.y.length)
  for (const { kind, first, inputs } of others) {
    if (kind === 'values') {
      for (let k = first - 1; k < first - 1 + inputs; k++) {
        // Each of two words that differ is counted once.
        data.x[k]?.forEach((v, i) => { squares[i] = (squares[i] ?? 0) + Math.abs(v - (data.held[k] ?? 0)) / 2 })
      }
      continue
    }
    const x = data.x[first - 1] ?? []
    const variance = varianceOf(x.filter((_, i) => !data.is_test[i]))
    if (!(variance > 0)) continue
    const at = data.held[first - 1] ?? 0
    x.forEach((v, i) => { squares[i] = (squares[i] ?? 0) + (v - at) ** 2 / variance })
  }
  return squares.map((d) => Math.exp((-0.5 * d) / others.length))
}

function varianceOf(x: readonly number[]): number {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length
  return x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length
}
