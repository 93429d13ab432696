import { html, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Control, Lane } from '../generated/wire'
import './control'
import './copy'
import { tight } from '../state/media'
import { inPanel } from '../math/equation'
import { sameValue } from '../net/settings'
import { equationShown } from './equation'
import { laneLine, laneStyle } from './lane-line'
import { SIMPLE_CONTROLS } from '../state/mode'
import { placeOfControl } from '../state/places'
import { Part } from './part'
import { several } from './target-choice'

/** The panel of controls, built from the server's table, without those that stand in the header. */
class GnllControls extends Part {
  static override properties = { besides: { attribute: false } }
  /** Whether the page has a panel of the equation beside this one: nothing is set in two places. */
  declare besides: boolean
  /** The groups whose seldom needed controls were looked at: they are made when they are, as they are many. */
  readonly #opened = new Set<string>()

  #goesOn = false
  /** Of the simple page: what has been shown beside its own controls, and stays until the mode changes. */
  readonly #besides = new Set<string>()

  constructor() {
    super()
    this.besides = false
  }

  protected override render(): TemplateResult {
    const isSimple = this.store.view.mode.value === 'simple' || this.store.view.borrows
    if (!isSimple) this.#besides.clear()
    const groups = new Map<string, Control[]>()
    const panel = this.besides && equationShown(this.store)
    // The field of the equation goes to its panel: whoever has just typed there stays in it.
    if (panel && this.contains(document.activeElement) && document.activeElement?.id === 'field-equation') this.#goesOn = true
    for (const c of this.store.controls) {
      if (inHeader(c) || !this.#matters(c) || (inPanel(c) && panel) || (isSimple && !this.#inSimple(c))) continue
      groups.set(c.group, [...(groups.get(c.group) ?? []), c])
    }
    const lanes = this.store.lanes.value
    const lane = lanes.find((l) => l.lane === this.store.view.focus.value)
    return html`
      ${this.besides ? this.#modeRow(isSimple, lane) : nothing}
      ${this.besides && !this.store.steers.value && this.store.run.value ? html`<p class="view-only"><b>View only.</b> <gnll-copy></gnll-copy></p>` : nothing}
      ${!this.besides && lane && lanes.length > 1 ? html`<p class="of-lane" style=${laneStyle(lane.colour)}>${laneLine(lane.colour)} model <b>${lane.name}</b></p>` : nothing}
      ${[...groups].map(([group, controls]) => html`
        <div class="group" role="group" aria-labelledby="group-${group}">
          <h2 id="group-${group}" class="group-name">${group}</h2>
          ${this.#list(controls.filter((c) => isSimple || !c.advanced))}
          ${isSimple ? nothing : this.#advanced(group, controls.filter((c) => c.advanced))}
        </div>
      `)}
      <p class="keys" id="keys" ?hidden=${isSimple}><kbd>←</kbd> <kbd>→</kbd> change a slider (<kbd>Shift</kbd> ×10) · <kbd>Home</kbd> default · <kbd>Enter</kbd> or a digit types a value · <kbd>Delete</kbd> default of any control · <kbd>F1</kbd> or <kbd>?</kbd> help · <kbd>Space</kbd> play or pause · <kbd>.</kbd> one step · <kbd>Esc</kbd> back to live</p>
    `
  }

  /** By name, so that a control keeps its element, and the focus in it, when another comes or goes. */
  #list(controls: readonly Control[]): unknown {
    return repeat(controls, (c) => c.name, (c) => html`<gnll-control .control=${c}></gnll-control>`)
  }

  /** Controls that are seldom needed; the summary says how many of them are not at their default. */
  #advanced(group: string, controls: readonly Control[]): TemplateResult | typeof nothing {
    if (controls.length === 0) return nothing
    const { view } = this.store
    const open = view.unfolded.value.has(group)
    if (open) this.#opened.add(group)
    const changed = controls.filter((c) => !sameValue(this.store.shown(c), c.default)).length
    return html`
      <details class="advanced" .open=${open} @toggle=${(e: ToggleEvent) => { view.unfold(group, e.newState === 'open') }}>
        <summary>More ${group} settings${changed === 0 ? nothing : html` <span class="tag">${changed} changed</span>`}</summary>
        ${this.#opened.has(group) ? this.#list(controls) : nothing}
      </details>
    `
  }

  protected override updated(): void {
    if (this.#goesOn) this.store.view.places.focus(placeOfControl('equation'))
    this.#goesOn = false
  }

  /** Whose controls they are; and one click shows everything, or only what a first visit needs. It is as high with one model as with several. */
  #modeRow(isSimple: boolean, lane: Lane | undefined): TemplateResult {
    const { view } = this.store
    return html`
      <div class="mode-row">
        ${lane ? html`<p class="of-lane" style=${laneStyle(lane.colour)}>${laneLine(lane.colour)} <span class="unseen">model</span> <b title=${lane.name}>${lane.name}</b></p>` : nothing}
        <button
          type="button" class="quiet-button mode-button" title=${isSimple ? 'show every control, and the panels Calibration, Metrics and Anatomy' : 'show only the eight main controls, the fit, its noise and the loss'}
          @click=${() => { view.chooseMode(isSimple ? 'full' : 'simple') }}
        >${isSimple ? 'All controls' : 'Fewer controls'}</button>
      </div>
    `
  }

  /** Also what a link has set, what a lesson points at, and whatever was shown because of that: nothing that counts is hidden. */
  #inSimple(c: Control): boolean {
    if (SIMPLE_CONTROLS.has(c.name)) return true
    const { lanes, lessons, values } = this.store
    const isSet = c.run
      ? !sameValue(this.store.shown(c), c.default)
      : lanes.value.some(({ lane }) => !sameValue(values.of(lane)[c.name] ?? c.default, c.default)) || !sameValue(this.store.shown(c), c.default)
    if (isSet || lessons.shown.value?.spots.some((s) => s.control === c.name)) this.#besides.add(c.name)
    return this.#besides.has(c.name)
  }

  #matters(c: Control): boolean {
    // An equation is of one input, and of one target.
    const data = this.store.run.value?.data
    if (c.name === 'equation' && data && (data.inputs.length > 1 || several(data)) && this.store.shown(c) === '') return false
    // Of one input there is but one view.
    if (c.name === 'slice' && this.store.run.value?.data.inputs.length === 1) return false
    if (c.name === 'slice_at' || c.name === 'slice_average') return false // they are chosen at the fit
    if (c.name === 'shown_target' && !several(this.store.run.value?.data)) return false
    if (c.when.control === '') return true
    const other = this.store.controls.find(({ name }) => name === c.when.control)
    if (other === undefined || !this.#matters(other)) return false
    const value = String(this.store.shown(other))
    return c.when.values.length === 0 ? value !== '' : c.when.values.includes(value)
  }
}

/** What is learned from, and, where there is room, how fast. */
export function inHeader(c: Control): boolean {
  return c.name === 'dataset' || (c.group === 'time' && !tight.value)
}

customElements.define('gnll-controls', GnllControls)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-controls': GnllControls
  }
}
