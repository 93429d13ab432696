import { html, nothing, type TemplateResult } from 'lit'
import { readShown, type Shown } from '../state/link'
import './anatomy'
import './announce'
import './controls'
import './equation'
import './fit'
import { laneLine, laneStyle } from './lane-line'
import './loss'
import './metrics'
import { Opening } from './opening'
import './status'
import './transport'

/** The picture of a run within another page: fit and noise, and beside them what its address asks for. */
class GnllEmbed extends Opening {
  readonly #shown: Shown = readShown(location.hash)

  protected override renderRun(): TemplateResult {
    const { store } = this
    const shows = (part: string): boolean => this.#shown.parts.has(part)
    const beside = ['equation', 'loss', 'anatomy', 'metrics'].filter(shows)
    return html`
      <main class="embed" aria-label="training" ?data-beside=${beside.length > 0} ?data-controls=${shows('controls')} ?data-lesson=${shows('lesson') && store.lessons.shown.value !== null}>
        ${shows('controls') ? html`<aside class="embed-controls" aria-label="controls">${this.#controls()}</aside>` : nothing}
        <h1 class="unseen">gnllviz</h1>
        ${shows('lesson') ? this.#lesson() : nothing}
        <gnll-fit .embedded=${true}></gnll-fit>
        ${beside.length === 0 ? nothing : html`
          <div class="embed-beside">
            ${shows('equation') ? html`<gnll-equation></gnll-equation>` : nothing}
            ${shows('loss') ? html`<gnll-loss></gnll-loss>` : nothing}
            ${shows('anatomy') ? html`<gnll-anatomy></gnll-anatomy>` : nothing}
            ${shows('metrics') ? html`<gnll-metrics></gnll-metrics>` : nothing}
          </div>
        `}
        <footer class="embed-foot">
          ${shows('transport') ? html`<gnll-transport></gnll-transport><gnll-counter></gnll-counter>` : nothing}
          ${this.#lanes()}
          <span class="embed-says" role="status" title=${this.#words()}>${this.#words()}</span>
          <gnll-announce></gnll-announce>
          <gnll-status></gnll-status>
          <a class="embed-origin" href=${store.address.run(true)} target="_blank" rel="noopener" title="Open the whole page in a new tab">gnll<span>viz</span></a>
        </footer>
      </main>
    `
  }

  /** The sentences of the lesson that is on; the whole page points at what they speak of. */
  #lesson(): TemplateResult | typeof nothing {
    const lesson = this.store.lessons.shown.value
    if (!lesson) return nothing
    return html`
      <section class="embed-lesson" aria-label="lesson: ${lesson.title}" tabindex="0">
        <h2>${lesson.title}</h2>
        <ol>${lesson.watch.map((sentence) => html`<li>${sentence}</li>`)}</ol>
      </section>
    `
  }

  #controls(): TemplateResult | TemplateResult[] {
    const { store } = this
    const { controls } = this.#shown
    if (controls.length === 0) return html`<gnll-controls .besides=${this.#shown.parts.has('equation')}></gnll-controls>`
    return controls.flatMap((name) => store.controls.filter((c) => c.name === name))
      .map((c) => html`<gnll-control .control=${c}></gnll-control>`)
  }

  /** Which line is whose, and whose bands are drawn. */
  #lanes(): TemplateResult | typeof nothing {
    const { lanes, view: { focus } } = this.store
    if (lanes.value.length < 2) return nothing
    return html`
      <div class="embed-lanes" role="group" aria-label="models">
        ${lanes.value.map((l) => html`
          <button type="button" class="embed-lane" style=${laneStyle(l.colour)} aria-pressed=${l.lane === focus.value ? 'true' : 'false'} @click=${() => { this.store.look(l.lane) }}>${laneLine(l.colour)}${l.name}</button>
        `)}
      </div>
    `
  }

  /** What has gone wrong, or why it stands still. */
  #words(): string {
    const { run, notice, link } = this.store
    if (notice.value !== '') return notice.value
    if (link.value.why !== '') return link.value.kind === 'events' ? `Connected by server-sent events: ${link.value.why}` : `No connection: ${link.value.why}`
    const [trouble] = run.value?.trouble ?? []
    if (trouble) return trouble.text
    if (run.value?.state === 'diverged') return `Diverged: ${run.value.reason}`
    return run.value?.state === 'paused' ? 'paused' : ''
  }
}

customElements.define('gnll-embed', GnllEmbed)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-embed': GnllEmbed
  }
}
