import type { Best } from '../math/best'
import { count, fixed } from '../math/format'
import type { Control, Lane } from '../generated/wire'
import { nearest } from './buckets'
import type { Line } from './loss-lines'
import { changeAndWho, type Mark } from './marks'

const MOST_TOLD = 4 // changes in one card

export interface ReadFrom {
  readonly lines: readonly Line[]
  readonly lanes: readonly Lane[]
  readonly focus: number
  readonly odd: ReadonlyMap<Lane, readonly number[]>
  readonly controls: readonly Control[]
}

/** What the chart says at a step. */
export interface LossReading {
  readonly step: number
  readonly lines: readonly string[]
}

/** The losses at the point nearest to a step, or at the marks that were meant, with what was changed there. Within reach counts as the same step. */
export function readLoss(s: ReadFrom, at: number, marks: readonly Mark[], reach: number): LossReading | null {
  const main = s.lines.findLast((l) => l.isFocus) ?? s.lines.at(-1)
  if (!main || main.all.steps.length === 0) return null
  const step = marks[0]?.step ?? main.all.steps[nearest(main.all.steps, at)]
  if (step === undefined) return null
  const name = s.lanes.find((l) => l.lane === s.focus)?.name ?? ''
  const own = s.lines.filter((l) => l.isFocus).toReversed().map((l) => `${l.part} ${valueAt(l, step)}`)
  // The others have their points at the same steps, as far as they were there.
  const others = s.lines.filter((l) => !l.isFocus && l.part !== 'train')
  const part = others[0]?.part ?? ''
  const odd = [...s.odd].filter(([, steps]) => steps.some((o) => Math.abs(o - step) <= reach)).map(([lane]) => lane.name)
  return {
    step,
    lines: [
      `step ${count(step)}`,
      `${others.length === 0 ? '' : `${name} `}${own.join(', ')}`,
      ...(others.length === 0 ? [] : [`${part} ${others.map((l) => `${l.lane.name} ${valueAt(l, step)}`).join(', ')}`]),
      ...(odd.length === 0 ? [] : [s.lanes.length > 1 ? `not finite here: ${odd.join(', ')}` : 'not finite here']),
      ...marks.slice(0, MOST_TOLD).map((m) => `${changeAndWho(m, s.controls, s.lanes)}${m.step === step ? '' : `, step ${count(m.step)}`}`),
      ...(marks.length > MOST_TOLD ? [`and ${marks.length - MOST_TOLD} more changes`] : []),
    ],
  }
}

/** test 3.98, train 3.91 */
export function bestInWords({ train, test }: Best): string {
  const words = [Number.isFinite(test) ? `test ${fixed(test, 3)}` : '', Number.isFinite(train) ? `train ${fixed(train, 3)}` : '']
  return words.filter((w) => w !== '').join(', ')
}

function valueAt(l: Line, step: number): string {
  const i = nearest(l.all.steps, step)
  const raw = inWords(l.all.values[i])
  return l.average ? `${raw} (smoothed ${inWords(l.average.values[i])})` : raw
}

function inWords(v: number | undefined): string {
  return v === undefined || Number.isFinite(v) ? fixed(v ?? NaN, 3) : 'not finite'
}
