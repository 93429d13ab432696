import { html, nothing, svg, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { Data, InputSource } from '../generated/wire'
import { fixed, significant, withUnit } from '../math/format'
import { heldWith, heldValues } from '../math/held'
import { histogram, median, percentile } from '../math/histogram'
import { segments, select } from './choices'
import { heldFields, othersOf } from './held'
import { Part } from './part'
import { popup } from './popup'

const MOST = 5 // handles that are seen at once; more are behind a button
const BINS = 28
const STEPS = 100 // from one end of a handle to the other

const SHOWN = [
  { value: 'held', label: 'at', help: 'the other inputs stand where their handles are' },
  { value: 'average', label: 'average', help: 'the prediction averaged over training points, and the range of 80 % of them (partial dependence)' },
]

const REST = [
  { value: '', label: 'reset to', help: '' },
  { value: 'mean', label: 'mean', help: 'means, and most frequent words' },
  { value: 'median', label: 'median', help: 'medians, and most frequent words' },
]

/**
 * Where the inputs stand along which the fit is not shown: a handle each, on the
 * distribution of the training points, those first that move the noise most. Or the fit
 * is averaged over these points.
 */
class GnllInputs extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const { store } = this
    const data = store.run.value?.data
    const others = data ? othersOf(data).toSorted((a, b) => b.moves - a.moves || a.first - b.first) : []
    this.toggleAttribute('data-shown', others.length > 0)
    if (!data || others.length === 0) return nothing
    const off = !store.steers.value
    const averages = data.average
    const why = store.values.refusal('slice_at')
    const more = others.slice(MOST)
    return html`
      <section class="inputs" aria-label="other inputs" ?data-average=${averages}>
        <div class="inputs-how">
          <span class="inputs-title" id="inputs-title">other inputs</span>
          ${segments({ name: 'inputs-how', label: 'other inputs', options: SHOWN }, averages ? 'average' : 'held', (v) => { store.set('slice_average', v === 'average') }, off)}
          <div class="inputs-rest">
            ${select({ name: 'inputs-reset', label: 'reset the other inputs', unit: '', options: REST }, '', (v) => { this.#reset(data, v) }, off || averages)}
            ${more.length === 0 ? nothing : popup({
              id: 'more-inputs', style: 'quiet-button choice-button', label: `${more.length} more inputs`, off: averages,
              face: html`${more.length} more<span class="caret-sign" aria-hidden="true">▾</span>`,
              body: heldFields(store, more),
            })}
          </div>
        </div>
        <div class="handles">${others.slice(0, MOST).map((s) => this.#handle(s, data, off || averages))}</div>
        ${why === undefined ? nothing : html`<p class="refused" role="alert">${why}</p>`}
      </section>
    `
  }

  get #text(): string {
    const c = this.store.controls.find(({ name }) => name === 'slice_at')
    return c ? String(this.store.shown(c)) : ''
  }

  #set(s: InputSource, value: string | number | null): void {
    this.store.set('slice_at', heldWith(this.#text, s.name, value))
  }

  #reset(data: Data, to: string): void {
    let text = ''
    if (to === 'median') {
      for (const s of othersOf(data)) if (s.kind === 'number') text = heldWith(text, s.name, round(median(trained(data, s))))
    }
    if (to !== '') this.store.set('slice_at', text)
    this.requestUpdate() // it stands at its first option again
  }

  #handle(s: InputSource, data: Data, off: boolean): TemplateResult {
    const asked = heldValues(this.#text)[s.name]
    const held = typeof asked === 'string' || typeof asked === 'number' ? String(asked) : s.held
    if (s.kind === 'values') return this.#words(s, data, held, off)
    const values = trained(data, s)
    const spread = histogram(values, BINS)
    if (s.kind !== 'number' || !spread) {
      return html`
        <label class="handle"><span class="handle-name">${s.name}</span>
          <span class="field"><input type="text" size="9" autocomplete="off" spellcheck="false" aria-label=${s.name} ?disabled=${off} .value=${live(held)} @change=${(e: Event) => {
            const text = (e.target as HTMLInputElement).value.trim()
            this.#set(s, text === '' ? null : s.kind === 'number' && Number.isFinite(Number(text)) ? Number(text) : text)
          }}></span>
        </label>
      `
    }
    const at = Number(held)
    const step = (spread.high - spread.low) / STEPS
    const share = Math.min(1, Math.max(0, (at - spread.low) / (spread.high - spread.low)))
    const words = `${withUnit(significant(at, 4), s.unit)}, above ${fixed(percentile(values, at), 0)} % of the training points`
    return html`
      <div class="handle" style="--at: ${share.toFixed(4)}" title="changes the noise by ${fixed(100 * s.moves, 0)} % of its variance">
        <span class="handle-name" aria-hidden="true">${s.name} <b>${withUnit(significant(at, 4), s.unit)}</b></span>
        ${bars(spread.bins)}
        <input
          type="range" min=${spread.low} max=${spread.high} step="any" aria-label=${s.name} aria-valuetext=${words} aria-keyshortcuts="Home" ?disabled=${off} .value=${live(String(at))}
          @input=${(e: Event) => { this.#set(s, round((e.target as HTMLInputElement).valueAsNumber)) }}
          @keydown=${(e: KeyboardEvent) => {
            const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[e.key]
            if (e.ctrlKey || e.altKey || e.metaKey || (by === undefined && e.key !== 'Home' && e.key !== 'Delete')) return
            e.preventDefault()
            const next = at + (by ?? 0) * (e.shiftKey ? 10 : 1) * step
            this.#set(s, by === undefined ? null : round(Math.min(spread.high, Math.max(spread.low, next))))
          }}
        >
      </div>
    `
  }

  /** A word, with how many of the training points have each. */
  #words(s: InputSource, data: Data, held: string, off: boolean): TemplateResult {
    const counts = s.values.map((_, k) => column(data, s.first + k).reduce((n, v) => n + v, 0))
    const most = Math.max(1, ...counts)
    const options = s.values.map((v, k) => ({ value: v, label: `${v} (${counts[k] ?? 0})`, help: '' }))
    return html`
      <div class="handle">
        <span class="handle-name" aria-hidden="true">${s.name}</span>
        ${bars(counts.map((n) => n / most), s.values.indexOf(held))}
        ${select({ name: `held-${s.first}`, label: s.name, unit: '', options }, held, (v) => { this.#set(s, v) }, off)}
      </div>
    `
  }
}

/** A small histogram; what is chosen of it is darker. */
function bars(shares: readonly number[], chosen = -1): TemplateResult {
  return html`<svg class="handle-bars" viewBox="0 0 ${shares.length} 1" preserveAspectRatio="none" aria-hidden="true">
    ${shares.map((v, i) => svg`<rect class=${i === chosen ? 'chosen' : ''} x=${i + 0.08} y=${1 - v} width="0.84" height=${v}></rect>`)}
  </svg>`
}

/** The values of an input, by its number from 1, of the training points. */
function column({ x, is_test: isTest }: Data, input: number): number[] {
  return (x[input - 1] ?? []).filter((_, i) => !isTest[i])
}

function trained(data: Data, { first }: InputSource): number[] {
  return column(data, first)
}

/** As many digits as the control needs to be read by people. */
function round(v: number): number {
  return Number(v.toPrecision(4))
}

customElements.define('gnll-inputs', GnllInputs)
