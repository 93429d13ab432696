import { computed, signal } from '@preact/signals-core'
import { html, nothing, type TemplateResult } from 'lit'
import { DIFFERENCE } from '../charts/colours'
import type { Pixel } from '../charts/echarts'
import { MapChart } from '../charts/map'
import { Maps, Z_REACH, type Charts, type MapProbe } from '../charts/maps'
import type { Data } from '../generated/wire'
import type { LanePicture, TruthFrame } from '../net/frame'
import { significant, withUnit } from '../math/format'
import { latticeOf, type Lattice } from '../math/lattice'
import { placeInWords, readPlace } from '../state/place'
import { dark } from '../state/theme'
import type { Tool } from '../state/view'
import { sayPainted } from '../state/where'
import { chartTable, tableButton } from './chart-table'
import { segments, select } from './choices'
import { explainChart } from './explain'
import { laneStyle } from './lane-line'
import { MapPoints } from './map-points'
import { mapTable } from './map-table'
import { Part } from './part'
import { gridGroundOf, lanesSeen, Scene } from './scene'
import { SmallMaps } from './small-maps'
import { targetChoice } from './target-choice'
import { TableClock } from './table-clock'
import { sliceSelect, viewTitle } from './views'

const SHOWS = [
  { value: 'prediction', label: 'prediction', help: 'what the network predicts' },
  { value: 'truth', label: 'truth', help: 'the true values, from which the points were drawn' },
  { value: 'difference', label: 'difference', help: 'prediction minus truth' },
]

const PARTS = [
  { value: 'total', label: 'total std', help: 'noise and model uncertainty together' },
  { value: 'aleatoric', label: 'aleatoric std', help: 'the noise that the members predict' },
  { value: 'epistemic', label: 'epistemic std', help: 'how much the means of the members differ' },
]

const SPOTS = [
  { value: 'target', label: 'colour points by target', help: 'points have the colour of their target: where the fit is right, they blend into the map of the mean' },
  { value: 'residual', label: 'colour points by residual', help: 'on the map of the mean by z-score, on the other map by distance from the mean' },
  { value: 'none', label: 'no points', help: 'only the maps' },
]

const TOOLS = [
  { value: 'read', label: 'inspect', help: 'shows the prediction under the pointer' },
  { value: 'move', label: 'move', help: 'drag a point; it keeps its target. To add points, choose a view over one input' },
  { value: 'erase', label: 'erase', help: 'click to erase the nearest point' },
] as const

const STEPS = 60 // of a key, from one side to the other

/** One of the two maps, in its room. */
interface Half {
  readonly kind: 'mean' | 'std'
  readonly chart: MapChart
  readonly points: MapPoints
  dispose(): void
}

/** What is predicted over two inputs: the mean in one map, the standard deviation in another. */
class GnllMap extends Part {
  static override properties = { asTable: { state: true } }
  declare asTable: boolean
  /** Where the maps are read. */
  readonly #place = signal<{ readonly at: Pixel; readonly on: Half['kind'] } | null>(null)
  readonly #maps = new Maps()
  readonly #small = new SmallMaps()
  readonly #lattice = computed(() => this.store.grid.value && latticeOf(this.store.grid.value))
  #scene: Scene<Half> | null = null

  constructor() {
    super()
    this.asTable = false
    new TableClock(this)
  }

  protected override firstUpdated(): void {
    const { store } = this
    this.#scene = new Scene<Half>(this, {
      ground: () => (this.#lattice.value ? gridGroundOf(store) : null),
      rooms: () => [...this.querySelectorAll<HTMLElement>('.map-half > .chart')],
      make: (room) => this.#half(room),
      stand: (halves, { data, truth, palette, dark: isDark }) => {
        const lattice = this.#lattice.value
        for (const { points } of halves.values()) points.settled()
        if (lattice) this.#maps.setScene({ data, lattice, truth, palette, dark: isDark }, chartsOf(halves))
      },
      draw: (halves, { data, truth }) => { this.#draw(chartsOf(halves), data, truth) },
    })
    const { tool } = store.view
    if (tool.value === 'add') tool.value = 'read'
  }

