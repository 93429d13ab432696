import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { DIFFERENCE } from '../charts/colours'
import type { Pixel } from '../charts/echarts'
import { Maps, Z_REACH, type MapProbe, type SpotsBy, type Wish } from '../charts/maps'
import type { Part as Which, Show } from '../charts/shown'
import type { LanePicture } from '../net/frame'
import { significant, withUnit } from '../math/format'
import { latticeOf, type Lattice } from '../math/lattice'
import { placeInWords, readPlace } from '../state/place'
import type { Tool } from '../state/store'
import { dark } from '../state/theme'
import { sayPainted } from '../state/where'
import { chartTable, tableButton } from './chart-table'
import { onScene, type Scene } from './charts'
import { segments, select } from './choices'
import { explainChart } from './explain'
import { laneStyle } from './lane-line'
import { MapPoints } from './map-points'
import { mapTable } from './map-table'
import { Part } from './part'
import { SmallMaps } from './small-maps'
import { targetChoice } from './target-choice'
import { sliceSelect, viewTitle } from './views'

const SHOWS = [
  { value: 'prediction', label: 'prediction', help: 'what the network predicts' },
  { value: 'truth', label: 'truth', help: 'what the rows were drawn from' },
  { value: 'difference', label: 'difference', help: 'prediction minus truth' },
]

const PARTS = [
  { value: 'total', label: 'total std', help: 'all that is predicted' },
  { value: 'aleatoric', label: 'aleatoric std', help: 'the noise that the members predict' },
  { value: 'epistemic', label: 'epistemic std', help: 'how much the members’ means differ' },
]

const SPOTS = [
  { value: 'target', label: 'rows by target', help: 'rows have the colour of their target: where the fit is right they vanish in the map of means' },
  { value: 'residual', label: 'rows by residual', help: 'on the map of means by z, their distance from the mean in standard deviations; on the other by that distance itself' },
  { value: 'none', label: 'no rows', help: 'the maps alone' },
]

const TOOLS = [
  { value: 'read', label: 'read', help: 'read the prediction under the pointer' },
  { value: 'move', label: 'move', help: 'a row can be dragged, and keeps its target; to add one needs a target, and so a view along one input' },
  { value: 'erase', label: 'erase', help: 'a click takes the nearest row away' },
] as const

const STEPS = 60 // of a key, from one side to the other
const TABLE_EVERY = 1000 // ms; a table that changes faster cannot be read

/** What is predicted over two inputs: the mean in one map, the standard deviation in another. */
class GnllMap extends Part {
  static override properties = { ...Part.properties, show: { state: true }, which: { state: true }, spots: { state: true }, place: { state: true }, asTable: { state: true } }
  declare show: Show
  declare which: Which
  declare spots: SpotsBy
  declare asTable: boolean
  /** Where the maps are read. */
  declare place: { readonly at: Pixel; readonly on: 'mean' | 'std' } | null
  #maps: Maps | null = null
  #points: MapPoints[] = []
  readonly #small = new SmallMaps()
  #scene: Scene | null = null
  #lattice: Lattice | null = null
  #stops: Array<() => void> = []
  #redraw = 0
  #tableTimer: number | undefined

  constructor() {
    super()
    this.show = 'prediction'
    this.which = 'total'
    this.spots = 'target'
    this.place = null
    this.asTable = false
  }

