import { FitChart, type FitView, type Picture } from '../charts/fit'
import { FitAxis } from '../charts/fit-axis'
import { NoiseChart } from '../charts/noise'
import { predictAt } from '../math/reading'
import { reaches, type Bands } from '../math/bands'
import { drawn, edgeAt, type Edge } from '../math/sketch'
import type { LanePicture } from '../net/frame'
import { calm } from '../state/media'
import type { Store } from '../state/store'
import type { Sketch } from '../state/lesson-play'
import { sayPainted } from '../state/where'
import type { Part } from './part'
import { Points, REACH } from './points'
import { gridGroundOf, lanesSeen, Scene, type GridGround } from './scene'

/** A fit in its room: of the lane that the room says, else of all lanes at once. */
class Fit {
  readonly chart: FitChart
  readonly #points: Points
  readonly #lane: number | null

  constructor(room: HTMLElement, axis: FitAxis, readonly store: Store) {
    const { lane } = room.dataset
    this.#lane = lane === undefined ? null : Number(lane)
    this.chart = new FitChart(room, axis, lane !== undefined)
    this.#points = new Points(store, this.chart)
    this.#sketches()
  }

  /** A pointer draws the band that a lesson asks for: the edge that it was nearer to when it was pressed. */
  #sketches(): void {
    const { course, view } = this.store
    let stroke: { readonly edge: Edge; readonly at: readonly [number, number] } | null = null
    this.chart.plot.onPress((kind, at) => {
      const sketch = course.sketch.peek()
      if (!sketch?.active || view.tool.peek() !== 'read') return
      if (kind === 'down') stroke = { edge: edgeAt(sketch.band, ...at), at }
      if (!stroke) return
      course.draft.value = drawn(sketch.band, stroke.edge, stroke.at, at)
      stroke = kind === 'up' ? null : { ...stroke, at }
    })
  }

  stand({ data, grid, truth, palette }: GridGround): void {
    this.#points.settled()
    this.chart.setScene(data, grid, truth, palette)
  }

  draw(picture: Picture, { sketch, ...view }: Omit<FitView, 'sketch'> & { readonly sketch: Sketch | null }): void {
    const own = this.#lane === null ? undefined : picture.pictures.find((p) => p.lane === this.#lane)
    this.chart.draw(own ? { ...picture, pictures: [own], focus: own } : picture, { ...view, sketch: this.#lane === null || this.#lane === sketch?.lane ? (sketch?.band ?? null) : null })
  }

  use(at: readonly [x: number, y: number], test: boolean): void {
    this.#points.use(at, test)
  }

  dispose(): void {
    this.chart.dispose()
  }
}

/** The noise in its room. */
class Noise {
  readonly #chart: NoiseChart

  constructor(room: HTMLElement, { view }: Store) {
    this.#chart = new NoiseChart(room)
    this.#chart.onPointer((x) => { view.probe.value = x })
  }

  stand({ data, grid, truth, palette }: GridGround): void {
    this.#chart.setScene(data, grid, truth, palette)
  }

  draw(picture: Picture): void {
    this.#chart.draw(picture)
  }

  dispose(): void {
    this.#chart.dispose()
  }
}

/**
 * The charts of data along one input: the fit, or a fit of each lane, and under it
 * on the same x the noise. They live in the panel's .fit-room and #noise-chart.
 */
export class FitCurves {
  readonly #store: Store
  readonly #scene: Scene<Fit | Noise>
  readonly #axis = new FitAxis()
  #gliding = 0

  constructor(panel: Part) {
    const { store } = panel
    this.#store = store
    this.#scene = new Scene<Fit | Noise>(panel, {
      ground: () => {
        const ground = gridGroundOf(store)
        return ground?.grid.y ? null : ground
      },
      rooms: () => [...panel.querySelectorAll<HTMLElement>('.fit-room, #noise-chart')],
      make: (room) => (room.id === 'noise-chart' ? new Noise(room, store) : this.#fitIn(room)),
      stand: (charts, ground) => {
        this.#axis.stand(ground.data, ground.grid, ground.truth)
        for (const chart of charts.values()) chart.stand(ground)
      },
      draw: (charts, { grid }) => { this.#draw([...charts.values()], grid.dataRevision) },
    })
  }

  /** How high the plot of the fit is, in pixels of the page; of several fits the least. */
  get plotHeight(): number {
    return Math.min(...[...this.#scene.charts.values()].flatMap((c) => (c instanceof Fit ? [c.chart.plotHeight] : [])))
  }

  /** Without a pointer: adds a row where the mean is, or erases the nearest one, as the tool in hand says. */
  useAt(x: number, shift: boolean): void {
    const { grid, frames, view } = this.#store
    const frame = this.#store.focused(frames.value)?.fit
    const fit = [...this.#scene.charts.values()].find((chart) => chart instanceof Fit)
    if (frame && grid.value) fit?.use([x, predictAt(frame, grid.value, x).mean], shift !== view.addsTest.value)
  }

  #fitIn(room: HTMLElement): Fit {
    const fit = new Fit(room, this.#axis, this.#store)
    fit.chart.plot.onPress((kind) => {
      this.#axis.held = kind !== 'up'
      this.#scene.soon()
    })
    fit.chart.plot.onPlace((place) => {
      const { tool, probe } = this.#store.view
      fit.chart.point(place && { at: place.at, reach: tool.value === 'read' ? null : REACH })
      probe.value = place?.at[0] ?? null
      this.#scene.soon()
    })
    return fit
  }

  #draw(charts: ReadonlyArray<Fit | Noise>, revision: number): void {
    const { course, lanes, settings, view } = this.#store
    const { pictures, focus } = lanesSeen(this.#store)
    const isEnsemble = Number(settings.value['members'] ?? 1) > 1
    const looks = { bands: view.bands.value, apart: view.apart.value && isEnsemble, lens: view.lens.value, sketch: course.sketch.value }
    const picture = { pictures, lanes: lanes.value, probe: view.probe.value }
    if (!focus || charts.length === 0 || focus.fit.dataRevision !== revision) return
    this.#follow(picture.pictures, focus, looks)
    for (const chart of charts) chart.draw({ ...picture, focus }, looks)
    sayPainted(pictures)
    this.#glide()
  }

  /** Side by side each model has its bands. */
  #follow(pictures: readonly LanePicture[], focus: LanePicture, { bands, sketch }: { readonly bands: Bands; readonly sketch: Sketch | null }): void {
    const beside = this.#store.view.compare.value === 'beside'
    this.#axis.follow(
      { pictures, banded: beside ? pictures : [focus], reach: reaches(bands)[0] ?? 0, sketch: sketch?.band ?? null },
      performance.now(), calm.value || document.hidden,
    )
  }

  /** Draws again in the next frames while the axis is on its way. */
  #glide(): void {
    cancelAnimationFrame(this.#gliding)
    if (!this.#axis.moves(performance.now())) return
    this.#gliding = requestAnimationFrame(() => {
      this.#glide()
      for (const chart of this.#scene.charts.values()) if (chart instanceof Fit) chart.chart.again()
    })
  }
}
