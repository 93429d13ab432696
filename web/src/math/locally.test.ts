import { describe, expect, it } from 'vitest'
import { atLeast, atMost, failingWhere } from './locally'

/** Numbers that look like chance, from 0 to 1, always the same. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
}

/** So many test points at x from 0 to 50 with noise of 1, and bands of a width of their own. */
function points(n: number, seed: number, std: (x: number) => number, unit = 'ms') {
  const next = chance(seed)
  const x = Array.from({ length: n }, () => 50 * next())
  const y = x.map(() => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()))
  const data = {
    x: [x], y, is_test: x.map(() => true), inputs: [{ name: 'time', unit }],
    sources: [{ name: 'time', unit, kind: 'number', values: [], first: 1, inputs: 1, held: '', moves: 0 }],
  }
  return { data, rows: { mean: Float64Array.from(x, () => 0), std: Float64Array.from(x, std) } }
}

describe('where the bands fail', () => {
  it('is told by the input, at an end or in the middle', () => {
    const low = points(30, 1, (x) => (x < 12 ? 30 : 1))
    const [worst] = failingWhere(low.data, low.rows)
    expect([worst?.side, worst?.where]).toEqual(['wide', expect.stringMatching(/^below (8|9|1\d)(\.\d)?\u00a0ms$/)])
    const middle = points(200, 2, (x) => (x > 20 && x < 30 ? 0.2 : 1))
    const [first, ...others] = failingWhere(middle.data, middle.rows)
    expect([first?.side, first?.where]).toEqual(['narrow', expect.stringMatching(/^from (1[5-9]|2\d) to (2[5-9]|3[0-5])\u00a0ms$/)])
    expect(first?.sentence).toMatch(/^Too narrow from .* of the \d+ test points there lie outside the 95\u00a0% interval\.$/)
    expect(others).toEqual([])
  })

  it('names the input where its unit would not tell which', () => {
    const p = points(40, 3, (x) => (x > 35 ? 20 : 1), '')
    expect(failingWhere(p.data, p.rows)[0]?.where).toMatch(/^at time above 3\d/)
  })

  it('is nowhere for bands that are right, but once in thirty times', () => {
    for (const n of [12, 27, 100, 1000]) {
      const blamed = Array.from({ length: 500 }, (_, seed) => points(n, 1000 * n + seed, () => 1)).filter((p) => failingWhere(p.data, p.rows).length > 0).length
      expect(blamed, `${n} points`).toBeLessThanOrEqual(22)
    }
  })

  it('is not looked for in too few points, in training points and in columns of words', () => {
    const few = points(9, 4, () => 100)
    expect(failingWhere(few.data, few.rows)).toEqual([])
    const p = points(40, 5, () => 100)
    expect(failingWhere({ ...p.data, is_test: p.data.is_test.map(() => false) }, p.rows)).toEqual([])
    expect(failingWhere({ ...p.data, sources: p.data.sources.map((s) => ({ ...s, kind: 'values' })) }, p.rows)).toEqual([])
    expect(failingWhere(p.data, p.rows)[0]?.where).toContain('everywhere')
  })
})

describe('the distributions', () => {
  it('are those of their closed forms', () => {
    expect(atMost(1, 1)).toBeCloseTo(0.682689, 5)
    expect(atMost(0.27, 5)).toBeCloseTo(0.001819, 4)
    expect(atMost(100, 120)).toBeCloseTo(0.0922651, 6)
    expect(atLeast(0, 7)).toBe(1)
    expect(atLeast(3, 5)).toBeCloseTo(0.00115813, 7)
    expect(atLeast(4, 40)).toBeCloseTo(0.138148, 4)
  })
})
