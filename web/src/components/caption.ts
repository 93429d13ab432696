import { html, type TemplateResult } from 'lit'
import { Part } from './part'

/** One line under the header: what has gone wrong, else what to try first, else what the data are. */
class GnllCaption extends Part {
  protected override signals(): ReturnType<Part['signals']> {
    return [this.store.run, this.store.notice, this.store.touched]
  }

  protected override render(): TemplateResult {
    const run = this.store.run.value
    const notice = this.store.notice.value
    if (run?.state === 'diverged') {
      return html`<p class="caption bad" role="alert"><b>Diverged:</b> ${run.reason}. Then <button type="button" class="quiet-button" @click=${() => { this.store.restore() }}>go back to before it</button> or <button type="button" class="quiet-button" @click=${() => { this.store.reset() }}>reset</button></p>`
    }
    if (notice !== '') {
      return html`<p class="caption told" role="status">${notice} <button type="button" class="quiet-button" @click=${() => { this.store.notice.value = '' }}>dismiss</button></p>`
    }
    if (run?.state === 'idle') return html`<p class="caption">Training rests because nobody watched; it goes on now.</p>`
    if (!this.store.touched.value) {
      return html`<p class="caption first">A network learns the mean <em>and</em> the noise of the data. Move <b>eps</b> up: the floor under the noise rises, and where the band was narrowest it opens first.</p>`
    }
    return html`<p class="caption"><b>${run?.data.title}</b> ${run?.data.help} <span class="source">${run?.data.source}</span></p>`
  }
}

customElements.define('gnll-caption', GnllCaption)
