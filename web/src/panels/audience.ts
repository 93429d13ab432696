import { html, nothing, type TemplateResult } from 'lit'
import './name-field'
import { Part } from './part'
import { personTag } from './person'
import { popup } from './popup'

const NAMED = 40 // people whose names fit

/** How many watch, for whoever presents; nothing as long as nobody does. */
class GnllAudience extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const viewers = this.store.viewers.value
    if (!viewers || viewers.watching === 0) return nothing
    const { watching, steering, named } = viewers
    const others = named.filter(({ person }) => person !== this.store.me.value?.person)
    return popup({
      id: 'audience', label: `${watching} watching`, style: 'button audience',
      face: html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 3C4.5 3 1.7 5.3.5 8c1.2 2.7 4 5 7.5 5s6.3-2.3 7.5-5C14.3 5.3 11.5 3 8 3Zm0 8a3 3 0 1 1 0-6 3 3 0 0 1 0 6Z"/></svg>${watching}<span class="audience-word"> watching</span>`,
      body: html`
        <p class="popup-title">${watching} ${watching === 1 ? 'person watches' : 'people watch'}${steering > 1 ? `, ${steering} pages control the run` : ''}</p>
        ${others.length === 0 ? nothing : html`<ul class="people">${others.slice(0, NAMED).map((p) => html`<li>${personTag(p)}</li>`)}</ul>`}
        ${others.length > NAMED ? html`<p class="note">and ${others.length - NAMED} more with a name</p>` : nothing}
        <gnll-name-field></gnll-name-field>
      `,
    })
  }
}

customElements.define('gnll-audience', GnllAudience)