  protected override updated(): void {
    this.#small.hosts(this)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    const { tool } = this.store.view
    if (tool.value === 'move') tool.value = 'read'
  }

  #half(room: HTMLElement): Half {
    const kind = room.id === 'map_mean-chart' ? 'mean' : 'std'
    const chart = new MapChart(room, `map_${kind}`)
    const points = new MapPoints(this.store, chart, (dragged) => {
      this.#maps.drag(dragged)
      this.#scene?.soon()
    })
    chart.plot.onPlace((place) => { if (place || this.#place.value?.on === kind) this.#place.value = place && { at: place.at, on: kind } })
    return { kind, chart, points, dispose: () => { chart.dispose() } }
  }

  #draw(charts: Charts, data: Data, truth: TruthFrame | null): void {
    const { pictures, focus } = lanesSeen(this.store)
    const [lattice, place, view, newest] = [this.#lattice.value, this.#place.value, this.store.view.maps.value, this.#read]
    if (!focus || !lattice || !charts.mean || focus.fit.dataRevision !== data.revision) return
    const probe: MapProbe | null = place && { ...place, lines: placeInWords(readPlace(lattice, focus, truth, data, place.at), data) }
    const tints = this.#maps.draw(charts, focus, newest ?? focus, view, probe)
    if (tints) this.#small.draw(pictures, lattice, truth, view, tints)
    sayPainted(pictures)
  }

  /** The values of a moment that can be read. */
  get #read(): LanePicture | undefined {
    const { reading, frames, grid } = this.store
    const newest = this.store.focused(reading.value) ?? this.store.focused(frames.peek())
    return newest?.fit.dataRevision === grid.value?.dataRevision ? newest : undefined
  }

  protected override render(): TemplateResult {
    const { store } = this
    const data = store.run.value?.data
    const view = store.view.maps.value
    const lane = store.lanes.value.find((l) => l.lane === store.view.focus.value)
    this.style.cssText = laneStyle(lane?.colour ?? 0)
    const choice = <V extends string>(name: string, label: string, options: typeof SHOWS, value: V, set: (v: V) => void): TemplateResult =>
      select({ name, label, unit: '', options }, value, (v) => { set(v as V) })
    return html`
      <section class="plot map" aria-labelledby="map-title">
        <header class="plot-head">
          ${viewTitle(store, 'map-title')} ${explainChart('map')}
          ${sliceSelect(store, false)} ${targetChoice(store)}
          <span class="keys-row">
            ${data?.truth ? choice('map-show', 'what the maps show', SHOWS, view.show, (show) => { store.view.setMaps({ show }) }) : nothing}
            ${this.#read?.fit.epistemic && view.show === 'prediction' ? choice('map-part', 'which standard deviation', PARTS, view.part, (part) => { store.view.setMaps({ part }) }) : nothing}
            ${choice('map-spots', 'colour of the points', SPOTS, view.spots, (spots) => { store.view.setMaps({ spots }) })}
            ${view.spots === 'residual' ? this.#zKey() : nothing}
          </span>
          ${tableButton('maps', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="plot-body maps">
          <div class="map-half"><div id="map_mean-chart" class="chart" role="img" data-tool=${store.view.tool.value}></div></div>
          <div class="map-half"><div id="map_std-chart" class="chart" role="img" data-tool=${store.view.tool.value}></div></div>
          ${this.#placeFields()}
          ${this.asTable ? chartTable(mapTable(store, this.#lattice.value, this.#read?.fit)) : nothing}
        </div>
        ${this.#small.render(store)}
        <footer class="plot-foot">
          ${store.steers.value ? html`
            ${segments({ name: 'tool', label: 'what a click on the maps does', options: TOOLS }, store.view.tool.value, (v) => { store.view.tool.value = v as Tool })}
            ${data && (data.pool > 0 || data.truth) ? html`
              <button type="button" class="quiet-button" title="Adds the point where the first model is most uncertain" @click=${() => { store.order({ type: 'acquire', count: 1 }) }}>add informative point</button>
            ` : nothing}
          ` : nothing}
          <span class="key"><i class="swatch dot" aria-hidden="true"></i>train</span><span class="key"><i class="swatch ring" aria-hidden="true"></i>test</span>
          <span class="points">${this.#clampWords()}</span>
        </footer>
      </section>
    `
  }

  #zKey(): TemplateResult {
    const { css } = DIFFERENCE[dark.value ? 'dark' : 'light']
    const stops = [0, 0.25, 0.5, 0.75, 1].map((t) => css[Math.round(t * (css.length - 1))]).join(', ')
    return html`<span class="key">z −${Z_REACH}<i class="ramp" style="background: linear-gradient(to right, ${stops})" aria-hidden="true"></i>+${Z_REACH}</span>`
  }

