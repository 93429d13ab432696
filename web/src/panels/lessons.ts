import { html, type TemplateResult } from 'lit'
import { isConnected } from '../net/connection'
import { Part } from './part'
import { popup } from './popup'

/** Lessons, each one click away. */
class GnllLessons extends Part {
  protected override firstUpdated(): void {
    this.querySelector('#lessons')?.addEventListener('beforetoggle', () => { void this.store.lessons.load() })
  }

  protected override render(): TemplateResult {
    const { lessons, steers, link } = this.store
    const off = !steers.value || !isConnected(link.value)
    return popup({
      id: 'lessons', label: 'lessons', style: 'button', face: html`Lessons`,
      body: html`
        <p class="popup-title">Lessons</p>
        <p class="note">${steers.value ? 'Choose a lesson. It loads its own data and settings; undo returns to your run.' : 'Only the owner of this run can start a lesson; you will see it here.'}</p>
        <ol class="lesson-list">
          ${lessons.list.value.map((l) => html`
            <li><button type="button" ?disabled=${off} aria-current=${l === lessons.shown.value ? 'true' : 'false'} @click=${() => { this.#begin(l.slug) }}>
              <b>${l.title}</b><span>${l.summary}</span>
            </button></li>
          `)}
        </ol>
      `,
    })
  }

  #begin(slug: string): void {
    this.querySelector<HTMLElement>('#lessons')?.hidePopover()
    void this.store.lessons.open(slug)
  }
}

customElements.define('gnll-lessons', GnllLessons)
