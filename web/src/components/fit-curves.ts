import { FitChart, type Bands } from '../charts/fit'
import { NoiseChart } from '../charts/noise'
import { predictAt } from '../reading'
import type { Store } from '../store'
import { onScene, type Scene } from './charts'
import { Points } from './points'

/**
 * The charts of data along one input: the fit, and under it on the same x the
 * noise. They live in the panel's #fit-chart and #noise-chart.
 */
export class FitCurves {
  readonly #store: Store
  readonly #panel: HTMLElement
  readonly #stops: ReadonlyArray<() => void>
  #bands: Bands = []
  #fit: FitChart | null = null
  #noise: NoiseChart | null = null
  #points: Points | null = null
  #scene: Scene | null = null
  #redraw = 0

  constructor(store: Store, panel: HTMLElement) {
    this.#store = store
    this.#panel = panel
    const scene = (): void => { this.#setScene() }
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
      store.focus.subscribe(() => { this.#drawSoon() }),
      store.lanes.subscribe(() => { this.#drawSoon() }),
      store.probe.subscribe(() => { this.#drawSoon() }),
    ]
  }

  dispose(): void {
    for (const stop of this.#stops) stop()
    cancelAnimationFrame(this.#redraw)
    this.#fit?.dispose()
    this.#noise?.dispose()
  }

  set bands(bands: Bands) {
    this.#bands = bands
    this.#drawSoon()
  }

  /** Without a pointer: adds a row where the mean is, or erases the nearest one, as the tool in hand says. */
  useAt(x: number): void {
    const { grid, frames } = this.#store
    const frame = this.#store.focused(frames.value)?.fit
    if (frame && grid.value) this.#points?.use([x, predictAt(frame, grid.value, x).mean])
  }

  #make({ skeletons }: Scene): void {
    const host = (name: string): HTMLElement | null => this.#panel.querySelector(`#${name}-chart`)
    const fit = host('fit')
    const noise = host('noise')
    if (!fit || !noise) return
    this.#fit?.dispose()
    this.#noise?.dispose()
    this.#fit = new FitChart(fit, skeletons.fit)
    this.#noise = new NoiseChart(noise, skeletons.noise)
    this.#fit.plot.onPointer((x) => { this.#store.probe.value = x })
    this.#noise.onPointer((x) => { this.#store.probe.value = x })
    this.#points = new Points(this.#store, this.#fit)
  }

  #setScene(): void {
    const { run, grid, truth } = this.#store
    const data = run.value?.data
    if (!this.#scene || !data || grid.value?.dataRevision !== data.revision || (data.truth && !truth.value)) return
    this.#points?.settled()
    this.#fit?.setScene(data, grid.value, data.truth ? truth.value : null, this.#scene.palette)
    this.#noise?.setScene(data, grid.value, data.truth ? truth.value : null, this.#scene.palette)
    this.#draw()
  }

  #drawSoon(): void {
    if (this.#redraw === 0) this.#redraw = requestAnimationFrame(() => { this.#redraw = 0; this.#draw() })
  }

  #draw(): void {
    const { frames, lanes, probe, grid } = this.#store
    const focus = this.#store.focused(frames.value)?.fit
    if (!focus || !this.#fit || !this.#noise || focus.dataRevision !== grid.value?.dataRevision) return
    const known = frames.value.map((p) => p.fit).filter((f) => lanes.value.some((l) => l.lane === f.lane))
    const picture = { frames: known, focus, lanes: lanes.value, probe: probe.value }
    this.#fit.draw(picture, this.#bands)
    this.#noise.draw(picture)
    // What is painted now, for tests and for whoever scripts the page.
    this.#panel.dataset['step'] = String(focus.step)
    this.#panel.dataset['revision'] = String(focus.revision)
    this.#panel.dataset['lanes'] = String(known.length)
  }
}
