import { html, type TemplateResult } from 'lit'
import { OWN_DATA } from '../generated/wire'
import { select } from './choices'
import { Opening } from './opening'
import './anatomy'
import './calibration'
import './caption'
import { inHeader } from './controls'
import './display'
import './drop'
import './equation'
import './export'
import './fit'
import { helpAddress } from './help'
import './lanes'
import './lesson'
import './lessons'
import './loss'
import './metrics'
import './moment'
import './own'
import './paper'
import './share'
import './status'
import './timeline'
import './transport'

/** The whole page, once there is a run to show. */
class GnllApp extends Opening {
  static override properties = { ...Opening.properties, sheet: { state: true } }
  /** Whether the controls are open, where there is no room for them beside the charts. */
  declare sheet: boolean

  constructor() {
    super()
    this.sheet = false
  }

  /** The fit stays in sight above the controls. */
  #toggleSheet(): void {
    this.sheet = !this.sheet
    if (this.sheet) this.querySelector('gnll-fit')?.scrollIntoView({ block: 'start' })
  }

  protected override renderRun(): TemplateResult {
    const { store } = this
    const [dataset, ...others] = store.controls.filter(inHeader).map((c) => html`
      <div class="in-header in-header-${c.name}">${select(c, String(store.shown(c)), (v) => { this.#choose(c.name, v) }, !store.steers.value)}</div>
    `)
    return html`
      <header class="head">
        <div class="top">
          <h1 class="brand">gnll<span>viz</span></h1>
          ${dataset}
          <button type="button" class="button square own-button" aria-label="your own data" title="your own data: a formula or a file" ?disabled=${!store.steers.value} @click=${() => { this.#own() }}>ƒ</button>
          <gnll-transport .store=${store}></gnll-transport>
          ${others}
          <gnll-counter .store=${store}></gnll-counter>
          <gnll-status .store=${store}></gnll-status>
          <gnll-lessons .store=${store}></gnll-lessons>
          <gnll-share .store=${store}></gnll-share>
          <gnll-export .store=${store}></gnll-export>
          <a class="button square to-help" href=${helpAddress()} target="_blank" rel="noopener" aria-label="help, in a new tab" title="help: what everything means">?</a>
          <gnll-display .store=${store}></gnll-display>
        </div>
        <div class="under">
          <gnll-lanes .store=${store}></gnll-lanes>
          <gnll-caption .store=${store}></gnll-caption>
        </div>
        <gnll-lesson .store=${store}></gnll-lesson>
      </header>
      <gnll-paper .store=${store}></gnll-paper>
      <main class="rooms">
        <aside class="panel controls" id="controls" aria-label="controls" ?data-open=${this.sheet}>
          <gnll-controls .store=${store} .besides=${true}></gnll-controls>
          <p class="keys"><a href=${helpAddress('controls')} target="_blank" rel="noopener">All controls, with formulas and sources<span class="unseen">, in a new tab</span></a></p>
        </aside>
        <div class="room middle">
          <gnll-fit class="panel" .store=${store}></gnll-fit>
          <gnll-moment .store=${store}></gnll-moment>
          <gnll-equation class="panel" .store=${store}></gnll-equation>
          <gnll-anatomy class="panel" .store=${store}></gnll-anatomy>
        </div>
        <div class="room side">
          <gnll-loss class="panel" .store=${store}></gnll-loss>
          <gnll-calibration class="panel" .store=${store}></gnll-calibration>
          <gnll-metrics class="panel" .store=${store}></gnll-metrics>
        </div>
        <button type="button" class="button sheet-button" aria-expanded=${this.sheet ? 'true' : 'false'} aria-controls="controls" @click=${() => { this.#toggleSheet() }}>${this.sheet ? 'Close' : 'Controls'}</button>
      </main>
      <gnll-timeline .store=${store}></gnll-timeline>
      <gnll-own .store=${store}></gnll-own>
      <gnll-drop></gnll-drop>
    `
  }

  /** Rows of one's own that the run does not have yet must be given first. */
  #choose(control: string, value: string): void {
    if (control === 'dataset' && value === OWN_DATA && !this.store.hasOwn) {
      this.#own()
      this.requestUpdate()
    } else this.store.set(control, value)
  }

  #own(): void {
    this.querySelector('gnll-own')?.open()
  }
}

customElements.define('gnll-app', GnllApp)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-app': GnllApp
  }
}
