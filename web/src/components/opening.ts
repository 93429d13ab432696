import { html, nothing, type TemplateResult } from 'lit'
import type { Host } from '../open'
import { Part } from './part'

/** What shows a run once there is one; until then it says why there is none, and asks for the token. */
export abstract class Opening extends Part implements Host {
  static override properties = { ...Part.properties, trouble: {}, elsewhere: {}, token: { state: true } }
  declare trouble: string
  declare elsewhere: string
  /** Somebody is asked for the server's token. */
  declare token: { readonly why: string; readonly answer: (token: string) => void } | null

  constructor() {
    super()
    this.trouble = ''
    this.elsewhere = ''
    this.token = null
  }

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

  protected override willUpdate(): void {
    if (this.hasStore) super.willUpdate()
  }

  protected get hasStore(): boolean {
    return (this.store as unknown) !== undefined
  }

  protected override render(): TemplateResult {
    if (this.hasStore) return this.renderRun()
    if (this.token) return this.#login(this.token)
    if (this.trouble === '') return html`${nothing}`
    return html`
      <main class="trouble" role="alert">
        <h1 class="brand">gnll<span>viz</span></h1>
        <p>${this.trouble}</p>
        ${this.elsewhere === '' ? nothing : html`<a class="button" href=${this.elsewhere}>Start a new run</a>`}
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
          <label for="token">This server asks for the token that it printed when it was started.</label>
          <span class="field"><input type="password" id="token" autocomplete="off" required aria-describedby="token-why"></span>
          <p class="why" id="token-why" role="alert">${why}</p>
          <button type="submit" class="button primary">Go on</button>
        </form>
      </main>
    `
  }
}
