import type { RowsFrame } from '../net/frame'
import { significant, withUnit } from './format'
import { PICTURE, type Data } from '../generated/wire'

/** A stretch of an input in which the bands plainly fail on the test points. */
export interface Failing {
  readonly side: 'wide' | 'narrow'
  /** Where, in words: below 15 ms. */
  readonly where: string
  readonly sentence: string
  /** How probable that is for bands that are right. */
  readonly chance: number
}

const MOST_GROUPS = 8
const LEAST_POINTS = 5 // in a group: with fewer even bands four times too wide look right
const ALARM = 0.03 // how often bands that are right everywhere are blamed somewhere, at most: as often as the verdict itself errs
const OUTSIDE = 0.05 // of the 95 % interval

/** What of the data tells one test point from another. */
export type Points = Pick<Data, 'x' | 'y' | 'is_test' | 'inputs' | 'sources'>

interface Group {
  readonly from: number
  readonly to: number
  readonly z: readonly number[]
}

/**
 * Where the bands fail although they may be right on average, the plainest first: the test points
 * are sorted by an input and cut into groups. In one the bands are too wide where so small a sum of
 * squared residuals, in standard deviations, would be rare for normal noise of that size; too narrow
 * where so many points outside the 95 % interval would be.
 */
export function failingWhere(data: Points, rows: Pick<RowsFrame, 'mean' | 'std'>): Failing[] {
  const numbers = data.sources.filter((s) => s.kind === 'number').map((s) => s.first - 1)
  const cut = numbers.map((input) => ({ input, groups: groupsBy(data, rows, data.x[input] ?? []) }))
  const bound = ALARM / cut.reduce((n, { groups }) => n + groups.length, 0)
  return cut.flatMap(({ input, groups }) => joined(groups.map((g) => judgeGroup(g, bound))).map((s) => said(data, input, s)))
    .toSorted((a, b) => a.chance - b.chance)
}

function groupsBy(data: Points, rows: Pick<RowsFrame, 'mean' | 'std'>, x: readonly number[]): Group[] {
  const points = data.y.flatMap((y, i) => {
    const at = x[i] ?? NaN
    const z = (y - (rows.mean[i] ?? NaN)) / (rows.std[i] ?? NaN)
    return data.is_test[i] === true && Number.isFinite(z) && Number.isFinite(at) ? [{ at, z }] : []
  }).toSorted((a, b) => a.at - b.at)
  const count = Math.min(MOST_GROUPS, Math.floor(points.length / LEAST_POINTS))
  if (count < 2) return []
  const cuts = [0]
  for (let k = 1; k < count; k++) {
    let i = Math.round((k * points.length) / count)
    while (i < points.length && points[i]?.at === points[i - 1]?.at) i++ // equal inputs stay together
    if (i - (cuts.at(-1) ?? 0) >= LEAST_POINTS && points.length - i >= LEAST_POINTS) cuts.push(i)
  }
  const edge = (i: number): number => ((points[i - 1]?.at ?? NaN) + (points[i]?.at ?? NaN)) / 2
  return cuts.map((from, k) => {
    const to = cuts[k + 1] ?? points.length
    return { from: from === 0 ? -Infinity : edge(from), to: to === points.length ? Infinity : edge(to), z: points.slice(from, to).map((p) => p.z) }
  })
}

interface Stretch {
  readonly from: number
  readonly to: number
  readonly side: Failing['side'] | null
  readonly points: number
  readonly outside: number
  readonly squares: number
  readonly chance: number
}

function judgeGroup({ from, to, z }: Group, bound: number): Stretch {
  const squares = z.reduce((sum, v) => sum + v * v, 0)
  const outside = z.filter((v) => Math.abs(v) > PICTURE.reach_95).length
  const [wide, narrow] = [squares < z.length ? atMost(squares, z.length) : 1, atLeast(outside, z.length)]
  const side = wide < bound ? 'wide' : narrow < bound ? 'narrow' : null
  return { from, to, side, points: z.length, outside, squares, chance: Math.min(wide, narrow) }
}

/** The stretches that fail, neighbours that fail in the same way as one. */
function joined(all: readonly Stretch[]): Stretch[] {
  const list: Stretch[] = []
  for (const s of all) {
    const last = list.at(-1)
    if (last && last.side === s.side) list[list.length - 1] = { ...last, to: s.to, points: last.points + s.points, outside: last.outside + s.outside, squares: last.squares + s.squares, chance: Math.min(last.chance, s.chance) }
    else list.push(s)
  }
  return list.filter((s) => s.side !== null)
}

function said(data: Points, input: number, s: Stretch): Failing {
  const { name, unit } = data.inputs[input] ?? { name: '', unit: '' }
  const bare = (v: number): string => significant(v, Math.abs(v) >= 100 ? 3 : 2)
  const value = (v: number): string => withUnit(bare(v), unit)
  const isAll = s.from === -Infinity && s.to === Infinity
  const range = isAll ? 'everywhere' : s.from === -Infinity ? `below ${value(s.to)}` : s.to === Infinity ? `above ${value(s.from)}` : `from ${bare(s.from)} to ${value(s.to)}`
  const where = isAll || (unit !== '' && data.inputs.length === 1) ? range : `at ${name} ${range}`
  const side = s.side ?? 'wide'
  const reason = side === 'wide'
    ? `the ${s.points} test points there are only ${significant(Math.sqrt(s.squares / s.points), 2)} std from the mean, where 1 is expected`
    : `${s.outside} of the ${s.points} test points there lie outside the 95\u00a0% interval`
  return { side, where, sentence: `Too ${side} ${where}: ${reason}.`, chance: s.chance }
}

/** How probable a sum of n squared standard normal numbers is that is at most s: the chi-squared distribution, by its series. */
export function atMost(s: number, n: number): number {
  if (s <= 0) return 0
  const [a, x] = [n / 2, s / 2]
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-12; k++) sum += (term *= x / (a + k))
  return sum * Math.exp(a * Math.log(x) - x - logGamma(a + 1))
}

/** The logarithm of the gamma function at multiples of a half. */
function logGamma(a: number): number {
  let at = Number.isInteger(a) ? 1 : 0.5
  let sum = Number.isInteger(a) ? 0 : Math.log(Math.PI) / 2
  for (; at < a; at++) sum += Math.log(at)
  return sum
}

/** How probable at least k of n points are outside the 95 % interval. */
export function atLeast(k: number, n: number): number {
  let below = 0
  let p = (1 - OUTSIDE) ** n
  for (let i = 0; i < k; i++) {
    below += p
    p *= ((n - i) / (i + 1)) * (OUTSIDE / (1 - OUTSIDE))
  }
  return Math.max(0, 1 - below)
}
