import { html, nothing, type TemplateResult } from 'lit'
import { MAX_PERSON_NAME } from '../generated/wire'
import { Part } from './part'

/** What others are to call whoever is at this page. */
class GnllNameField extends Part {
  static override properties = { trouble: { state: true }, saved: { state: true } }
  declare trouble: string
  declare saved: boolean

  constructor() {
    super()
    this.trouble = ''
    this.saved = false
  }

  protected override render(): TemplateResult {
    const me = this.store.me.value
    return html`
      <form class="popup-row name-row" @submit=${(e: Event) => { e.preventDefault(); void this.#save(e.target as HTMLFormElement) }}>
        <label for="person-name">Your name</label>
        <span class="field"><input
          type="text" id="person-name" maxlength=${MAX_PERSON_NAME} autocomplete="nickname" spellcheck="false" .value=${me?.name ?? ''}
          aria-describedby="person-name-help" aria-invalid=${this.trouble === '' ? 'false' : 'true'} @input=${() => { this.trouble = ''; this.saved = false }}
        ></span>
        <button type="submit" class="button">${this.saved ? 'Saved' : 'Save'}</button>
      </form>
      <p class="note" id="person-name-help">Shown beside the changes that you make. Leave it empty to be known by a colour.</p>
      ${this.trouble === '' ? nothing : html`<p class="refused" role="alert">${this.trouble}</p>`}
    `
  }

  async #save(form: HTMLFormElement): Promise<void> {
    try {
      await this.store.callMe(form.querySelector('input')?.value ?? '')
      this.saved = true
    } catch (e) {
      this.trouble = e instanceof Error ? e.message : String(e)
    }
  }
}

customElements.define('gnll-name-field', GnllNameField)
