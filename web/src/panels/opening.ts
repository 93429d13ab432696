import { html, nothing, type TemplateResult } from 'lit'
import { ContextProvider } from '@lit/context'
import type { Host } from '../state/host'
import type { Store } from '../state/store'
import { root } from '../net/root'
import { openHelp } from './help'
import { PLAY } from './icons'
import { STORE, Watching } from './part'
import { poster } from './poster'

/** What shows a run once there is one; until then it says why there is none, and asks for the token. */
export abstract class Opening extends Watching implements Host {
  static override properties = { store: { attribute: false }, trouble: {}, elsewhere: {}, token: { state: true }, play: { state: true } }
  declare store: Store
  declare trouble: string
  declare elsewhere: string
  /** Somebody is asked for the server's token. */
  declare token: { readonly why: string; readonly answer: (token: string) => void } | null
  /** Somebody is asked whether a run is to begin. */
  declare play: (() => void) | null

  constructor() {
    super()
    this.trouble = ''
    this.elsewhere = ''
    this.token = null
    this.play = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', openHelp)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', openHelp)
  }

  readonly #provider = new ContextProvider(this, { context: STORE })

  protected abstract renderRun(): TemplateResult

  /** Asks for the token that the server wants to see, saying why. */
  askToken(why: string): Promise<string> {
    return new Promise((answer) => {
      this.token = {
        why,
        answer: (token) => {
          this.token = null
          answer(token)
        },
      }
      void this.updateComplete.then(() => { this.querySelector<HTMLInputElement>('#token')?.focus() })
    })
  }

  /** Shows a picture until somebody presses Play. */
  askPlay(): Promise<void> {
    return new Promise((begin) => {
      this.play = () => {
        this.play = null
        begin()
      }
    })
  }

  protected get hasStore(): boolean {
    return (this.store as unknown) !== undefined
  }

  protected override render(): TemplateResult {
    if (this.hasStore) {
      this.#provider.setValue(this.store)
      return this.renderRun()
    }
    if (this.token) return this.#login(this.token)
    if (this.play) return this.#offer(this.play)
    if (this.trouble === '') return html`${nothing}`
    return html`
      <main class="trouble" role="alert">
        <h1 class="brand">gnll<span>viz</span></h1>
        <p>${this.trouble}</p>
        ${this.elsewhere === '' ? nothing : html`<a class="button" href=${this.elsewhere}>Start a new run</a>`}
      </main>
    `
  }

  #offer(play: () => void): TemplateResult {
    return html`
      <main class="offer-play">
        ${poster()}
        <h1 class="unseen">gnllviz</h1>
        <button type="button" class="button primary play-button" @click=${play}>${PLAY} Play</button>
        <p>Nothing runs until you press Play. The network then trains on ${root.host}.</p>
      </main>
    `
  }

  #login({ why, answer }: NonNullable<Opening['token']>): TemplateResult {
    return html`
      <main class="trouble">
        <h1 class="brand">gnll<span>viz</span></h1>
        <form class="login" @submit=${(e: Event) => {
          e.preventDefault()
          answer((e.target as HTMLFormElement).querySelector('input')?.value.trim() ?? '')
        }}>
          <label for="token">Enter the access token (shown in the terminal where the server was started).</label>
          <span class="field"><input type="password" id="token" autocomplete="off" required aria-describedby="token-why"></span>
          <p class="why" id="token-why" role="alert">${why}</p>
          <button type="submit" class="button primary">Continue</button>
        </form>
      </main>
    `
  }
}
