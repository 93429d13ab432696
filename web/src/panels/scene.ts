import { computed, effect, type ReadonlySignal } from '@preact/signals-core'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { readPalette, type Palette } from '../charts/palette'
import type { Data } from '../generated/wire'
import type { GridFrame, LanePicture, TruthFrame } from '../net/frame'
import { inFrame, notInFrame } from '../state/frame'
import { projector } from '../state/projector'
import type { Store } from '../state/store'
import { dark } from '../state/theme'

/** What charts stand on, and what changes more seldom than what they show. */
export interface Ground {
  readonly data: Data
  readonly palette: Palette
  readonly dark: boolean
}

/** Of charts over the input. */
export interface GridGround extends Ground {
  readonly grid: GridFrame
  /** Null where the data know none. */
  readonly truth: TruthFrame | null
}

interface Chart {
  dispose(): void
}

/** What a panel says of its charts. */
interface Scenery<C extends Chart, G extends Ground> {
  /** Null while something of it is still to come: the old picture stands until then. */
  readonly ground: () => G | null
  /** The elements of the panel that are to have a chart each, as they are rendered now. */
  readonly rooms: () => readonly HTMLElement[]
  readonly make: (room: HTMLElement) => C
  /** Gives the charts what they stand on: when that, or one of the charts, has become another. */
  readonly stand?: (charts: ReadonlyMap<HTMLElement, C>, ground: G) => void
  /** Draws what is to be seen now. It is done again whenever a signal has another value that was read meanwhile. */
  readonly draw: (charts: ReadonlyMap<HTMLElement, C>, ground: G) => void
}

const palettes = computed((): { readonly palette: Palette; readonly dark: boolean } => {
  const seen = { dark: dark.value, projector: projector.value }
  return { palette: readPalette(), dark: seen.dark }
})

/**
 * The charts of a panel: they come and go with their rooms, start again with other data
 * and on a screen of another kind, follow the theme, and are drawn in an animation frame,
 * once in each, whatever has changed.
 */
export class Scene<C extends Chart, G extends Ground = GridGround> implements ReactiveController {
  readonly #of: Scenery<C, G>
  readonly #charts = new Map<HTMLElement, C>()
  readonly #ground: ReadonlySignal<G | null>
  /** What the charts stand on. */
  #stood: G | null = null
  /** For which data and which screen they were made. */
  #made = ''
  #unwatch: (() => void) | undefined

  constructor(host: ReactiveControllerHost, of: Scenery<C, G>) {
    this.#of = of
    this.#ground = computed(of.ground)
    host.addController(this)
  }

  /** The charts that are there now. */
  get charts(): ReadonlyMap<HTMLElement, C> {
    return this.#charts
  }

  hostConnected(): void {
    inFrame(this.#paint)
  }

  hostUpdated(): void {
    const rooms = this.#of.rooms()
    // A chart describes itself; before it is there, nobody else would.
    for (const room of rooms) if (!room.hasAttribute('aria-label')) room.setAttribute('aria-label', 'No data yet')
    if (rooms.length !== this.#charts.size || rooms.some((room) => !this.#charts.has(room))) inFrame(this.#paint)
  }

  hostDisconnected(): void {
    this.#unwatch?.()
    this.#clear()
    notInFrame(this.#paint)
  }

  /** Draws again in the next frame. */
  soon(): void {
    inFrame(this.#paint)
  }

  readonly #paint = (): void => {
    this.#unwatch?.()
    let paints = true
    this.#unwatch = effect(() => {
      if (!paints) {
        inFrame(this.#paint)
        return
      }
      paints = false
      try {
        this.#work()
      } catch (e) {
        reportError(e) // the next picture may be well again
      }
    })
  }

  #work(): void {
    const rooms = this.#of.rooms()
    // Charts end where their room has gone.
    for (const [room, chart] of this.#charts) {
      if (rooms.includes(room)) continue
      this.#charts.delete(room)
      chart.dispose()
    }
    const ground = this.#ground.value
    if (!ground) return
    const made = `${madeFor(ground.data)} ${projector.value}`
    // A canvas of another resolution is another canvas.
    if (made !== this.#made) this.#clear()
    this.#made = made
    const fresh = rooms.filter((room) => !this.#charts.has(room))
    for (const room of fresh) this.#charts.set(room, this.#of.make(room))
    if (fresh.length > 0 || ground !== this.#stood) this.#of.stand?.(this.#charts, ground)
    this.#stood = ground
    this.#of.draw(this.#charts, ground)
  }

  #clear(): void {
    const charts = [...this.#charts.values()]
    this.#charts.clear()
    this.#stood = null
    // What has the focus loses it now, and may ask for another drawing.
    for (const chart of charts) chart.dispose()
  }
}

/** What every chart stands on. */
export function groundOf({ run }: Store): Ground | null {
  const data = run.value?.data
  return data ? { data, ...palettes.value } : null
}

/** What charts over the input stand on. */
export function gridGroundOf(store: Store): GridGround | null {
  const ground = groundOf(store)
  const [grid, truth] = [store.grid.value, store.truth.value]
  if (!ground || grid?.dataRevision !== ground.data.revision || (ground.data.truth && !truth)) return null
  return { ...ground, grid, truth: ground.data.truth ? truth : null }
}

/** What charts are made again for. */
function madeFor({ name, title, inputs, target, slice, truth }: Data): string {
  return JSON.stringify([name, title, inputs, target, slice, truth])
}

/** The pictures of the lanes that there are, and that of the lane in focus. */
export function lanesSeen(store: Store): { readonly pictures: readonly LanePicture[]; readonly focus: LanePicture | undefined } {
  const { frames, lanes } = store
  const pictures = frames.value.filter((p) => lanes.value.some((l) => l.lane === p.lane))
  return { pictures, focus: store.focused(frames.value) }
}
