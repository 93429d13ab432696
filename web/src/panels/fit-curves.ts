import { FitChart, type FitView } from '../charts/fit'
import { NoiseChart } from '../charts/noise'
import { predictAt } from '../math/reading'
import type { Store } from '../state/store'
import { sayPainted } from '../state/where'
import { onScene, type Scene } from './charts'
import { Points, REACH } from './points'

/** A fit and its room: of the lane that the room says, else of all lanes at once. */
interface Shown {
  readonly host: HTMLElement
  readonly fit: FitChart
  readonly points: Points
}

/**
 * The charts of data along one input: the fit, or a fit of each lane, and under it
 * on the same x the noise. They live in the panel's .fit-room and #noise-chart.
 */
export class FitCurves {
  readonly #store: Store
  readonly #panel: HTMLElement
  readonly #stops: ReadonlyArray<() => void>
  #view: FitView
  #fits: Shown[] = []
  #noise: { readonly host: HTMLElement; readonly chart: NoiseChart } | null = null
  #scene: Scene | null = null
  #redraw = 0

  constructor(store: Store, panel: HTMLElement, view: FitView) {
    this.#store = store
    this.#panel = panel
    this.#view = view
    const scene = (): void => { this.#setScene() }
    const soon = (): void => { this.#drawSoon() }
    this.#stops = [
      onScene(store, (s, fresh) => {
        this.#scene = s
        if (fresh) this.#unmake()
        this.#make()
        this.#setScene()
      }),
      store.run.subscribe(scene),
      store.grid.subscribe(scene),
      store.truth.subscribe(scene),
      store.frames.subscribe(() => { this.#draw() }),
      store.focus.subscribe(soon),
      store.lanes.subscribe(soon),
      store.probe.subscribe(soon),
      store.tool.subscribe(soon),
    ]
  }

  dispose(): void {
    for (const stop of this.#stops) stop()
    cancelAnimationFrame(this.#redraw)
    this.#unmake()
  }

  /** The panel has rendered: charts begin where there is new room for them, and end where it has gone. */
  show(view: FitView): void {
    this.#view = view
    if (this.#make()) this.#setScene()
    else this.#drawSoon()
  }

  /** Without a pointer: adds a row where the mean is, or erases the nearest one, as the tool in hand says. */
  useAt(x: number, shift: boolean): void {
    const { grid, frames, addsTest } = this.#store
    const frame = this.#store.focused(frames.value)?.fit
    if (frame && grid.value) this.#fits[0]?.points.use([x, predictAt(frame, grid.value, x).mean], shift !== addsTest.value)
  }

  /** Reports whether another chart has come or gone. */
  #make(): boolean {
    const skeletons = this.#scene?.skeletons
    if (!skeletons) return false
    const rooms = [...this.#panel.querySelectorAll<HTMLElement>('.fit-room')]
    const gone = this.#fits.filter(({ host }) => !rooms.includes(host))
    const fresh = rooms.filter((host) => !this.#fits.some((f) => f.host === host))
    for (const { fit } of gone) fit.dispose()
    this.#fits = [...this.#fits.filter((f) => !gone.includes(f)), ...fresh.map((host) => this.#fitIn(host, skeletons.fit))]
    const host = this.#panel.querySelector<HTMLElement>('#noise-chart')
    if (host === (this.#noise?.host ?? null)) return gone.length + fresh.length > 0
    this.#noise?.chart.dispose()
    this.#noise = host && { host, chart: new NoiseChart(host, skeletons.noise) }
    this.#noise?.chart.onPointer((x) => { this.#store.probe.value = x })
    return true
  }

  #fitIn(host: HTMLElement, skeleton: Scene['skeletons']['fit']): Shown {
    const store = this.#store
    const fit = new FitChart(host, skeleton, host.dataset['lane'] !== undefined)
    fit.plot.onPlace((place) => {
      const { tool, probe } = store
      fit.point(place && { at: place.at, reach: tool.value === 'read' ? null : REACH })
      probe.value = place?.at[0] ?? null
      this.#drawSoon()
    })
    return { host, fit, points: new Points(store, fit) }
  }

  #unmake(): void {
    for (const { fit } of this.#fits) fit.dispose()
    this.#noise?.chart.dispose()
    this.#fits = []
    this.#noise = null
  }

  #setScene(): void {
    const { run, grid, truth } = this.#store
    const data = run.value?.data
    if (!this.#scene || !data || grid.value?.dataRevision !== data.revision || grid.value.y || (data.truth && !truth.value)) return
    for (const { fit, points } of this.#fits) {
      points.settled()
      fit.setScene(data, grid.value, data.truth ? truth.value : null, this.#scene.palette)
    }
    this.#noise?.chart.setScene(data, grid.value, data.truth ? truth.value : null, this.#scene.palette)
    this.#draw()
  }

  #drawSoon(): void {
    if (this.#redraw === 0) this.#redraw = requestAnimationFrame(() => { this.#redraw = 0; this.#draw() })
  }

  #draw(): void {
    const { frames, lanes, probe, grid } = this.#store
    const focus = this.#store.focused(frames.value)
    if (!focus || this.#fits.length === 0 || grid.value?.y || focus.fit.dataRevision !== grid.value?.dataRevision) return
    const pictures = frames.value.filter((p) => lanes.value.some((l) => l.lane === p.lane))
    const all = { pictures, focus, lanes: lanes.value, probe: probe.value }
    for (const { host, fit } of this.#fits) {
      const own = host.dataset['lane'] === undefined ? undefined : pictures.find((p) => p.lane === Number(host.dataset['lane']))
      fit.draw(own ? { ...all, pictures: [own], focus: own } : all, this.#view)
    }
    this.#noise?.chart.draw(all)
    sayPainted(pictures)
  }
}
