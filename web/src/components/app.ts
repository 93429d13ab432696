import { html, nothing, type TemplateResult } from 'lit'
import { narrow } from '../media'
import { setTheme, theme, type Theme } from '../theme'
import { select } from './control'
import { Part } from './part'
import './anatomy'
import './caption'
import { inHeader } from './controls'
import './fit'
import './loss'
import './metrics'
import './status'
import './transport'

const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' }
const SIGN: Readonly<Record<Theme, string>> = { auto: '◐', light: '☀', dark: '☾' }

/** The whole page, once there is a run to show. */
class GnllApp extends Part {
  static override properties = { ...Part.properties, trouble: {}, elsewhere: {}, sheet: { state: true } }
  /** Why there is no run yet. */
  declare trouble: string
  /** Where there can be one, if not at this address. */
  declare elsewhere: string
  /** Whether the controls are open, where there is no room for them beside the charts. */
  declare sheet: boolean

  constructor() {
    super()
    this.trouble = ''
    this.elsewhere = ''
    this.sheet = false
  }

  protected override willUpdate(): void {
    if (this.hasStore) super.willUpdate()
  }

  private get hasStore(): boolean {
    return (this.store as unknown) !== undefined
  }

  /** The fit stays in sight above the controls. */
  #toggleSheet(): void {
    this.sheet = !this.sheet
    if (this.sheet) this.querySelector('gnll-fit')?.scrollIntoView({ block: 'start' })
  }

  protected override signals(): ReturnType<Part['signals']> {
    return [theme, narrow, this.store.run, this.store.settings, this.store.pending]
  }

  protected override render(): TemplateResult {
    if (!this.hasStore) {
      if (this.trouble === '') return html`${nothing}`
      return html`
        <main class="trouble" role="alert">
          <h1 class="brand">gnll<span>viz</span></h1>
          <p>${this.trouble}</p>
          ${this.elsewhere === '' ? nothing : html`<a class="button" href=${this.elsewhere}>Start a new run</a>`}
        </main>
      `
    }
    const { store } = this
    const [dataset, ...others] = store.controls.filter(inHeader).map((c) => html`
      <div class="in-header in-header-${c.name}">${select(c, String(store.shown(c)), (v) => { store.set(c.name, v) })}</div>
    `)
    return html`
      <header class="head">
        <div class="top">
          <h1 class="brand">gnll<span>viz</span></h1>
          ${dataset}
          <gnll-transport .store=${store}></gnll-transport>
          ${others}
          <gnll-counter .store=${store}></gnll-counter>
          <gnll-status .store=${store}></gnll-status>
          <button type="button" class="button square" aria-label="theme: ${theme.value}" title="theme: ${theme.value}" @click=${() => { setTheme(NEXT[theme.value]) }}>${SIGN[theme.value]}</button>
        </div>
        <gnll-caption .store=${store}></gnll-caption>
      </header>
      <main class="rooms">
        <aside class="panel controls" id="controls" aria-label="controls" ?data-open=${this.sheet}>
          <gnll-controls .store=${store}></gnll-controls>
        </aside>
        <gnll-fit class="panel" .store=${store}></gnll-fit>
        <gnll-loss class="panel" .store=${store}></gnll-loss>
        <gnll-anatomy class="panel" .store=${store}></gnll-anatomy>
        <gnll-metrics class="panel" .store=${store}></gnll-metrics>
        <button type="button" class="button sheet-button" aria-expanded=${this.sheet ? 'true' : 'false'} aria-controls="controls" @click=${() => { this.#toggleSheet() }}>${this.sheet ? 'Close' : 'Controls'}</button>
      </main>
    `
  }
}

customElements.define('gnll-app', GnllApp)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-app': GnllApp
  }
}
