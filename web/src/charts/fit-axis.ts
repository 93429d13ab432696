import { PICTURE, type Data } from '../generated/wire'
import { extent, Glide, niceRange, type Ends, type Range } from '../math/scale'
import type { Band } from '../math/sketch'
import { near, ticksOn, visibleRange } from '../math/visible'
import { effective, REACH_95, type GridFrame, type LanePicture, type TruthFrame } from '../net/frame'
import { tick } from '../math/format'
import { counted, measureOf, PLAIN, type Measure } from './measure'

const GLIDE = 300 // ms
const LABEL = 16 // pixels, the height of a label with its air

/** What stands over the rows and has a say in how high the axis is. */
interface Seen {
  readonly pictures: readonly LanePicture[]
  /** Those of them whose bands are drawn. */
  readonly banded: readonly LanePicture[]
  /** Of the widest band, in standard deviations. */
  readonly reach: number
  readonly sketch: Band | null
}

/**
 * The upright axis of the fit, one for all the fits that stand beside each other. It shows
 * all rows and the truth, and of curves and bands what is near these; it follows them.
 */
export class FitAxis {
  readonly #glide = new Glide(GLIDE)
  #of = ''
  /** All rows and the truth; and the same with air around it. */
  #bare: readonly [number, number] = [0, 1]
  #must: readonly [number, number] = [0, 1]
  #range: Range | null = null
  #jumps = true
  #measure: Measure = PLAIN
  /** While a pointer works on the plot, nothing may move away under it. */
  held = false

  get measure(): Measure {
    return this.#measure
  }

  /** What must be seen; other data have another axis. */
  stand(data: Data, grid: GridFrame, truth: TruthFrame | null): void {
    const bound = (sign: number): number[] =>
      truth ? Array.from(truth.mean, (m, i) => m + sign * REACH_95 * (truth.std[i] ?? 0)) : []
    const [low = 0, high = 1] = extent(data.y, bound(-1), bound(1)) ?? []
    const air = PICTURE.fit_air * (high - low || 1)
    this.#bare = [low, high]
    this.#must = [low - air, high + air]
    const of = `${data.name} ${data.shown_target} ${grid.generation} ${data.slice}`
    if (of !== this.#of) {
      this.#range = null
      this.#jumps = true
    }
    this.#of = of
    const { min, max, interval } = niceRange(...this.#must, PICTURE.ticks)
    this.#measure = measureOf(min, max, interval)
  }

  /** Fits it to what is to be seen from a time in ms on; still, it is there at once. */
  follow(seen: Seen, now: number, still: boolean): void {
    if (this.held && this.#range) return
    const all = extentOf(seen)
    const [low, high] = near(this.#must, all)
    const inside = extent(this.#bare, all ? [Math.max(low, all[0]), Math.min(high, all[1])] : []) ?? this.#bare
    this.#range = visibleRange(this.#range, inside, [low, high], PICTURE.ticks)
    this.#glide.aim(this.#range, now, still || this.#jumps)
    this.#jumps = false
  }

  /** Where it is going. */
  get aim(): Range {
    return this.#range ?? niceRange(...this.#must, PICTURE.ticks)
  }

  /** Where it is at that time. */
  at(now: number): Ends {
    return this.#range ? this.#glide.at(now) : this.aim
  }

  /** Whether it is still on its way. */
  moves(now: number): boolean {
    return this.#glide.moves(now)
  }

  /** How it is drawn at a time on so many pixels. */
  option(now: number, pixels: number) {
    const { min, max } = this.at(now)
    const { values, interval } = ticksOn({ min, max }, this.aim.interval, pixels, LABEL)
    const m = this.#measure
    const customValues = values.map((v) => counted(v, m))
    return {
      min: counted(min, m), max: counted(max, m), axisTick: { customValues },
      axisLabel: { customValues, formatter: (_: number, i: number) => tick(values[i] ?? NaN, interval), showMaxLabel: true, showMinLabel: true },
    }
  }
}

/** From the lowest to the highest place of curves and bands; null where there is none. */
function extentOf({ pictures, banded, reach, sketch }: Seen): [number, number] | null {
  const edge = ({ fit }: LanePicture, sign: number): number[] => Array.from(fit.mean, (m, i) => m + sign * reach * effective(fit, i))
  return extent(
    ...pictures.map(({ fit }) => fit.mean), ...banded.flatMap((p) => [edge(p, -1), edge(p, 1)]),
    ...(sketch ? [sketch.low, sketch.high] : []),
  )
}
