import { html, type TemplateResult } from 'lit'
import type WaDropdown from '@awesome.me/webawesome/dist/components/dropdown/dropdown.js'
import { isConnected } from '../net/connection'
import { count, parseNumber } from '../math/format'
import type { UntilCommand } from '../generated/wire'
import { PAUSE, PLAY, RESET } from './icons'
import { Part } from './part'
import { popupPanel } from './popup'

const STEPS = [1, 10, 100, 1000]

/** What a run can train up to. */
const UNTIL: ReadonlyArray<{ readonly name: 'step' | 'plateau' | 'nll'; readonly label: string; readonly unit: string; readonly first: string; readonly help: string }> = [
  { name: 'step', label: 'step', unit: '', first: '5000', help: 'stop at this step' },
  { name: 'plateau', label: 'no improvement for', unit: 'steps', first: '2000', help: 'stop when the test NLL has not improved for this many steps' },
  { name: 'nll', label: 'test NLL at most', unit: 'nats', first: '4.1', help: 'stop when the test NLL is this low' },
]

/** Play, pause, step and reset. */
class GnllTransport extends Part {
  static override properties = { steps: { state: true } }
  /** How many steps the button makes: as many as were chosen last. */
  declare steps: number

  constructor() {
    super()
    this.steps = 1
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.#key)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.#key)
  }

  /** Space plays and pauses, a point makes one step, unless what has the focus wants it. */
  readonly #key = (e: KeyboardEvent): void => {
    const steps = e.key === '.'
    if ((!steps && (e.key !== ' ' || e.repeat)) || e.ctrlKey || e.altKey || e.metaKey) return
    const wants = `input:not([type=range]), textarea, select, wa-dropdown[open]${steps ? '' : ', button, a, wa-switch, wa-radio, wa-dropdown, [tabindex="0"]:not(.loss-room)'}`
    if (e.composedPath().some((n) => n instanceof Element && n.matches(wants))) return
    e.preventDefault()
    if (!steps) this.#toggle()
    else if (this.store.steers.value && this.store.run.value?.state !== 'diverged') this.store.step(1)
  }

  /** Paused, it may still make steps that it was told to make. */
  get #training(): boolean {
    const { state, goal } = this.store.run.value ?? {}
    return state === 'playing' || state === 'idle' || (goal ?? null) !== null
  }

  #toggle(): void {
    if (!this.store.steers.value) return
    if (this.#training) this.store.pause()
    else this.store.play()
  }

  #step(steps: number): void {
    this.steps = steps
    this.store.step(steps)
  }

  #chosen(dropdown: WaDropdown, what: string): void {
    if (what === 'epoch') this.store.epoch()
    else if (what !== 'until') this.#step(Number(what))
    // The menu gives the focus back to its button when it is gone.
    else dropdown.addEventListener('wa-after-hide', () => { this.querySelector<HTMLElement>('#until')?.showPopover() }, { once: true })
  }

  #until(form: HTMLFormElement, name: keyof Omit<UntilCommand, 'type' | 'id'>): void {
    const field = form.querySelector('input')
    const value = parseNumber(field?.value ?? '')
    field?.setCustomValidity(Number.isFinite(value) ? '' : 'Enter a number')
    if (!form.reportValidity()) return
    this.querySelector<HTMLElement>('#until')?.hidePopover()
    this.store.order({ type: 'until', [name]: value })
  }

  protected override render(): TemplateResult {
    const state = this.store.run.value?.state
    const off = !isConnected(this.store.link.value) || !this.store.steers.value
    const diverged = state === 'diverged'
    return html`
      <div class="buttons" role="group" aria-label="training">
        <button type="button" class="button primary" ?disabled=${off || diverged} aria-keyshortcuts="Space" @click=${() => { this.#toggle() }}>
          ${this.#training ? PAUSE : PLAY}<span>${this.#training ? 'Pause' : 'Play'}</span>
        </button>
        <span class="split">
          <button type="button" class="button" ?disabled=${off || diverged} @click=${() => { this.#step(this.steps) }}>Step <span class="steps">${count(this.steps)}</span></button>
          <wa-dropdown placement="bottom-start" @wa-select=${(e: CustomEvent<{ item: { value: string } }>) => { this.#chosen(e.currentTarget as WaDropdown, e.detail.item.value) }}>
            <button type="button" slot="trigger" class="button caret" ?disabled=${off || diverged} aria-label="how many steps">▾</button>
            ${STEPS.map((n) => html`<wa-dropdown-item value=${n}>${count(n)} ${n === 1 ? 'step' : 'steps'}</wa-dropdown-item>`)}
            <wa-dropdown-item value="epoch">1 epoch (every training point once)</wa-dropdown-item>
            <wa-dropdown-item value="until">train until …</wa-dropdown-item>
          </wa-dropdown>
          ${popupPanel({ id: 'until', label: 'train until', body: this.#untilForms() }, (panel) => panel.parentElement)}
        </span>
        <button type="button" class="button" ?disabled=${off} @click=${() => { this.store.reset() }}>${RESET}<span>Reset</span></button>
      </div>
    `
  }

  #untilForms(): TemplateResult {
    return html`
      <p class="popup-title">Train until</p>
      ${UNTIL.map((u) => html`
        <form class="popup-row until-row" @submit=${(e: Event) => { e.preventDefault(); this.#until(e.target as HTMLFormElement, u.name) }}>
          <label for="until-${u.name}" title=${u.help}>${u.label}</label>
          <span class="field"><input
            type="text" inputmode="decimal" id="until-${u.name}" value=${u.first} autocomplete="off"
            @input=${(e: Event) => { (e.target as HTMLInputElement).setCustomValidity('') }}
          >${u.unit === '' ? '' : html`<span class="unit">${u.unit}</span>`}</span>
          <button type="submit" class="button" aria-label="train until ${u.label}">Go</button>
        </form>
      `)}
    `
  }
}

/** How far it has come, and how fast. */
class GnllCounter extends Part {
  protected override render(): TemplateResult {
    const frame = this.store.focused(this.store.live.value)?.fit
    return html`
      <span>step <b class="figure-step">${count(frame?.step ?? NaN)}</b></span>
      <span class="rate"><b>${count(frame?.scalars.steps_per_s ?? NaN)}</b><span class="rate-of"> steps</span>/s</span>
    `
  }
}

customElements.define('gnll-transport', GnllTransport)
customElements.define('gnll-counter', GnllCounter)
