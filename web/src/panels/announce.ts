import { html, type TemplateResult } from 'lit'
import { count } from '../math/format'
import { Part } from './part'

/** Says aloud that training continues, stands still or has failed: only when that has changed, and at which step. */
class GnllAnnounce extends Part {
  /** What was the state when something was said last; empty until the first is known, which nobody needs to hear. */
  #known = ''
  #words = ''

  protected override render(): TemplateResult {
    const { run, frames } = this.store
    const state = run.value?.state ?? ''
    // What was told to make steps is at work, whatever its state says.
    const now = state === 'paused' && run.value?.goal ? 'playing' : state
    if (now !== this.#known && now !== '') {
      const step = this.store.focused(frames.peek())?.fit.step
      if (this.#known !== '') this.#words = inWords(now, step === undefined ? '' : ` at step ${count(step)}`)
      this.#known = now
    }
    return html`<span class="unseen" role="status">${this.#words}</span>`
  }
}

function inWords(state: string, at: string): string {
  switch (state) {
    case 'playing':
      return `Training${at}.`
    case 'idle':
      return 'Training rests while nobody watches.'
    case 'diverged':
      return `Training has diverged${at}.`
    default:
      return `Paused${at}.`
  }
}

customElements.define('gnll-announce', GnllAnnounce)
