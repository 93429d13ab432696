import { html, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { isConnected } from '../net/connection'
import { MAX_COLOURS, MAX_LANES, type Lane } from '../generated/wire'
import { openSweep } from './open-sweep'
import { laneLine, laneStyle } from './lane-line'
import { Part } from './part'
import { popup } from './popup'

const LONGEST_NAME = 40
const MANY = 5 // models, beside which there is hardly room for anything

/** The lanes side by side: which one is looked at, and what each is called. Undo and redo stand before them. */
class GnllLanes extends Part {
  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.#key)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.#key)
  }

  get #off(): boolean {
    return !this.store.steers.value || !isConnected(this.store.link.value)
  }

  /** Fields have an undo of their own. */
  readonly #key = (e: KeyboardEvent): void => {
    const key = e.key.toLowerCase()
    if (!(e.ctrlKey || e.metaKey) || e.altKey || (key !== 'z' && key !== 'y') || this.#off) return
    if (e.composedPath().some((n) => n instanceof Element && n.matches('input:not([type=range]), textarea, dialog'))) return
    e.preventDefault()
    if (key === 'y' || e.shiftKey) {
      if (this.store.past.canRedo.value) void this.store.past.redo()
    } else if (this.store.past.canUndo.value) void this.store.past.undo()
  }

  protected override render(): TemplateResult {
    const { store } = this
    const lanes = store.lanes.value
    const focus = store.view.focus.value
    return html`
      <div class="history" role="group" aria-label="history">
        <button type="button" class="button square" aria-label="undo" title="undo (Ctrl+Z)" aria-keyshortcuts="Control+Z" ?disabled=${this.#off || !store.past.canUndo.value} @click=${() => { void store.past.undo() }}>${UNDO}</button>
        <button type="button" class="button square" aria-label="redo" title="redo (Ctrl+Shift+Z)" aria-keyshortcuts="Control+Shift+Z" ?disabled=${this.#off || !store.past.canRedo.value} @click=${() => { void store.past.redo() }}>${REDO}</button>
      </div>
      <div class="lanes" role="group" aria-label="models" ?data-many=${lanes.length >= MANY}>
        ${repeat(lanes, (l) => l.lane, (l) => html`
          <span class="lane" style=${laneStyle(l.colour)} ?data-focus=${l.lane === focus}>
            <button type="button" class="lane-name" aria-pressed=${l.lane === focus ? 'true' : 'false'} title="model ${l.name}, ${l.params} parameters" @click=${() => { store.look(l.lane) }}>
              ${laneLine(l.colour)}<span class="unseen">model </span>${l.name}
            </button>
            ${this.#off ? nothing : this.#more(l, lanes.length)}
          </span>
        `)}
        ${this.#off ? nothing : html`
          <button type="button" class="lane-add" title=${lanes.length >= MAX_LANES ? `A run has at most ${MAX_LANES} models: remove one to add another` : 'Copy this model and change one setting'} ?disabled=${lanes.length >= MAX_LANES} @click=${() => { void store.copyLane(focus) }}>+ Compare</button>
        `}
        <button type="button" class="lane-add sweep-button" title="Train a run for each pair of values of two controls (a sweep)" @click=${() => { void openSweep(store.view) }}>Try a grid<span class="said-long"> of settings</span></button>
      </div>
    `
  }

  /** What can be done with a lane. */
  #more(l: Lane, count: number): TemplateResult {
    const { store } = this
    const id = `lane-${l.lane}-panel`
    const close = (): void => { this.querySelector<HTMLElement>(`#${id}`)?.hidePopover() }
    return popup({
      id, label: `model ${l.name}: name, colour, copy, remove`, style: 'lane-more', face: '⋯',
      body: html`
        <label class="popup-row">name
          <span class="field"><input
            type="text" maxlength=${LONGEST_NAME} autocomplete="off" spellcheck="false" .value=${l.name}
            @change=${(e: Event) => { this.#rename(l, (e.target as HTMLInputElement)) }}
            @keydown=${(e: KeyboardEvent) => {
              if (e.key !== 'Enter') return
              // The focus goes back to the button, which must not take this key too.
              e.preventDefault()
              this.#rename(l, e.target as HTMLInputElement)
              close()
            }}
          ></span>
        </label>
        <div class="colours" role="group" aria-label="colour and line">
          ${Array.from({ length: MAX_COLOURS }, (_, colour) => html`
            <button
              type="button" style=${laneStyle(colour)} aria-label="colour ${colour + 1}" aria-pressed=${colour === l.colour ? 'true' : 'false'}
              @click=${() => { store.order({ type: 'lane_edit', lane: l.lane, colour }) }}
            >${laneLine(colour)}</button>
          `)}
        </div>
        <div class="popup-row">
          <button type="button" class="button" ?disabled=${count >= MAX_LANES} @click=${() => { close(); void store.copyLane(l.lane) }}>Copy</button>
          <button type="button" class="button" ?disabled=${count === 1} @click=${() => { close(); store.order({ type: 'lane_remove', lane: l.lane }) }}>Remove</button>
        </div>
      `,
    })
  }

  #rename(l: Lane, field: HTMLInputElement): void {
    const name = field.value.trim()
    if (name === '' || name === l.name) field.value = l.name
    else this.store.order({ type: 'lane_edit', lane: l.lane, name })
  }
}

const icon = (path: string): TemplateResult => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${path}></path></svg>`
const UNDO = icon('M6 2 1.500 6 6 10V7.200h4a2.700 2.700 0 0 1 0 5.400H6v1.800h4a4.500 4.500 0 0 0 0-9H6z')
const REDO = icon('M10 2l4.500 4L10 10V7.200H6a2.700 2.700 0 0 0 0 5.400h4v1.800H6a4.500 4.500 0 0 1 0-9h4z')

customElements.define('gnll-lanes', GnllLanes)
