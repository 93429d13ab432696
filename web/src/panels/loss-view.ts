import { html, nothing, type TemplateResult } from 'lit'
import type WaSwitch from '@awesome.me/webawesome/dist/components/switch/switch.js'
import { live } from 'lit/directives/live.js'
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
  readonly lanes: number
  set(view: Partial<LossView>): void
}

/** How the curves are drawn: what is chosen once and seldom again. */
export function lossViewPopup(o: Options): TemplateResult {
  const { view } = o
  const isPlain = view.scale === 'linear' && !view.logSteps && !view.everything && !view.othersTrain
  return popup({
    id: 'loss-view', label: 'view of the loss: scale and range', style: `quiet-button loss-view-button${isPlain ? '' : ' chosen'}`, face: 'view',
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
