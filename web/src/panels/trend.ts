import { html, svg, type TemplateResult } from 'lit'
import { decimate } from '../charts/buckets'
import { path, up, BOX } from '../charts/curve'
import { extent, quantile, type CalmRange } from '../math/scale'
import { smoothed } from '../charts/smooth'
import type { Curve, History } from '../state/history'

const TERMS = [['log_variance', 'variance'], ['residual', 'residual']] as const satisfies ReadonlyArray<readonly [Curve, string]>

/** Of each end this share of the values does not stretch the scale. */
const TAIL = 0.02
const PIXELS = 160

/** So that what can be seen is how they trade, not each step's noise. */
const SMOOTHING = 0.9

/** How the log variance and the residual have gone against each other over the whole run, on one scale. */
export function trend(history: History, lane: number, range: CalmRange): TemplateResult {
  const last = Math.max(history.lastStep, 1)
  const lines = TERMS.map(([curve, kind]) => ({ kind, points: decimate(smoothed(history.series(lane, curve), SMOOTHING, last), 0, last, PIXELS, (step) => (PIXELS * step) / last).points }))
  const reach = lines.flatMap(({ points }) => {
    const sorted = Float64Array.from(points, ([, v]) => v).filter((v) => Number.isFinite(v)).sort()
    return sorted.length === 0 ? [] : [quantile(sorted, TAIL), quantile(sorted, 1 - TAIL)]
  })
  const [low, high] = extent(reach, [0]) ?? [0, 0]
  const { min, max } = range.follow(low, Math.max(high, low + 0.1))
  return html`
    <svg class="small-chart trend" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="log-variance and residual over the whole run">
      ${svg`
        <path class="zero" d=${`M0 ${up(0, min, max)}H${BOX}`}></path>
        ${lines.map(({ kind, points }) => svg`<path class=${kind} d=${path(points.map(([step, v]) => [(BOX * step) / last, Math.max(-BOX, Math.min(2 * BOX, up(v, min, max)))]))}></path>`)}
      `}
    </svg>
  `
}
