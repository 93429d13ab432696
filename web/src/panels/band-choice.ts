import { html, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { bandsName, inUnit, LEVELS, MOST_BANDS, PRESETS, type Bands, type BandUnit } from '../math/bands'
import { parseNumber } from '../math/format'
import type { View } from '../state/view'
import { segments } from './choices'
import { popup } from './popup'

const UNITS = [
  { value: 'percent', label: '%', help: 'percentage of the prediction that a band contains' },
  { value: 'sigma', label: 'σ', help: 'width of a band in standard deviations' },
]

/** What the bands of one network leave out. */
export const ONE_NETWORK = 'The bands of one network show the noise in the data, not the model’s own uncertainty: far from all points they mean little.'

/** The button that says which bands there are, and the panel in which they are chosen; those of an ensemble can be taken apart. */
export function bandChoice(view: View, ensemble: boolean): TemplateResult {
  const bands = view.bands.value
  const set = (chosen: Bands): void => { view.bands.value = chosen }
  const { unit, levels } = bands
  const name = bandsName(bands)
  const put = (i: number, level: number): void => {
    const { min, max } = LEVELS[unit]
    if (Number.isFinite(level)) set({ unit, levels: levels.with(i, Math.min(max, Math.max(min, level))) })
  }
  return popup({
    id: 'bands-panel', label: `bands: ${name}`, style: 'quiet-button choice-button', face: html`${name}<span class="caret-sign" aria-hidden="true">▾</span>`,
    body: html`
      <p class="popup-title">Prediction bands</p>
      <div class="popup-row">
        ${segments({ name: 'preset', label: 'presets', options: PRESETS.map((p) => ({ value: p.name, label: p.name, help: p.help })) }, name, (v) => {
          const preset = PRESETS.find((p) => p.name === v)
          if (preset) set(preset.bands)
        })}
        ${segments({ name: 'band-unit', label: 'unit of the bands', options: UNITS }, unit, (v) => { set(inUnit(bands, v as BandUnit)) })}
      </div>
      ${levels.map((level, i) => levelRow(unit, level, i, (v) => { put(i, v) }))}
      <div class="popup-row">
        <span class="stepper">
          <button type="button" aria-label="remove a band" ?disabled=${levels.length <= 1} @click=${() => { set({ unit, levels: levels.slice(0, -1) }) }}>−</button>
          <button type="button" aria-label="add a band" ?disabled=${levels.length >= MOST_BANDS} @click=${() => { set({ unit, levels: [...levels, LEVELS[unit].usual] }) }}>+</button>
        </span>
        <span class="note">${levels.length === 1 ? 'one band' : `${levels.length} bands`}</span>
      </div>
      ${!ensemble
        ? html`<p class="note band-note">${ONE_NETWORK} An ensemble also shows model uncertainty.</p>`
        : html`
          <div class="popup-row">
            ${segments({ name: 'parts', label: 'noise and model uncertainty', options: [
              { value: 'total', label: 'together', help: 'one band for noise and model uncertainty' },
              { value: 'apart', label: 'split', help: 'bands for the noise, and model uncertainty around the widest' },
            ] }, view.apart.value ? 'apart' : 'total', (v) => { view.apart.value = v === 'apart' })}
            <span class="note">noise (aleatoric) inside, model uncertainty (epistemic) outside</span>
          </div>`}
    `,
  })
}

function levelRow(unit: BandUnit, level: number, i: number, put: (level: number) => void): TemplateResult {
  const { min, max, step, sign } = LEVELS[unit]
  return html`
    <div class="popup-row">
      <span class="slider" style="--at:${((level - min) / (max - min)).toFixed(4)};--default:-1">
        <input type="range" min=${min} max=${max} step=${step} .value=${live(String(level))} aria-label="band ${i + 1}" aria-valuetext="${level} ${sign}" @input=${(e: Event) => { put((e.target as HTMLInputElement).valueAsNumber) }}>
      </span>
      <span class="field">
        <input type="text" inputmode="decimal" size="5" autocomplete="off" aria-label="band ${i + 1} in ${sign}" .value=${live(String(level))} @change=${(e: Event) => { put(parseNumber((e.target as HTMLInputElement).value)) }}>
        <span class="unit">${sign}</span>
      </span>
    </div>
  `
}
