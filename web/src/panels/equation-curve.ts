import { html, nothing, svg, type TemplateResult } from 'lit'
import { decimate } from '../charts/buckets'
import { BOX, path, up } from '../charts/curve'
import { dashOf } from '../charts/lanes'
import { extent, niceRange } from '../math/scale'
import { count, significant } from '../math/format'
import type { Series } from '../state/history'
import { laneStyle } from './lane-line'

const PIXELS = 240

export interface ParameterCurve {
  readonly name: string
  readonly series: Series
  /** The steps that are drawn: those after the first. */
  readonly since: number
  readonly to: number
  readonly colour: number
  /** What the parameter is known to be. */
  readonly truth: number | null
}

/** How a parameter has gone over the steps, and where it should come to. */
export function parameterCurve({ name, series, since, to, colour, truth }: ParameterCurve): TemplateResult {
  const from = Math.max(since, 0)
  const end = Math.max(to, from + 1)
  const { points } = decimate(series, from, end, PIXELS, (step) => (PIXELS * (step - from)) / (end - from))
  const inside = points.filter(([step, v]) => step > since && Number.isFinite(v))
  const reach = extent(inside.map(([, v]) => v), truth === null ? [] : [truth])
  const [first, last] = [inside[0]?.[1] ?? NaN, inside.at(-1)?.[1] ?? NaN]
  const words = Number.isNaN(first)
    ? `${name}: no steps yet`
    : `${name} changed from ${significant(first, 3)} at step ${count(from)} to ${significant(last, 3)} at step ${count(to)}${truth === null ? '' : `; the true value is ${significant(truth, 4)}`}`
  if (!reach) return html`<div class="framed parameter-frame" role="img" aria-label=${words}></div>`
  const [low, high] = reach[0] < reach[1] ? reach : [reach[0] - 0.5, reach[1] + 0.5]
  const { min, max } = niceRange(low, high, 2)
  return html`
    <div class="framed parameter-frame" style=${laneStyle(colour)}>
      <span class="y-ends" aria-hidden="true"><i>${significant(max, 2)}</i><i>${significant(min, 2)}</i></span>
      <svg class="small-chart parameter-curve" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=${words}>
        ${svg`
          ${truth === null ? nothing : svg`<path class="truth" d=${`M0 ${up(truth, min, max)}H${BOX}`}></path>`}
          <path class="curve" data-focus stroke-dasharray=${dashOf(colour).join(' ') || 'none'} d=${path(inside.map(([step, v]) => [(BOX * (step - from)) / (end - from), up(v, min, max)]))}></path>
        `}
      </svg>
    </div>
  `
}
