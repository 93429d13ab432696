import { html, nothing, type TemplateResult } from 'lit'
import { Heat } from '../charts/layer'
import { meanShown, stdShown } from '../charts/shown'
import type { Tint } from '../charts/tint'
import type { LanePicture, TruthFrame } from '../net/frame'
import type { Lattice } from '../math/lattice'
import type { Store } from '../state/store'
import type { MapView } from '../state/view'
import { laneLine, laneStyle } from './lane-line'

const KINDS = ['mean', 'std'] as const

/** The maps of all lanes side by side, in the colours of the large ones; one is chosen by a click. */
export class SmallMaps {
  #heats = new Map<string, Heat>()

  render(store: Store): TemplateResult | typeof nothing {
    const lanes = store.lanes.value
    if (lanes.length < 2) return nothing
    return html`
      <div class="small-maps" role="group" aria-label="maps of all models">
        ${lanes.map((l) => html`
          <button type="button" class="small-map" style=${laneStyle(l.colour)} aria-pressed=${l.lane === store.view.focus.value ? 'true' : 'false'} aria-label="maps of model ${l.name}" @click=${() => { store.look(l.lane) }}>
            <span class="small-name">${laneLine(l.colour)}${l.name}</span>
            ${KINDS.map((kind) => html`<canvas data-small="${l.lane} ${kind}" aria-hidden="true"></canvas>`)}
          </button>
        `)}
      </div>
    `
  }

  /** Takes the canvases that were rendered. */
  hosts(root: HTMLElement): void {
    const found = [...root.querySelectorAll<HTMLCanvasElement>('canvas[data-small]')]
    this.#heats = new Map(found.map((canvas) => {
      const of = canvas.dataset['small'] ?? ''
      const known = this.#heats.get(of)
      return [of, known?.canvas === canvas ? known : new Heat(canvas)]
    }))
  }

  draw(pictures: readonly LanePicture[], lattice: Lattice, truth: TruthFrame | null, wish: MapView, tints: { readonly mean: Tint; readonly std: Tint }): void {
    if (this.#heats.size === 0) return
    const columns = lattice.across.length
    for (const { lane, fit } of pictures) {
      this.#heats.get(`${lane} mean`)?.paint(meanShown(fit, truth, wish.show), columns, tints.mean)
      this.#heats.get(`${lane} std`)?.paint(stdShown(fit, truth, wish.show, wish.part), columns, tints.std)
    }
  }
}
