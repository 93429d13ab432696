import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { parseNumber } from '../math/format'
import type { Data, InputSource } from '../generated/wire'
import { heldWith } from '../math/held'
import { isMap } from '../math/reading'
import type { Store } from '../state/store'
import { select } from './choices'
import { popup } from './popup'

/** The columns along which the fit is not shown; none where it is a map. */
export function othersOf(data: Data): InputSource[] {
  return isMap(data) ? [] : data.sources.filter((s) => !isAlong(s, data))
}

/** A button that opens the values of the other inputs, where there is no room for their handles; nothing where there is no other. */
export function heldChoice(store: Store): TemplateResult | typeof nothing {
  const data = store.run.value?.data
  const others = data ? othersOf(data) : []
  if (others.length === 0) return nothing
  return popup({
    id: 'held-at', style: 'quiet-button choice-button', label: `values of the other inputs, at: ${others.map((o) => `${o.name} ${o.held}`).join(', ')}`,
    face: html`at<span class="caret-sign" aria-hidden="true">▾</span>`,
    body: heldFields(store, others),
  })
}

/** Fields for the values of inputs. */
export function heldFields(store: Store, others: readonly InputSource[]): TemplateResult {
  const text = String(store.settings.value['slice_at'] ?? '')
  const off = !store.steers.value
  const why = store.values.refusal('slice_at')
  const set = (name: string, value: string | number | null): void => { store.set('slice_at', heldWith(text, name, value)) }
  return html`
    <p class="popup-title">Values of the other inputs</p>
    ${others.map((s) => html`
      <div class="popup-row held-row">
        <label for="held-${s.first}">${s.name}${s.unit === '' ? nothing : html` <span class="unit">${s.unit}</span>`}</label>
        ${s.kind === 'values'
          ? select({ name: `held-${s.first}`, label: s.name, unit: '', options: s.values.map((v) => ({ value: v, label: v, help: '' })) }, s.held, (v) => { set(s.name, v) }, off)
          : html`<span class="field"><input
              type="text" size="10" autocomplete="off" spellcheck="false" id="held-${s.first}" aria-label=${s.name} ?disabled=${off} .value=${live(s.held)}
              @change=${(e: Event) => { set(s.name, valueOf(s, (e.target as HTMLInputElement).value)) }}
            ></span>`}
      </div>
    `)}
    ${why === undefined ? nothing : html`<p class="refused" role="alert">${why}</p>`}
    <div class="popup-row"><button type="button" class="button" ?disabled=${off || text === ''} @click=${() => { store.set('slice_at', '') }}>Reset to means and most frequent words</button></div>
  `
}

/** Whether the fit is shown along one of the inputs that the column became. */
function isAlong({ first, inputs }: InputSource, { slice }: Data): boolean {
  return slice >= first && slice < first + inputs
}

/** What a field says: a number, a date as it is written, or nothing, which is the mean again. */
function valueOf({ kind }: InputSource, text: string): string | number | null {
  if (text.trim() === '') return null
  const v = parseNumber(text)
  return kind === 'number' && Number.isFinite(v) ? v : text.trim()
}