  /** What the hatching means. */
  #clampWords(): string {
    const [fit, data] = [this.#read?.fit, this.store.run.value?.data]
    if (!fit || !data || this.store.view.maps.value.show !== 'prediction') return ''
    const { floor, clamped } = fit.scalars
    if (floor === 0) return 'eps = 0: no minimum std'
    const value = `minimum std ${withUnit(significant(floor, 2), data.target.unit)} (√eps)`
    const hatched = fit.std.some((v) => v < floor)
    return clamped > 0 || hatched ? `${value}${hatched ? ' (hatched)' : ''}: applies to ${clamped} of ${data.train} points` : `${value}: no effect yet`
  }

  /** Reads the maps without a pointer: seen when they have the focus. */
  #placeFields(): TemplateResult | typeof nothing {
    const [lattice, data, picture] = [this.#lattice.value, this.store.run.value?.data, this.#read]
    if (!lattice || !data) return nothing
    const middle = ({ across, up }: Lattice): Pixel => [((across[0] ?? 0) + (across.at(-1) ?? 0)) / 2, ((up[0] ?? 0) + (up.at(-1) ?? 0)) / 2]
    const place = this.#place.value
    const at = place?.at ?? middle(lattice)
    const words = place && picture ? placeInWords(readPlace(lattice, picture, this.store.truth.value, data, at), data).join(', ') : 'not inspecting'
    const erase = (): void => { if (this.store.view.tool.value === 'erase') [...this.#scene?.charts.values() ?? []][0]?.points.erase(at) }
    return html`${[lattice.across, lattice.up].map((values, axis) => {
      const [low = 0, high = 1] = [values[0], values.at(-1)]
      return html`
        <input
          class="probe probe-${axis}" type="range" min=${low} max=${high} step=${(high - low) / STEPS} .value=${String(at[axis])}
          aria-label="inspect the maps at ${data.inputs[axis]?.name}" aria-valuetext=${words}
          @input=${(e: Event) => {
            const v = (e.target as HTMLInputElement).valueAsNumber
            this.#place.value = { at: axis === 0 ? [v, at[1]] : [at[0], v], on: 'mean' }
          }}
          @blur=${() => { this.#place.value = null }}
          @keydown=${(e: KeyboardEvent) => {
            if (e.key === 'Escape') this.#place.value = null
            if (e.key === 'Enter') erase()
          }}
        >
      `
    })}`
  }
}

/** The charts of the halves that are there. */
function chartsOf(halves: ReadonlyMap<HTMLElement, Half>): Charts {
  const of = (kind: Half['kind']): MapChart | undefined => [...halves.values()].find((h) => h.kind === kind)?.chart
  return { mean: of('mean'), std: of('std') }
}

customElements.define('gnll-map', GnllMap)
