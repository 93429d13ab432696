import type { Skeletons } from '../charts/skeletons'
import { readPalette, type Palette } from '../charts/palette'
import { chartsOf, type Store } from '../state/store'
import { projector } from '../state/projector'
import { dark } from '../state/theme'

/** What a chart is drawn from, apart from the frames. */
export interface Scene {
  readonly skeletons: Skeletons
  readonly palette: Palette
}

/**
 * Calls back with the data's chart skeletons and the theme's colours, now
 * and whenever one of them becomes another; fresh says that it is the skeletons.
 */
export function onScene(store: Store, callback: (scene: Scene, fresh: boolean) => void): () => void {
  let shown = ''
  let skeletons: Skeletons | null = null
  let stopped = false
  const show = (fresh: boolean): void => {
    if (skeletons && !stopped) callback({ skeletons, palette: readPalette() }, fresh)
  }
  const load = async (): Promise<void> => {
    const data = store.run.value?.data
    if (!data || chartsOf(data) === shown) return
    shown = chartsOf(data)
    // A server that is away is asked again when the run is heard of the next time.
    const loaded = await store.charts(data).catch(() => null)
    if (chartsOf(data) !== shown) return
    if (!loaded) {
      shown = ''
      return
    }
    skeletons = loaded as unknown as Skeletons // server/artifact/chart makes them, by these names
    show(true)
  }
  const stops = [
    store.run.subscribe(() => { void load() }),
    dark.subscribe(() => { show(false) }),
    // A canvas of another resolution is another canvas.
    projector.subscribe(() => { show(true) }),
  ]
  return () => {
    stopped = true
    for (const stop of stops) stop()
  }
}
