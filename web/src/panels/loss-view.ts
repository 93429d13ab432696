import { html, nothing, type TemplateResult } from 'lit'
import type WaSwitch from '@awesome.me/webawesome/dist/components/switch/switch.js'
import { live } from 'lit/directives/live.js'
import { halfLife } from '../charts/smooth'
import { count, fixed } from '../math/format'
import { SCALES, type LossView, type ScaleName } from '../state/view'
import { popup } from './popup'

const SCALE_HELP: Readonly<Record<ScaleName, string>> = {
  linear: 'equal distances are equal differences',
  symlog: 'linear near zero, logarithmic further out: for losses that fall far and may be negative',
  log: 'equal distances are equal ratios',
}
const NOT_LOG = 'Log needs values above zero. The NLL can be negative; symlog can show negative values.'

interface Options {
  readonly view: LossView
  /** Whether a log axis can show all that is shown. */
  readonly log: boolean
  /** How many steps are shown. */
  readonly range: number
  readonly lanes: number
  /** Why the curves are not smoothed though it is asked for; else empty. */
  readonly rough: string
  set(view: Partial<LossView>): void
}

/** How the curves are drawn: what is chosen once and seldom again. */
export function lossViewPopup(o: Options): TemplateResult {
  const { view } = o
  const isPlain = view.scale === 'linear' && view.smoothing === 0 && !view.logSteps && !view.everything && !view.othersTrain
  return popup({
    id: 'loss-view', label: 'view of the loss: scale and smoothing', style: `quiet-button loss-view-button${isPlain ? '' : ' chosen'}`, face: 'view',
    body: html`
      <fieldset class="popup-row loss-choice">
        <legend>scale</legend>
        ${SCALES.map((s) => html`
          <label title=${s === 'log' && !o.log ? NOT_LOG : SCALE_HELP[s]}><input
            type="radio" name="loss-scale" value=${s} .checked=${live(view.scale === s)} ?disabled=${s === 'log' && !o.log}
            aria-describedby=${s === 'log' && !o.log ? 'loss-not-log' : 'loss-scale-help'} @change=${() => { o.set({ scale: s }) }}
          >${s}</label>
        `)}
      </fieldset>
      <p class="note" id=${o.log ? 'loss-scale-help' : 'loss-not-log'}>${o.log ? SCALE_HELP[view.scale] : NOT_LOG}</p>
      <label class="popup-row loss-smoothing"><span>smoothing</span>
        <input
          type="range" min="0" max="0.99" step="0.01" .value=${live(String(view.smoothing))} aria-describedby="loss-smoothing-help"
          aria-valuetext=${view.smoothing === 0 ? 'off' : fixed(view.smoothing, 2)}
          @input=${(e: Event) => { o.set({ smoothing: (e.target as HTMLInputElement).valueAsNumber }) }}
        >
        <output>${view.smoothing === 0 ? 'off' : fixed(view.smoothing, 2)}</output>
      </label>
      <p class="note" id="loss-smoothing-help">${o.rough !== '' ? o.rough : view.smoothing === 0
        ? 'Moving average over the steps; the raw curve stays, faint.'
        : `Half-life of a value: ${count(Math.max(1, halfLife(view.smoothing, o.range)))} steps. The raw curve stays, faint.`}</p>
      ${toggle('everything', 'include outliers', 'otherwise steep falls and spikes are cut off at a marked edge', view.everything, o)}
      ${toggle('logSteps', 'log steps', 'gives early steps more room', view.logSteps, o)}
      ${o.lanes > 1 ? toggle('othersTrain', 'training loss of all models', 'otherwise only the selected model shows it', view.othersTrain, o) : nothing}
    `,
  })
}

function toggle(name: 'everything' | 'logSteps' | 'othersTrain', label: string, help: string, on: boolean, o: Options): TemplateResult {
  return html`
    <div class="popup-row"><wa-switch
      size="s" title=${help} .checked=${live(on)} @change=${(e: Event) => { o.set({ [name]: (e.target as WaSwitch).checked }) }}
    >${label}</wa-switch></div>
  `
}
