import { html, type TemplateResult } from 'lit'
import { isConnected } from '../net/connection'
import { Part } from './part'

const MOVING = 'moving to another machine'

/** Whether what is seen is live, in words. */
class GnllStatus extends Part {
  #timer: number | undefined

  protected override updated(): void {
    clearTimeout(this.#timer)
    if (this.store.link.value.kind === 'waiting') this.#timer = window.setTimeout(() => { this.requestUpdate() }, 250)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  protected override render(): TemplateResult {
    const link = this.store.link.value
    this.dataset['link'] = link.kind
    this.dataset['training'] = this.#training()
    // What is spoken changes only when the state does, not at every second.
    const spoken = isConnected(link) ? 'connected' : 'connection lost, reconnecting'
    return html`
      <span class="link ${link.kind}"><i class="dot" aria-hidden="true"></i>${this.#words()}</span>
      <span class="unseen" role="status">${spoken}</span>
    `
  }

  /** What the run does, of which the page hears: live only while it trains. */
  #training(): string {
    const { state, goal } = this.store.run.value ?? {}
    if (state === 'diverged') return 'diverged'
    return (state === 'paused' && !goal) || state === 'idle' ? 'paused' : 'live'
  }

  #words(): TemplateResult {
    const link = this.store.link.value
    switch (link.kind) {
      case 'live':
        return html`<span class="link-word" title="connected">${this.#training()}</span>`
      case 'events':
        return html`<span class="link-word" title=${`Connected by server-sent events: ${link.why}`}>${this.#training()}, by events</span>`
      case 'connecting':
        if (link.moved) return html`<span class="link-word">${MOVING}</span>`
        return html`<span class="link-word">connecting</span>`
      case 'waiting': {
        if (!navigator.onLine) return html`offline`
        if (link.moved) return html`<span class="link-word">${MOVING}</span>`
        const seconds = Math.max(0, Math.ceil((link.until - Date.now()) / 1000))
        return html`reconnecting in ${seconds} s <button type="button" class="quiet-button" @click=${() => { this.store.retry() }}>retry now</button>`
      }
    }
  }
}

customElements.define('gnll-status', GnllStatus)
