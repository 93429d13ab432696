import { html, nothing, type TemplateResult } from 'lit'
import { MEAN } from '../charts/colours'
import { Heat } from '../charts/layer'
import { labelOf } from '../charts/shown'
import { CalmTint } from '../charts/tint'
import { fixed } from '../math/format'
import type { LanePicture } from '../net/frame'
import type { Column, Data } from '../generated/wire'
import { latticeOf } from '../math/lattice'
import { sliced } from '../math/reading'
import { sayPainted } from '../state/where'
import { spread } from './chart-table'
import { laneStyle } from './lane-line'
import { Part } from './part'
import { place } from './place'
import { smallFit, smallRows, type SmallRows } from './small-fit'
import { showTarget } from './target-choice'
import { togetherPanel } from './together'
import { sliceSelect, viewTitle } from './views'

const MOST_DOTS = 4096 // in all charts together

/** All targets at once: a small fit of each, and of a few their residuals against each other. */
class GnllTargets extends Part {
  #rows: { readonly of: readonly unknown[]; readonly list: readonly SmallRows[] } | null = null
  #heats: Array<{ readonly heat: Heat; readonly tint: CalmTint }> = []

  /** The pictures of a moment, that of the lane in focus among them: as often as figures can be read. */
  get #pictures(): readonly LanePicture[] {
    const { reading, frames, grid } = this.store
    return [reading.value, frames.peek()].find((list) => this.store.focused(list)?.fit.dataRevision === grid.value?.dataRevision) ?? []
  }

  get #picture(): LanePicture | undefined {
    return this.store.focused(this.#pictures)
  }

  protected override updated(): void {
    this.#paintMaps()
    if (this.#pictures.length > 0) sayPainted(this.#pictures)
  }

  protected override render(): TemplateResult {
    const { store } = this
    const [data, picture] = [store.run.value?.data, this.#picture]
    this.style.cssText = laneStyle(this.#colour(store.view.focus.value))
    const all = picture?.targets?.scores.test_nll.at(-1) ?? NaN
    return html`
      <section class="plot targets" aria-labelledby="targets-title">
        <header class="plot-head">
          ${viewTitle(store, 'targets-title')}
          <span class="keys-row">
            <span class="key">test NLL over all <b class="figure">${fixed(all, 2)}</b></span>
            ${data ? this.#keys(data) : nothing}
          </span>
        </header>
        <div class="plot-body targets-body">
          <div class="targets-all" ${place(store.view.places, 'targets')}><div class="targets-grid" ?data-two=${data?.targets.length === 2} role="group" aria-label="a small fit of each target" tabindex="0">${data && picture?.targets ? data.targets.map((t, k) => this.#small(t, k, data, picture)) : nothing}</div></div>
          ${togetherPanel(data, picture, store.view)}
        </div>
      </section>
    `
  }

  #keys(data: Data): TemplateResult {
    if (this.store.grid.value?.y) return html`<span class="key">mean over ${data.inputs.map((c) => c.name).join(' and ')}: dark is low, bright is high</span>`
    return html`
      ${data.inputs.length > 1 ? sliceSelect(this.store, true) : html`<span class="key">over ${labelOf(sliced(data).column)}</span>`}
      <span class="key"><i class="swatch line" aria-hidden="true"></i>mean</span><span class="key"><i class="swatch band" aria-hidden="true"></i>95 %</span>
      <span class="key"><i class="swatch dot" aria-hidden="true"></i>train</span><span class="key"><i class="swatch ring" aria-hidden="true"></i>test</span>
      ${data.truth ? html`<span class="key"><i class="swatch dash" aria-hidden="true"></i>truth</span>` : nothing}
    `
  }

  #colour(lane: number): number {
    return this.store.lanes.value.find((l) => l.lane === lane)?.colour ?? 0
  }

  /** One target: its name, its test NLL, its fit. */
  #small(target: Column, k: number, data: Data, picture: LanePicture): TemplateResult {
    const { steers } = this.store
    const nll = fixed(picture.targets?.scores.test_nll[k] ?? NaN, 2)
    const isShown = k + 1 === data.shown_target
    const unit = target.unit === '' ? '' : ` ${target.unit}`
    return html`
      <button
        type="button" class="small-target" aria-pressed=${isShown ? 'true' : 'false'} ?disabled=${!steers.value}
        title=${steers.value ? `show ${target.name}` : 'view only: the owner chooses the target'}
        @click=${() => { this.#choose(k + 1) }}
      >
        <span class="small-head"><span class="unseen">show </span><b>${target.name}</b><span class="unit">${unit}</span><span class="small-nll"><span class="unseen">test </span>NLL <b class="figure">${nll}</b></span></span>
        ${this.store.grid.value?.y ? html`<canvas class="small-heat" data-target=${k} aria-hidden="true"></canvas>` : this.#fit(k, data, picture)}
      </button>
    `
  }

  #fit(k: number, data: Data, picture: LanePicture): TemplateResult | typeof nothing {
    const { grid, targetTruth, lanes } = this.store
    const [fit, rows, known] = [picture.targets?.grid[k], this.#still(data)[k], grid.value?.x]
    if (!fit || !rows || !known) return nothing
    const others = this.#pictures.flatMap((p) => {
      const mean = p.targets?.grid[k]?.mean
      return mean && p !== picture && lanes.value.some((l) => l.lane === p.lane) ? [{ colour: this.#colour(p.lane), mean }] : []
    })
    // The floor is one number of standardised targets.
    const floor = (picture.fit.scalars.floor / (data.target_std ?? NaN)) * (data.by_target?.[k]?.std ?? NaN)
    return html`
      <span class="framed">
        <span class="small-marks" aria-hidden="true">${rows.marks.y.map((m) => html`<i style="bottom: ${m.at.toFixed(1)}%">${m.text}</i>`)}</span>
        ${smallFit({ rows, grid: known, fit, floor: Number.isFinite(floor) ? floor : 0, colour: this.#colour(picture.lane), others, truth: targetTruth.value?.of[k] ?? null })}
        <span class="small-marks along" aria-hidden="true">${rows.marks.x.map((m) => html`<i style="left: ${m.at.toFixed(1)}%">${m.text}</i>`)}</span>
      </span>
    `
  }

  /** What of the charts changes only with the data. */
  #still(data: Data): readonly SmallRows[] {
    const { grid, targetTruth } = this.store
    const of = [data, grid.value, targetTruth.value]
    if (this.#rows?.of.every((v, i) => v === of[i]) === true) return this.#rows.list
    const { x } = sliced(data)
    const places = spread(data.ids.length, Math.floor(MOST_DOTS / data.targets.length))
    const list = data.targets.map((_, k) => smallRows(
      places.map((i) => ({ x: x[i] ?? NaN, y: data.all_y?.[k]?.[i] ?? NaN, test: data.is_test[i] ?? false })), grid.value?.x ?? [], targetTruth.value?.of[k] ?? null,
    ))
    this.#rows = { of, list }
    return list
  }

  /** Over two inputs there is a map of each mean. */
  #paintMaps(): void {
    const [lattice, targets] = [this.store.grid.value && latticeOf(this.store.grid.value), this.#picture?.targets]
    if (!lattice || !targets) return
    for (const canvas of this.querySelectorAll<HTMLCanvasElement>('.small-heat')) {
      const k = Number(canvas.dataset['target'])
      const mean = targets.grid[k]?.mean
      const kept = this.#heats[k]
      const of = kept?.heat.canvas === canvas ? kept : { heat: new Heat(canvas), tint: new CalmTint() }
      this.#heats[k] = of
      if (mean) of.heat.paint(mean, lattice.across.length, of.tint.linear(MEAN, mean))
    }
  }

  /** The fit of the target takes this one's place, and the focus goes with it. */
  #choose(target: number): void {
    const { store } = this
    showTarget(store, target)
    store.view.panel.value = 'fit'
    store.view.places.focus('target')
  }
}

customElements.define('gnll-targets', GnllTargets)