  protected override firstUpdated(): void {
    const { store } = this
    const scene = (): void => { this.#setScene() }
    const soon = (): void => { this.#drawSoon() }
    this.#stops = [
      onScene(store, (s, fresh) => {
        this.#scene = s
        if (fresh) this.#make(s)
        this.#setScene()
      }),
      store.run.subscribe(scene),
      store.grid.subscribe(scene),
      store.truth.subscribe(scene),
      store.frames.subscribe(() => { this.#draw() }),
      store.focus.subscribe(soon),
      store.lanes.subscribe(soon),
    ]
    this.#tableTimer = window.setInterval(() => { if (this.asTable) this.requestUpdate() }, TABLE_EVERY)
    if (store.tool.value === 'add') store.tool.value = 'read'
  }

  protected override updated(changed: PropertyValues): void {
    if (['show', 'which', 'spots', 'place'].some((name) => changed.has(name))) this.#drawSoon()
    this.#small.hosts(this)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#tableTimer)
    cancelAnimationFrame(this.#redraw)
    for (const stop of this.#stops) stop()
    // What has the focus loses it now, and asks for another drawing.
    this.#maps?.dispose()
    this.#maps = null
    if (this.store.tool.value === 'move') this.store.tool.value = 'read'
  }

  #make({ skeletons: { map_mean: mean, map_std: std } }: Scene): void {
    const [meanHost, stdHost] = ['mean', 'std'].map((name) => this.querySelector<HTMLElement>(`#map_${name}-chart`))
    if (!meanHost || !stdHost || !mean || !std) return
    this.#maps?.dispose()
    const maps = new Maps(meanHost, stdHost, { mean, std })
    this.#maps = maps
    const drag: ConstructorParameters<typeof MapPoints>[2] = (dragged) => {
      maps.drag(dragged)
      this.#drawSoon()
    }
    this.#points = [maps.mean, maps.std].map((chart) => new MapPoints(this.store, chart, drag))
    for (const on of ['mean', 'std'] as const) {
      maps[on].plot.onPlace((place) => { if (place || this.place?.on === on) this.place = place && { at: place.at, on } })
    }
  }

  #setScene(): void {
    const { run, grid, truth } = this.store
    const data = run.value?.data
    if (!this.#scene || !data || grid.value?.dataRevision !== data.revision || (data.truth && !truth.value)) return
    this.#lattice = latticeOf(grid.value)
    this.requestUpdate() // the fields by which it is read have their ends from it
    if (!this.#lattice) return
    for (const points of this.#points) points.settled()
    this.#maps?.setScene({ data, lattice: this.#lattice, truth: data.truth ? truth.value : null, palette: this.#scene.palette, dark: dark.value })
    this.#draw()
  }

  #drawSoon(): void {
    if (this.#redraw === 0) this.#redraw = requestAnimationFrame(() => { this.#redraw = 0; this.#draw() })
  }

  get #wish(): Wish {
    return { show: this.show, part: this.which, spots: this.spots }
  }

  #draw(): void {
    const { frames, lanes, grid, run, truth } = this.store
    const focus = this.store.focused(frames.value)
    const [lattice, data] = [this.#lattice, run.value?.data]
    if (!focus || !lattice || !data || !this.#maps || focus.fit.dataRevision !== grid.value?.dataRevision || focus.fit.dataRevision !== data.revision) return
    const probe: MapProbe | null = this.place && { ...this.place, lines: placeInWords(readPlace(lattice, focus, truth.value, data, this.place.at), data) }
    const tints = this.#maps.draw(focus, this.#read ?? focus, this.#wish, probe)
    const known = frames.value.filter((f) => lanes.value.some((l) => l.lane === f.lane))
    if (tints) this.#small.draw(known, lattice, truth.value, this.#wish, tints)
    sayPainted(known)
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
    const lane = store.lanes.value.find((l) => l.lane === store.focus.value)
    this.style.cssText = laneStyle(lane?.colour ?? 0)
    const choice = <V extends string>(name: string, label: string, options: typeof SHOWS, value: V, set: (v: V) => void): TemplateResult =>
      select({ name, label, unit: '', options }, value, (v) => { set(v as V) })
    return html`
      <section class="plot map" aria-labelledby="map-title">
        <header class="plot-head">
          ${viewTitle(store, 'map-title')} ${explainChart('map')}
          ${sliceSelect(store)} ${targetChoice(store)}
          <span class="keys-row">
            ${data?.truth ? choice('map-show', 'whose maps', SHOWS, this.show, (v) => { this.show = v }) : nothing}
            ${this.#read?.fit.epistemic && this.show === 'prediction' ? choice('map-part', 'which standard deviation', PARTS, this.which, (v) => { this.which = v }) : nothing}
            ${choice('map-spots', 'what colours the rows', SPOTS, this.spots, (v) => { this.spots = v })}
            ${this.spots === 'residual' ? this.#zKey() : nothing}
          </span>
          ${tableButton('maps', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="plot-body maps">
          <div class="map-half"><div id="map_mean-chart" class="chart" role="img" data-tool=${store.tool.value}></div></div>
          <div class="map-half"><div id="map_std-chart" class="chart" role="img" data-tool=${store.tool.value}></div></div>
          ${this.#placeFields()}
          ${this.asTable ? chartTable(mapTable(store, this.#lattice, this.#read?.fit)) : nothing}
        </div>
        ${this.#small.render(store)}
        <footer class="plot-foot">
          ${store.steers.value ? html`
            ${segments({ name: 'tool', label: 'what a click on the maps does', options: TOOLS }, store.tool.value, (v) => { store.tool.value = v as Tool })}
            ${data && (data.pool > 0 || data.truth) ? html`
              <button type="button" class="quiet-button" title="takes the next row where the first lane is most uncertain" @click=${() => { store.order({ type: 'acquire', count: 1 }) }}>acquire</button>
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
    if (!fit || !data || this.show !== 'prediction') return ''
    const { floor, clamped } = fit.scalars
    if (floor === 0) return 'eps = 0: no floor'
    const value = `floor √eps = ${withUnit(significant(floor, 2), data.target.unit)}`
    const hatched = fit.std.some((v) => v < floor)
    return clamped > 0 || hatched ? `${value}${hatched ? ' (hatched)' : ''} · ${clamped} of ${data.train} variances clamped` : `${value} · none clamped`
  }

  /** Reads the maps without a pointer: seen when they have the focus. */
  #placeFields(): TemplateResult | typeof nothing {
    const [lattice, data, picture] = [this.#lattice, this.store.run.value?.data, this.#read]
    if (!lattice || !data) return nothing
    const middle = ({ across, up }: Lattice): Pixel => [((across[0] ?? 0) + (across.at(-1) ?? 0)) / 2, ((up[0] ?? 0) + (up.at(-1) ?? 0)) / 2]
    const at = this.place?.at ?? middle(lattice)
    const words = this.place && picture ? placeInWords(readPlace(lattice, picture, this.store.truth.value, data, at), data).join(', ') : 'nothing read'
    const erase = (): void => { if (this.store.tool.value === 'erase') this.#points[0]?.erase(at) }
    return html`${[lattice.across, lattice.up].map((values, axis) => {
      const [low = 0, high = 1] = [values[0], values.at(-1)]
      return html`
        <input
          class="probe probe-${axis}" type="range" min=${low} max=${high} step=${(high - low) / STEPS} .value=${String(at[axis])}
          aria-label="read the maps at ${data.inputs[axis]?.name}" aria-valuetext=${words}
          @input=${(e: Event) => {
            const v = (e.target as HTMLInputElement).valueAsNumber
            this.place = { at: axis === 0 ? [v, at[1]] : [at[0], v], on: 'mean' }
          }}
          @blur=${() => { this.place = null }}
          @keydown=${(e: KeyboardEvent) => {
            if (e.key === 'Escape') this.place = null
            if (e.key === 'Enter') erase()
          }}
        >
      `
    })}`
  }
}

customElements.define('gnll-map', GnllMap)
