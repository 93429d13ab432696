import type { Control, Lane } from '../generated/wire'
import type { Shape } from './echarts'
import type { Geometry } from './loss-paint'
import { changeInWords, type Mark } from './marks'
import type { Palette } from './palette'
import { textWidth } from './text'

const TOUCHING = 9 // pixels between two marks that would lie on each other
const LINE = 14
const TWO_ROWS = 50 // pixels above the plot, which words in two rows take

/** Marks that stand at one place. */
interface Group {
  readonly x: number
  readonly marks: readonly Mark[]
}

/**
 * A triangle above the plot and a dotted line wherever something was changed,
 * with as many words as there is room for. Marks that would lie on each other are
 * one, which says how many they are.
 */
export function paintMarks(marks: readonly Mark[], g: Geometry, controls: readonly Control[], lanes: readonly Lane[], p: Palette): Shape | null {
  const { area } = g
  const font = `${p.size}px ${p.font}`
  const groups = grouped(marks, g).filter(({ x }) => x >= area.x - 1 && x <= area.x + area.width + 1)
  if (groups.length === 0) return null
  const top = area.y
  const children: Shape[] = []
  const taken: Array<readonly [row: number, from: number, to: number]> = groups.map(({ x }) => [0, x - 5, x + 5])
  // Beside the triangles the axis has its uppermost label, above them nothing.
  const free = (row: number, from: number, to: number): boolean =>
    (row === 0 || area.y >= TWO_ROWS) && from >= area.x - (row === 0 ? 4 : 40) && to <= area.x + area.width + 14 && taken.every(([r, a, b]) => r !== row || to < a || from > b)
  // From the newest, whose words matter most, back to the oldest.
  for (const { x, marks: here } of groups.toReversed()) {
    children.push(
      { type: 'line', shape: { x1: x, y1: top, x2: x, y2: top + area.height }, style: { stroke: p.mark, lineWidth: 1, lineDash: [1.5, 3], opacity: 0.7 } },
      { type: 'polygon', shape: { points: [[x - 4, top - 8], [x + 4, top - 8], [x, top - 1]] }, style: { fill: p.mark } },
    )
    const [first] = here
    const words = here.length === 1 && first ? changeInWords(first, controls, lanes) : `${here.length} changes`
    const width = textWidth(words, font)
    // Beside the triangle, or above the triangles; words that fit nowhere are
    // left out.
    const places = [[0, x + 7], [0, x - 7 - width], [1, x - 3], [1, x + 3 - width]] as const
    const place = places.find(([row, from]) => free(row, from, from + width))
    if (!place) continue
    const [row, from] = place
    taken.push([row, from - 6, from + width + 6])
    children.push({ type: 'text', style: { text: words, x: from, y: top - 5 - LINE * row, verticalAlign: 'middle', fill: p.quiet, font } })
  }
  return { type: 'group', children }
}

function grouped(marks: readonly Mark[], g: Geometry): Group[] {
  const groups: Group[] = []
  for (const m of marks) {
    const x = g.x(m.step)
    const last = groups.at(-1)
    if (last && x - last.x < TOUCHING) groups[groups.length - 1] = { x: last.x, marks: [...last.marks, m] }
    else groups.push({ x, marks: [m] })
  }
  return groups
}
