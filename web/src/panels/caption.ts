import { html, nothing, type TemplateResult } from 'lit'
import { OWN_DATA } from '../generated/wire'
import { DELETED, GONE } from '../state/recovery'
import './copy'
import { othersNotice } from './others'
import { Part } from './part'

/** Limits of one run: its copy has seats of its own. */
const OF_A_RUN: ReadonlySet<string> = new Set(['max-viewers', 'max-peer-viewers'])

/** Where a lesson's card says that the run pauses, and why. */
const THERE: ReadonlySet<string | null> = new Set(['shown', 'tried'])

/** One line under the header: what has gone wrong, else what to try first, else what the data are. */
class GnllCaption extends Part {
  protected override render(): TemplateResult {
    const run = this.store.run.value
    const notice = this.store.notice.value
    if (run?.state === 'diverged' && run.trouble.length === 0) {
      return html`<p class="caption bad" role="alert"><b>Diverged:</b> ${run.reason}. ${!this.store.steers.value ? '' : html`<button type="button" class="quiet-button" @click=${() => { this.store.restore() }}>Go back to before the divergence</button> <button type="button" class="quiet-button" @click=${() => { this.store.reset() }}>Restart</button>`}</p>`
    }
    if (notice === GONE || notice === DELETED) {
      return html`<p class="caption told" role="status">${notice} <a class="quiet-button" href=${this.store.address.fresh}>Start a new run</a></p>`
    }
    if (notice !== '') {
      return html`<p class="caption told" role="status">${notice} <button type="button" class="quiet-button" @click=${() => { this.store.notice.value = '' }}>dismiss</button></p>`
    }
    const others = this.store.others.newest.value
    if (others && this.store.steers.value) return othersNotice(this.store, others)
    const { missing } = this.store.lessons
    if (missing.value !== '') {
      return html`<p class="caption told" role="status"><b>This server has no lesson “${missing.value}”.</b> <button type="button" class="quiet-button" popovertarget="lessons">Show the list of lessons</button> <button type="button" class="quiet-button" @click=${() => { missing.value = '' }}>dismiss</button></p>`
    }
    const { kind, why, limit } = this.store.link.value
    if (limit !== '') return this.#full(why, limit)
    if (why !== '') {
      return kind === 'events'
        ? html`<p class="caption" role="status"><b>Connected by server-sent events</b>, because websockets do not get through: ${why}</p>`
        : html`<p class="caption told" role="status"><b>No connection:</b> ${why} <button type="button" class="quiet-button" @click=${() => { this.store.retry() }}>Try again</button></p>`
    }
    if (run?.state === 'idle') return html`<p class="caption">Paused while nobody was watching; resuming.</p>`
    if (run?.state === 'paused' && run.reason !== '' && !THERE.has(this.store.course.phase.value)) return html`<p class="caption" role="status"><b>Paused:</b> ${run.reason}.</p>`
    const { data } = run ?? {}
    if (data && data.dropped_rows > 0) {
      const [first] = data.dropped
      return html`<p class="caption" role="status"><b>${data.title}</b> ${data.dropped_rows} of ${data.train + data.test + data.pool + data.dropped_rows} rows ${data.dropped_rows === 1 ? 'is' : 'are'} not used${first ? html` (first: row ${first.row}, column ${first.column}: ${first.reason})` : ''}.</p>`
    }
    if (!this.store.touched.value && this.store.steers.value) {
      return html`<p class="caption first">This network predicts a value <em>and</em> its uncertainty (the bands). Move <b>eps</b> (the smallest noise the network may claim) to the right: the narrow part of the band widens first.</p>`
    }
    if (data?.name === OWN_DATA && run?.lesson) return html`<p class="caption"><b>Data made for this lesson</b> ${data.source}</p>`
    return html`<p class="caption"><b>${data?.title}</b> ${data?.help} <span class="source">${data?.source}</span></p>`
  }

  /** There is no seat: of this run, or of the server. */
  #full(why: string, limit: string): TemplateResult {
    const { key, run } = this.store
    return html`
      <p class="caption told" role="status">
        <b>${why.charAt(0).toUpperCase()}${why.slice(1)}.</b>
        ${OF_A_RUN.has(limit) && key === undefined && !run.value ? html`<gnll-copy></gnll-copy>` : nothing}
        <button type="button" class="quiet-button" @click=${() => { this.store.retry() }}>Try again</button>
      </p>
    `
  }
}

customElements.define('gnll-caption', GnllCaption)
