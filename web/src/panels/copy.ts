import { runPath } from '../net/root'
import { html, nothing, type TemplateResult } from 'lit'
import { Problem, STATUS } from '../net/api'
import { noteCopy } from '../state/copied'
import type { Store } from '../state/store'
import { Part } from './part'
import { popup } from './popup'

let made = 0 // of these elements, as a page has several

/** Makes a copy of the run that whoever is at this page controls, and goes there. */
class GnllCopy extends Part {
  static override properties = { busy: { state: true }, trouble: { state: true } }
  declare busy: boolean
  readonly #number = made++
  /** Why there is no copy. */
  declare trouble: { readonly words: string; readonly status: number } | null

  constructor() {
    super()
    this.busy = false
    this.trouble = null
  }

  protected override render(): TemplateResult {
    const { trouble } = this
    const isPrivate = this.store.run.value?.data.private === true && this.store.key === undefined
    if (isPrivate || trouble?.status === STATUS.FORBIDDEN) {
      return html`<span class="no-copy">Its data are private, so it cannot be copied. <a class="quiet-button" href=${this.store.address.fresh}>Same settings on example data</a></span>`
    }
    const refused = trouble === null ? nothing : html`<span class="refused" role="alert">${trouble.words}</span>`
    if (!this.store.canMake.value) return this.#token(refused)
    return html`
      <button type="button" class="quiet-button make-copy" title="Opens a run of your own with the same settings, seed and weights" ?disabled=${this.busy} @click=${() => { void this.#copy() }}>Make my own copy</button>
      ${refused}
    `
  }

  /** Whoever may not make runs on this server is told so before, and what there is without its token. */
  #token(refused: TemplateResult | typeof nothing): TemplateResult {
    return popup({
      id: `copy-token-${this.#number}`, style: 'quiet-button make-copy', label: 'Make my own copy: needs this server’s access token',
      face: html`Make my own copy <span class="needs">(needs the access token)</span>`,
      body: html`
        <p class="popup-title">Your own copy</p>
        <p>New runs on this server need its access token. Whoever runs the server has it.</p>
        <form class="copy-token" @submit=${(e: Event) => { e.preventDefault(); void this.#login(e.target as HTMLFormElement) }}>
          <span class="field"><input type="password" autocomplete="off" required aria-label="access token"></span>
          <button type="submit" class="button" ?disabled=${this.busy}>Copy with token</button>
        </form>
        ${refused}
        ${this.store.run.value === null ? nothing : html`
          <p>Without it: save the model and drop the file on the page of your own gnllviz. Training continues there from the same weights.</p>
          <div class="popup-row"><a class="button" href=${this.store.api.file(this.store.id, this.store.view.focus.value, 'json', true)} download>Save the model (JSON)</a></div>
        `}
      `,
    })
  }

  async #login(form: HTMLFormElement): Promise<void> {
    try {
      await this.store.api.login(form.querySelector('input')?.value.trim() ?? '')
    } catch (e) {
      this.#fail(e)
      return
    }
    await this.#copy()
  }

  async #copy(): Promise<void> {
    this.busy = true
    this.trouble = null
    try {
      location.assign(await copyOf(this.store))
    } catch (e) {
      this.busy = false
      this.#fail(e)
    }
  }

  #fail(e: unknown): void {
    if (e instanceof Problem && e.status === STATUS.UNAUTHORIZED) this.store.canMake.value = false
    if (e instanceof Problem) this.trouble = { words: e.message, status: e.status }
    else this.trouble = { words: 'The server does not answer. Try again.', status: 0 }
  }
}

/** The address of a copy, made now. */
async function copyOf(store: Store): Promise<string> {
  const { run, key } = await store.api.copy(store.id, store.key)
  noteCopy(run.id, { page: location.href, view: store.follow.own.value })
  const { slug } = store.lessons.shown.value ?? { slug: '' }
  return new URL(`${runPath(run.id)}#${slug === '' ? '' : `lesson=${slug}&`}key=${encodeURIComponent(key ?? '')}`, store.api.root).href
}

customElements.define('gnll-copy', GnllCopy)
