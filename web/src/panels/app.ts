import { html, nothing, type TemplateResult } from 'lit'
import { OWN_DATA, type Control } from '../generated/wire'
import { calm, columns, height } from '../state/media'
import { placeOfControl } from '../state/places'
import { projector } from '../state/projector'
import { tabsOf, type Tab } from '../state/tabs'
import { select } from './choices'
import { Opening } from './opening'
import './anatomy'
import './announce'
import './audience'
import './calibration'
import './caption'
import { inHeader } from './controls'
import './display'
import './drop'
import { equationShown } from './equation'
import './export'
import './fit'
import { helpAddress } from './help'
import { PLAY } from './icons'
import './lanes'
import './lesson'
import './lessons'
import './loss'
import './metrics'
import { openMine } from './open-mine'
import './moment'
import './own'
import './paper'
import { place } from './place'
import './prompts'
import './share'
import './status'
import { openTab, panelOf, tabBar } from './tabs'
import './timeline'
import './transport'
import './trouble'
import './verdict'
import './viewer'

/** The whole page, once there is a run to show. */
class GnllApp extends Opening {
  /** Whether the dialog of sweeps has been opened: it keeps what it found. */
  #sweeps = false
  /** Whether the list “My runs” has been opened. */
  #mine = false

  /** The fit stays in sight above the controls. */
  #toggleSheet(): void {
    const { sheet, places } = this.store.view
    sheet.value = !sheet.value
    if (sheet.value) places.find('predictions')?.scrollIntoView({ block: 'start' })
  }

  /** Where nothing moves before it is asked to, what asks is large. */
  #bigPlay(): TemplateResult | typeof nothing {
    const { run, steers, history, historyVersion } = this.store
    const begun = historyVersion.value > 0 && history.lastStep > 0
    if (!calm.value || !steers.value || begun || run.value?.state !== 'paused' || run.value.goal) return nothing
    return html`<button type="button" class="button primary big-play" @click=${() => { this.store.play() }}>${PLAY} Play the training</button>`
  }

  /** Past everything above it, to what reads the fit. */
  #toFit(): void {
    const fit = this.store.view.places.find('predictions')
    fit?.scrollIntoView({ block: 'nearest' })
    const first = fit?.querySelector<HTMLElement>('.probe') ?? fit?.querySelector<HTMLElement>('select, button')
    first?.focus()
  }

  protected override renderRun(): TemplateResult {
    const { store } = this
    const { dialog, mode, places, sheet } = store.view
    const isFull = mode.value === 'full'
    const tabs = isFull ? tabsOf({
      columns: columns.value, height: height.value, projector: projector.value,
      equation: equationShown(store), borrowed: store.view.borrows,
    }) : []
    this.#sweeps ||= dialog.value?.name === 'sweep'
    this.#mine ||= dialog.value?.name === 'mine'
    const [dataset, ...others] = store.controls.filter(inHeader).map((c) => html`
      <div class="in-header in-header-${c.name}" ${place(places, placeOfControl(c.name))}>${select(this.#ofLesson(c), String(store.shown(c)), (v) => { this.#choose(c.name, v) }, !store.steers.value)}</div>
    `)
    return html`
      <button type="button" class="button skip-link" @click=${() => { this.#toFit() }}>Skip to the fit</button>
      <header class="head">
        <div class="top">
          <h1 class="brand">gnll<span>viz</span></h1>
          <button type="button" class="button rail-button" aria-expanded=${sheet.value ? 'true' : 'false'} aria-controls="controls" @click=${() => { this.#toggleSheet() }}>Controls</button>
          ${dataset}
          <button type="button" class="button own-button" title="Upload or paste a CSV, or write a formula" ?disabled=${!store.steers.value} @click=${() => { this.#own() }}>+ Your data</button>
          <gnll-transport></gnll-transport>
          ${others}
          <gnll-counter></gnll-counter>
          <gnll-status></gnll-status>
          <gnll-audience></gnll-audience>
          <gnll-lessons></gnll-lessons>
          <button type="button" class="button mine-button" @click=${() => { void openMine(store.view) }}>My runs</button>
          <gnll-share></gnll-share>
          <gnll-export></gnll-export>
          <a class="button square to-help" href=${helpAddress()} target="_blank" rel="noopener" aria-label="help, in a new tab" title="help: what everything means">?</a>
          <gnll-display></gnll-display>
        </div>
        <div class="under">
          <gnll-lanes></gnll-lanes>
          <gnll-viewer></gnll-viewer>
          <gnll-caption></gnll-caption>
          <gnll-trouble></gnll-trouble>
        </div>
        <gnll-announce></gnll-announce>
      </header>
      <gnll-paper></gnll-paper>
      <main class="rooms" data-mode=${mode.value}>
        <div class="rail">
          <gnll-lesson></gnll-lesson>
          <aside class="panel controls" id="controls" aria-label="controls" ?data-open=${sheet.value} ${place(places, 'controls')}>
            <gnll-controls .besides=${true}></gnll-controls>
            <p class="keys"><a href=${helpAddress('controls')} target="_blank" rel="noopener">All controls, with formulas and sources<span class="unseen">, in a new tab</span></a></p>
          </aside>
        </div>
        <div class="room middle">
          ${this.#bigPlay()}
          <gnll-fit class="panel" ${place(places, 'predictions')}></gnll-fit>
          <gnll-moment></gnll-moment>
          <gnll-equation class="panel"></gnll-equation>
          ${isFull && !tabs.includes('anatomy') ? html`<gnll-anatomy class="panel" ${place(places, 'anatomy')}></gnll-anatomy>` : nothing}
        </div>
        <div class="room side" ?data-tabs=${tabs.length > 0}>
          <gnll-loss class="panel" ${place(places, 'loss')}></gnll-loss>
          ${isFull ? this.#secondary(tabs) : html`
            <gnll-verdict class="panel"></gnll-verdict>
            <gnll-prompts></gnll-prompts>
          `}
        </div>
        <button type="button" class="button sheet-button" aria-expanded=${sheet.value ? 'true' : 'false'} aria-controls="controls" @click=${() => { this.#toggleSheet() }}>${sheet.value ? 'Close' : 'Controls'}</button>
      </main>
      <gnll-timeline ${place(places, 'timeline')}></gnll-timeline>
      <gnll-own></gnll-own>
      <gnll-drop></gnll-drop>
      ${this.#sweeps ? html`<gnll-sweep></gnll-sweep>` : nothing}
      ${this.#mine ? html`<gnll-mine></gnll-mine>` : nothing}
    `
  }

  /** What explains the fit: each panel in a place of its own, or several as tabs in one. */
  #secondary(tabs: readonly Tab[]): TemplateResult {
    const { view } = this.store
    const open = openTab(view, tabs)
    const shut = (panel: Tab): boolean => tabs.includes(panel) && open !== null && panelOf(open) !== panel
    const role = (panel: Tab): string | typeof nothing => (tabs.includes(panel) ? 'tabpanel' : nothing)
    const by = (panel: Tab): string | typeof nothing => (tabs.includes(panel) ? `tab-${panel}` : nothing)
    return html`
      ${tabs.length > 0 ? tabBar(view, tabs) : nothing}
      <gnll-calibration class="panel" id="panel-calibration" role=${role('calibration')} aria-labelledby=${by('calibration')} ?hidden=${shut('calibration')} ${place(view.places, 'calibration')}></gnll-calibration>
      <gnll-metrics class="panel" id="panel-metrics" role=${role('metrics')} aria-labelledby=${by('metrics')} ?hidden=${shut('metrics')} ${place(view.places, 'metrics')}></gnll-metrics>
      ${tabs.includes('anatomy') ? html`
        <gnll-anatomy class="panel" id="panel-anatomy" role="tabpanel" aria-labelledby="tab-${open === 'gradients' ? 'gradients' : 'anatomy'}" data-part=${open === 'gradients' ? 'gradients' : 'anatomy'} ?hidden=${shut('anatomy')} ${place(view.places, 'anatomy')}></gnll-anatomy>
      ` : nothing}
    `
  }

  /** The rows that a lesson brings along are not the reader's. */
  #ofLesson(c: Control): Control {
    if (c.name !== 'dataset' || !this.store.run.value?.lesson) return c
    return { ...c, options: c.options.map((o) => (o.value === OWN_DATA ? { ...o, label: 'Data of this lesson' } : o)) }
  }

  /** The user's own rows must be given first, if the run does not have them yet. */
  #choose(control: string, value: string): void {
    if (control === 'dataset' && value === OWN_DATA && !this.store.hasOwn) {
      this.#own()
      this.requestUpdate()
    } else this.store.set(control, value)
  }

  #own(): void {
    this.store.view.dialog.value = { name: 'own' }
  }
}

customElements.define('gnll-app', GnllApp)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-app': GnllApp
  }
}
