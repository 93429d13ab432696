import { html, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { fixed } from '../math/format'
import { MOST_SMOOTHING, rememberSmoothing } from '../state/smoothing'

const HELP = 'Exponential moving average, as in TensorBoard: 0 shows the values as they are, 0.99 averages most. The values themselves stay, faint; exports have them.'

/** How much the curves are smoothed: seen beside the chart, and remembered in this browser. */
export function smoothingField(factor: number, rough: string, set: (factor: number) => void): TemplateResult {
  const words = factor === 0 ? 'off' : fixed(factor, 2)
  return html`
    <label class="loss-smoothing" title=${rough === '' ? HELP : rough}><span>smoothing</span>
      <input
        type="range" min="0" max=${MOST_SMOOTHING} step="0.01" .value=${live(String(factor))} aria-valuetext=${words}
        @input=${(e: Event) => {
          const v = (e.target as HTMLInputElement).valueAsNumber
          rememberSmoothing(v)
          set(v)
        }}
      >
      <output>${words}</output>
    </label>
  `
}
