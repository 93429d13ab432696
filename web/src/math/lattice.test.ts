import { describe, expect, it } from 'vitest'
import { latticeOf, valueAt } from './lattice'

/** Places row by row, as the server sends them. */
function grid(across: readonly number[], up: readonly number[]): { x: Float32Array; y: Float32Array } {
  return { x: Float32Array.from(up.flatMap(() => across)), y: Float32Array.from(up.flatMap((v) => across.map(() => v))) }
}

describe('a map', () => {
  it('is told from a curve, and has two sides', () => {
    expect(latticeOf({ x: Float32Array.of(1, 2, 3), y: null })).toBeNull()
    const lattice = latticeOf(grid([1, 2, 3], [10, 20]))
    expect([...(lattice?.across ?? [])]).toEqual([1, 2, 3])
    expect([...(lattice?.up ?? [])]).toEqual([10, 20])
  })

  it('is read between its places, and beyond them as at its edge', () => {
    const g = grid([0, 1, 2], [-1, 0, 1, 2])
    const lattice = latticeOf(g)
    if (!lattice) throw new Error('no map')
    const values = g.x.map((x, i) => 3 * x - 2 * (g.y[i] ?? NaN))
    for (const [x, y] of [[0, -1], [2, 2], [0.25, 1.5], [1.9, -0.1]] as const) expect(valueAt(lattice, values, x, y)).toBeCloseTo(3 * x - 2 * y, 5)
    expect(valueAt(lattice, values, 9, -9)).toBe(8)
  })
})
