import { html, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { bandsName, inUnit, LEVELS, MOST_BANDS, PRESETS, type Bands, type BandUnit } from '../math/bands'
import { parseNumber } from '../math/format'
import type { View } from '../state/view'
import { segments } from './choices'
import { popup } from './popup'

const UNITS = [
  { value: 'percent', label: '%', help: 'how much of the prediction a band holds' },
  { value: 'sigma', label: 'σ', help: 'how many standard deviations a band reaches' },
]

/** What the bands of one network leave out. */
export const ONE_NETWORK = 'One network says how noisy the data are, not how unsure it is itself (the epistemic part): far from all rows its bands mean little.'

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
      <p class="popup-title">Bands of the prediction</p>
      <div class="popup-row">
        ${segments({ name: 'preset', label: 'usual bands', options: PRESETS.map((p) => ({ value: p.name, label: p.name, help: p.help })) }, name, (v) => {
          const preset = PRESETS.find((p) => p.name === v)
          if (preset) set(preset.bands)
        })}
        ${segments({ name: 'band-unit', label: 'unit of the bands', options: UNITS }, unit, (v) => { set(inUnit(bands, v as BandUnit)) })}
      </div>
      ${levels.map((level, i) => levelRow(unit, level, i, (v) => { put(i, v) }))}
      <div class="popup-row">
        <span class="stepper">
          <button type="button" aria-label="one band less" ?disabled=${levels.length <= 1} @click=${() => { set({ unit, levels: levels.slice(0, -1) }) }}>−</button>
          <button type="button" aria-label="one band more" ?disabled=${levels.length >= MOST_BANDS} @click=${() => { set({ unit, levels: [...levels, LEVELS[unit].usual] }) }}>+</button>
        </span>
        <span class="note">${levels.length === 1 ? 'one band' : `${levels.length} bands`}</span>
      </div>
      ${!ensemble
        ? html`<p class="note band-note">${ONE_NETWORK} With an ensemble of two or more, the part is shown in which its members differ.</p>`
        : html`
          <div class="popup-row">
            ${segments({ name: 'parts', label: 'what the bands are of', options: [
              { value: 'total', label: 'total', help: 'noise and what the members do not agree on, together' },
              { value: 'apart', label: 'apart', help: 'the bands of the noise, and around the widest what the members do not agree on' },
            ] }, view.apart.value ? 'apart' : 'total', (v) => { view.apart.value = v === 'apart' })}
            <span class="note">aleatoric inside, epistemic around it</span>
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
