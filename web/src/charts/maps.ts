import type { FitFrame, LanePicture, TruthFrame, Values } from '../net/frame'
import type { Data } from '../generated/wire'
import { judge } from '../math/judged'
import type { Lattice } from '../math/lattice'
import { DIFFERENCE, entry, MEAN, STD } from './colours'
import type { Pixel } from './echarts'
import type { MapChart, Spot } from './map'
import type { Palette } from './palette'
import { quantile } from '../math/scale'
import { labelOf, meanShown, stdShown, titleOf } from './shown'
import type { MapView, Part, Show, SpotsBy } from '../state/view'
import { CalmTint, colourOf, positionOf, type Tint } from './tint'

export interface MapsScene {
  readonly data: Data
  readonly lattice: Lattice
  readonly truth: TruthFrame | null
  readonly palette: Palette
  readonly dark: boolean
}

/** A row that is being dragged. */
export interface DraggedSpot {
  readonly row: number
  readonly at: readonly [x: number, y: number]
}

/** Where the maps are read, and on which of them the numbers stand. */
export interface MapProbe {
  readonly at: Pixel
  readonly on: 'mean' | 'std'
  readonly lines: readonly string[]
}

/** The colours of residuals, in standard deviations. */
export const Z_REACH = 3

/** The map of the mean and that of the standard deviation, as far as they are there. */
export interface Charts {
  readonly mean: MapChart | undefined
  readonly std: MapChart | undefined
}

/** What the two maps, side by side, have in common. */
export class Maps {
  readonly #meanTint = new CalmTint()
  readonly #stdTint = new CalmTint()
  #tintsOf = ''
  #scene: MapsScene | null = null
  #dragged: DraggedSpot | null = null
  #spots: { readonly of: readonly unknown[]; readonly list: readonly Spot[] }[] = []

  setScene(scene: MapsScene, charts: Charts): void {
    this.#scene = scene
    this.#spots = []
    const { data: { title, target, inputs }, lattice, palette } = scene
    const over = `of ${labelOf(target)} in colours, over ${inputs.slice(0, 2).map(labelOf).join(' and ')}`
    charts.mean?.setScene(lattice, inputs, `Predicted mean of ${title}: predicted mean ${over}. Training and test points have the colour of their target.`, palette)
    charts.std?.setScene(lattice, inputs, `Standard deviation of ${title}: standard deviation ${over}. Where eps applies, the map is hatched.`, palette)
  }

  drag(dragged: DraggedSpot | null): void {
    this.#dragged = dragged
  }

  /** Draws both, the rows by what was made of them when it was read last, and returns their colours. */
  draw(charts: Charts, picture: LanePicture, read: LanePicture, wish: MapView, probe: MapProbe | null): { mean: Tint; std: Tint } | null {
    const scene = this.#scene
    if (!scene) return null
    const { data, truth } = scene
    const { fit } = picture
    const show = truth ? wish.show : 'prediction'
    const part = show === 'prediction' && fit.epistemic ? wish.part : 'total'
    const mean = meanShown(fit, truth, show)
    const std = stdShown(fit, truth, show, part)
    const tints = this.#tints(fit, { mean, std }, show, part)
    const common = { place: probe?.at ?? null, floor: null }
    const unit = data.target.unit
    charts.mean?.draw({
      ...common, values: mean, tint: tints.mean, title: titleOf(`mean ${data.target.name}`, show, unit),
      spots: this.#spotsOf(0, read, tints.mean, wish.spots, show), card: probe?.on === 'mean' ? probe.lines : null,
    })
    const floored = show === 'prediction' && part === 'total'
    charts.std?.draw({
      ...common, values: std, tint: tints.std, title: titleOf(part === 'total' ? 'std' : `${part} std`, show, unit),
      floor: floored ? { values: fit.std, level: fit.scalars.floor } : null,
      spots: this.#spotsOf(1, read, tints.std, wish.spots, show), card: probe?.on === 'std' ? probe.lines : null,
    })
    return tints
  }

  #tints(fit: FitFrame, shown: { mean: Values; std: Values }, show: Show, part: Part): { mean: Tint; std: Tint } {
    const { data, truth, dark } = this.#scene as MapsScene
    const of = `${data.name} ${data.shown_target} ${fit.generation} ${show === 'difference'} ${part}`
    if (of !== this.#tintsOf) {
      this.#meanTint.forget()
      this.#stdTint.forget()
    }
    this.#tintsOf = of
    if (show === 'difference') {
      const ramp = DIFFERENCE[dark ? 'dark' : 'light']
      return { mean: this.#meanTint.around0(ramp, shown.mean), std: this.#stdTint.around0(ramp, shown.std) }
    }
    // A single target far out must not take the colours of all others.
    const sorted = data.y.toSorted((a, b) => a - b)
    const most = [quantile(sorted, 0.02), quantile(sorted, 0.98)]
    // Nor must the quietest corner of a truth, where it goes to 0.
    const known = part === 'total' && truth ? truth.std.toSorted().subarray(Math.floor(0.05 * truth.std.length)) : []
    return { mean: this.#meanTint.linear(MEAN, shown.mean, most, truth?.mean ?? []), std: this.#stdTint.positive(STD, shown.std, known) }
  }

  /** The same list as long as it would be the same. */
  #spotsOf(map: 0 | 1, picture: LanePicture, tint: Tint, by: SpotsBy, show: Show): readonly Spot[] {
    const { data, dark } = this.#scene as MapsScene
    const moves = by === 'residual'
    // On the map of differences a target has no colour.
    const coloured = moves || (by === 'target' && map === 0 && show !== 'difference')
    const of = [data, this.#dragged, by, coloured && tint.min, coloured && tint.max, coloured && tint.ramp, dark, moves && picture.rows]
    const kept = this.#spots[map]
    if (kept?.of.every((v, i) => v === of[i]) === true) return kept.list
    const list = this.#makeSpots(map, picture, coloured ? tint : null, by)
    this.#spots[map] = { of, list }
    return list
  }

  #makeSpots(map: 0 | 1, picture: LanePicture, tint: Tint | null, by: SpotsBy): Spot[] {
    const { data, dark } = this.#scene as MapsScene
    if (by === 'none') return []
    const z: Tint = { ramp: DIFFERENCE[dark ? 'dark' : 'light'], min: -Z_REACH, max: Z_REACH, log: false }
    const residuals = by === 'residual' ? new Map(judge(data, picture.rows).map((r) => [r.index, r])) : null
    return data.y.map((y, i) => {
      const [x0 = NaN, x1 = NaN] = this.#dragged && data.ids[i] === this.#dragged.row ? this.#dragged.at : [data.x[0]?.[i], data.x[1]?.[i]]
      const row = residuals?.get(i)
      const scale = map === 0 && residuals ? z : tint
      const value = !residuals ? y : map === 0 ? (row?.z ?? NaN) : Math.abs(row?.residual ?? NaN)
      const known = scale && Number.isFinite(value)
      return {
        x: x0, y: x1, test: data.is_test[i] ?? false,
        colour: known ? colourOf(scale, value) : null,
        dark: known ? (scale.ramp.dark[entry(positionOf(scale, value))] ?? false) : false,
      }
    })
  }
}
