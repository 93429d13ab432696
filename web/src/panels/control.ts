import { html, noChange, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type WaSwitch from '@awesome.me/webawesome/dist/components/switch/switch.js'
import { controlValue, parseNumber, scientific, significant, unitFor, withUnit } from '../math/format'
import { AUTO, MAX_LAYERS, type Control, type ControlValue } from '../generated/wire'
import { sameValue } from '../net/settings'
import { help } from './help'
import { placeOfControl } from '../state/places'
import { Part } from './part'
import { place } from './place'
import { segments, select } from './choices'
import { sliceChoice } from './slice'
import { hasSlider, moved } from '../math/ladder'
import { slider } from './slider'
import { targetOptions } from './target-choice'

/** With more options than this a segmented choice is too wide. */
const SEGMENTS = 4

/** One control of the table, in the form that its kind and range call for. */
class GnllControl extends Part {
  static override properties = { control: { attribute: false }, draft: { state: true }, mistake: { state: true } }
  declare control: Control
  /** Where a control that restarts the run has been dragged to, until it is let go. */
  declare draft: number | null
  /** Why what was typed is no value at all; what the server refuses it says itself. */
  declare mistake: string
  /** The field in which somebody is typing: what others change meanwhile must not take the text away. */
  #typing: number | null = null

  constructor() {
    super()
    this.draft = null
    this.mistake = ''
  }

  get #off(): boolean {
    return !this.store.steers.value
  }

  protected override render(): TemplateResult {
    const c = this.control
    const value = this.store.shown(c)
    const pending = this.store.values.isPending(c.name)
    const why = this.mistake === '' ? this.store.values.refusal(c.name) : this.mistake
    return html`
      <div class="control control-${c.kind}" ?data-pending=${pending} data-control=${c.name} ${place(this.store.view.places, placeOfControl(c.name))} @keydown=${(e: KeyboardEvent) => { this.#key(e) }}>
        <div class="control-head">
          ${this.#toDefault(c, value)}
          <label class="control-label" id="label-${c.name}" for="field-${c.name}">${c.label}</label>
          ${help(c.name, c.label, c.auto === '' ? c.help : `${c.help} ${AUTO} is ${c.auto}.`)}
          ${c.live ? nothing : this.#restarts()}
          ${c.name === 'slice' ? this.#slice(c) : c.name === 'shown_target' ? this.#target(c, value) : c.kind === 'number' || c.kind === 'integer' ? this.#field(c, value) : nothing}
          ${c.kind === 'switch' ? this.#switch(c, value as boolean) : nothing}
          ${inline(c) ? choose(c, value as string, this.#off, (v) => { this.#set(v) }) : nothing}
          ${c.kind === 'layers' ? this.#layerButtons(value as readonly number[]) : nothing}
        </div>
        ${this.#body(c, value)}
        ${c.name === 'eps' ? this.#floor(value as number) : nothing}
        ${why === undefined ? nothing : html`<p class="refused" role="alert">${why}</p>`}
      </div>
    `
  }

  /** A control that needs new networks restarts all of them: its sign says which. */
  #restarts(): TemplateResult {
    const names = this.store.lanes.value.map(({ name }) => name)
    const label = names.length < 2 ? 'restarts training' : `restarts ${names.length === 2 ? 'both' : `all ${names.length}`} models: ${names.join(', ')}`
    return html`<span class="tag" role="img" aria-label=${label} title="Changing this ${label}">↻</span>`
  }

  /** Delete is the default, where it takes no letter away. */
  #key(e: KeyboardEvent): void {
    if (e.key !== 'Delete' || this.#off || (e.target instanceof HTMLInputElement && e.target.type !== 'range')) return
    e.preventDefault()
    this.#set(this.control.default)
  }

  /** A dot in the margin where the value is not the default, which goes back to it. */
  #toDefault(c: Control, value: ControlValue): TemplateResult {
    const label = `Set ${c.label} to its default, ${controlValue(c, c.default, this.store.automatic(c))}`
    return html`<button type="button" class="to-default" tabindex="-1" aria-label=${label} title=${label} ?hidden=${sameValue(value, c.default) || this.#off} @click=${() => { this.#set(c.default) }}></button>`
  }

  #body(c: Control, value: ControlValue): TemplateResult | typeof nothing {
    switch (c.kind) {
      case 'number':
      case 'integer': {
        if (!hasSlider(c) || c.name === 'slice' || c.name === 'shown_target') return nothing
        const shown = this.draft ?? this.store.number(c, value)
        return slider(c, {
          value: shown,
          initial: this.store.number(c, c.default),
          off: this.#off,
          text: withUnit(this.#inWords(c, value), c.unit),
          input: (v) => {
            if (c.live) this.#set(v)
            else this.draft = v
          },
          commit: (v) => { this.#set(v) },
          type: () => { this.#type() },
        })
      }
      case 'choice':
        return inline(c) ? nothing : choose(c, value as string, this.#off, (v) => { this.#set(v) })
      case 'layers':
        return this.#layers(c, value as readonly number[])
      case 'switch':
        return nothing
      case 'text':
        return this.#words(c, value as string)
    }
  }

  #set(value: ControlValue): void {
    this.mistake = ''
    this.draft = null
    this.#typing = null
    this.store.set(this.control.name, value)
  }

  /** What the field shows of a number, and a slider says of itself. */
  #inWords(c: Control, value: ControlValue): string {
    return controlValue(c, this.draft ?? value, this.store.automatic(c))
  }

  /** Goes from the slider, which is the stop of the Tab key, to the field beside it. */
  #type(): void {
    const field = this.querySelector<HTMLInputElement>('.field input')
    field?.focus()
    field?.select()
  }

  /** A text field, not a number field: it shows 1e-6 as 1e-6, and a browser's locale has no say. */
  #field(c: Control, value: ControlValue): TemplateResult {
    const shown = this.draft ?? this.store.number(c, value)
    const beside = hasSlider(c)
    return html`
      <span class="field" ?data-auto=${value === AUTO && this.draft === null}>
        <input
          type="text" inputmode="decimal" size="7" autocomplete="off" spellcheck="false" id="field-${c.name}" tabindex=${beside ? -1 : nothing}
          aria-label=${c.label} aria-describedby="help-${c.name}" ?disabled=${this.#off} .value=${this.#text(0, this.#inWords(c, value))}
          @input=${() => { this.#typing = 0 }} @blur=${() => { this.#untyped() }}
          @change=${(e: Event) => { this.#typed(e.target as HTMLInputElement, (v) => v) }}
          @keydown=${(e: KeyboardEvent) => { this.#fieldKey(c, shown, e) }}
        >
        ${c.unit === '' ? nothing : html`<span class="unit">${unitFor(this.#inWords(c, value), c.unit)}</span>`}
      </span>
    `
  }

  /** The arrow keys count; Enter and Escape go back to the slider, Escape without what was typed. */
  #fieldKey(c: Control, shown: number, e: KeyboardEvent): void {
    const slider = this.querySelector<HTMLInputElement>('.slider input')
    if (e.key === 'ArrowUp' || e.key === 'ArrowDown') this.#set(moved(c, shown, e.key, e.shiftKey) ?? shown)
    else if (e.key === 'Enter' && slider) slider.focus() // which commits what was typed
    else if (e.key === 'Escape' && slider) {
      this.#typing = null
      ;(e.target as HTMLInputElement).value = this.#inWords(c, shown)
      slider.focus()
      this.requestUpdate()
    } else return
    e.preventDefault()
  }

  /** Inputs have names, and these say more than their numbers. */
  #slice(c: Control): TemplateResult | typeof nothing {
    const choice = sliceChoice(this.store)
    return choice ? select({ ...c, options: choice.options }, choice.value, (v) => { this.#set(Number(v)) }, this.#off) : nothing
  }

  #target(c: Control, value: ControlValue): TemplateResult {
    return select({ ...c, options: targetOptions(this.store.run.value?.data) }, String(value), (v) => { this.#set(Number(v)) }, this.#off)
  }

  #text(field: number, text: string): unknown {
    return this.#typing === field ? noChange : live(text)
  }

  #untyped(): void {
    this.#typing = null
    this.requestUpdate()
  }

  #typed(input: HTMLInputElement, use: (v: number) => ControlValue): void {
    this.#untyped()
    this.store.values.forgive(this.control.name)
    if (input.value.trim() === '') {
      // Whoever empties a field has not asked for anything: the value comes back.
      this.mistake = ''
      return
    }
    // As it is shown, auto has its number behind it.
    const mayBeAuto = this.control.auto !== ''
    if (mayBeAuto && new RegExp(`^\\s*${AUTO}\\b`, 'i').test(input.value)) {
      this.#set(AUTO)
      return
    }
    const v = parseNumber(input.value)
    if (Number.isFinite(v)) {
      this.#set(use(v))
      return
    }
    this.mistake = mayBeAuto ? `“${input.value}” is neither a number nor ${AUTO}` : `“${input.value}” is not a number`
  }

  #switch(c: Control, value: boolean): TemplateResult {
    return html`
      <wa-switch
        size="s" aria-describedby="help-${c.name}" ?disabled=${this.#off} .checked=${live(value)}
        @change=${(e: Event) => { this.#set((e.target as WaSwitch).checked) }}
      ><span class="unseen">${c.label}</span></wa-switch>
    `
  }

  /** A text is set when it has been typed, not with each key: half a formula is none. */
  #words(c: Control, value: string): TemplateResult {
    return html`
      <input
        class="words" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" id="field-${c.name}" maxlength=${c.max}
        aria-describedby="help-${c.name}" ?disabled=${this.#off} .value=${this.#text(0, value)}
        @input=${() => { this.#typing = 0 }} @blur=${() => { this.#untyped() }}
        @change=${(e: Event) => {
          this.#untyped()
          this.store.values.forgive(c.name)
          this.#set((e.target as HTMLInputElement).value.trim())
        }}
      >
    `
  }

  #layers(c: Control, layers: readonly number[]): TemplateResult {
    return html`
      <div class="layers" role="group" aria-labelledby="label-${c.name}" aria-describedby="help-${c.name}" aria-keyshortcuts="F1 ArrowLeft ArrowRight">
        ${layers.map((units, i) => html`
          <span class="field">
            <input
              type="text" inputmode="numeric" size="3" autocomplete="off" aria-label="layer ${i + 1}, ${c.unit}" tabindex=${i === 0 ? nothing : -1} ?disabled=${this.#off} .value=${this.#text(i, String(units))}
              @input=${() => { this.#typing = i }} @blur=${() => { this.#untyped() }}
              @change=${(e: Event) => { this.#typed(e.target as HTMLInputElement, (v) => layers.with(i, v)) }}
              @keydown=${(e: KeyboardEvent) => {
                this.#alongLayers(e)
                const next = e.key === 'ArrowUp' || e.key === 'ArrowDown' ? moved(c, units, e.key, e.shiftKey) : null
                if (next === null) return
                e.preventDefault()
                this.#set(layers.with(i, next))
              }}
            >
          </span>
        `)}
      </div>
    `
  }

  /** Left and right go from layer to layer and on to the buttons: together they are one stop of the Tab key. */
  #alongLayers(e: KeyboardEvent): void {
    const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0
    const at = e.target
    if (step === 0 || e.shiftKey || e.ctrlKey || e.altKey || e.metaKey) return
    if (at instanceof HTMLInputElement && (step > 0 ? at.selectionEnd !== at.value.length : at.selectionStart !== 0)) return
    const stops = [...this.querySelectorAll<HTMLElement>('.layers input, .stepper button:enabled')]
      .sort((a, b) => Number(a.localName === 'button') - Number(b.localName === 'button'))
    const next = stops[stops.findIndex((s) => s === at) + step]
    if (!next) return
    e.preventDefault()
    next.focus()
    if (next instanceof HTMLInputElement) next.select()
  }

  #layerButtons(layers: readonly number[]): TemplateResult {
    return html`
      <span class="stepper" @keydown=${(e: KeyboardEvent) => { this.#alongLayers(e) }}>
        <button type="button" tabindex="-1" aria-label="remove the last layer" ?disabled=${this.#off || layers.length <= 1} @click=${() => { this.#set(layers.slice(0, -1)) }}>−</button>
        <button type="button" tabindex="-1" aria-label="add a layer" ?disabled=${this.#off || layers.length >= MAX_LAYERS} @click=${() => { this.#set([...layers, layers.at(-1) ?? 1]) }}>+</button>
      </span>
    `
  }

  /** eps floors the variance of the standardised target; people think in the data's unit. */
  #floor(eps: number): TemplateResult {
    const data = this.store.run.value?.data
    if (eps === 0) return html`<p class="note">The network may claim any noise, however small</p>`
    const root = Math.sqrt(eps)
    const floor = data?.target_std ? withUnit(significant(root * data.target_std, 2), data.target.unit) : '–'
    const raw = this.store.settings.value['standardise'] === false
    return html`<p class="note" title=${`√eps${raw ? '' : `, ${scientific(root, 2)} in standardised units`}: variances below eps count as eps in the loss`}>The network may not claim less noise than <output>${floor}</output></p>`
  }
}

/** Whether a choice has room beside its label. */
function inline(c: Control): boolean {
  if (c.kind !== 'choice') return false
  return c.options.length > SEGMENTS || c.options.reduce((sum, o) => sum + o.label.length + 2, 0) <= 18
}

function choose(c: Control, value: string, off: boolean, set: (v: string) => void): TemplateResult {
  return c.options.length <= SEGMENTS ? segments(c, value, set, off) : select(c, value, set, off)
}

customElements.define('gnll-control', GnllControl)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-control': GnllControl
  }
}
