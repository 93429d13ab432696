import { PICTURE } from '../generated/wire'
import { count, tick } from '../math/format'
import type { Span } from '../state/zoom'
import type { Area, ChartOption } from './echarts'
import type { Values } from './loss-lines'
import type { Geometry } from './loss-paint'
import { CalmRange, Glide, ticksWithin } from '../math/scale'
import type { ScaleName } from '../state/view'
import { LINEAR, LOG, LOG_STEPS, STEPS, symlog, thresholdFor, valueLabel, valueTicks, type StepScale, type ValueScale } from './value-scale'

type Axis<A extends 'xAxis' | 'yAxis'> = Exclude<ChartOption[A], readonly unknown[] | undefined>

const GLIDE = 350 // ms

/** What the axes are to show. */
export interface AxesOf {
  readonly span: Span
  readonly logSteps: boolean
  readonly scale: ScaleName
  /** From the least value to the greatest, and not only what is worth seeing. */
  readonly everything: boolean
  readonly values: Values | null
  /** A value that is worth a place on the axis as long as it is near. */
  readonly bar: number | null
  readonly name: string
  /** What is drawn: with something else the axis may jump. */
  readonly of: string
}

/** The axes of the loss: scales of their own over linear axes, standing still as long as they can. */
export class LossAxes {
  readonly #range = new CalmRange(PICTURE.loss_ticks)
  readonly #glide = new Glide(GLIDE)
  #jumps = true
  #aim = { min: 0, max: 1 }
  #of = ''
  #threshold = 1
  #x: StepScale = STEPS
  #y: ValueScale = LINEAR
  #values = { low: 0, high: 1 }
  left = 0
  right = 1

  /** The scale of the steps; to be told before what depends on it. */
  spread(span: Span, logSteps: boolean): void {
    this.#x = logSteps ? LOG_STEPS : STEPS
    this.left = this.#x.to(span.from)
    this.right = this.#x.to(span.to)
  }

  get x(): StepScale {
    return this.#x
  }

  /** Where the upright axis is going. */
  get range(): { readonly low: number; readonly high: number } {
    return { low: this.#y.back(this.#aim.min), high: this.#y.back(this.#aim.max) }
  }

  /** Whether a line of zero belongs into the picture. */
  get hasZero(): boolean {
    return this.#y.name !== 'log' && this.#values.low < 0 && this.#values.high > 0
  }

  within(place: number): number {
    return Math.min(this.right, Math.max(this.left, place))
  }

  /** Whether the upright axis is on its way to where it is to be at that time in ms: then it is to be fitted again. */
  moves(now: number): boolean {
    return this.#glide.moves(now)
  }

  /** Fits the axes to what they are to show in so many pixels, as they are at a time in ms on their way there; still, they are there at once. */
  fit(o: AxesOf, width: number, height: number, now: number, still: boolean): { xAxis: Axis<'xAxis'>; yAxis: Axis<'yAxis'> } {
    this.#jumps = still
    this.#rescale(o)
    this.#aim = this.#follow(o)
    this.#glide.aim(this.#aim, now, this.#jumps)
    const { min, max } = this.#glide.at(now)
    this.#values = { low: min, high: max }
    const losses = apartOn(height, (n) => valueTicks(this.#y, min, max, n), (v) => ((this.#y.to(v) - min) / (max - min)) * height)
    const atLosses = losses.map((v) => this.#y.to(v))
    const steps = o.logSteps ? valueTicks(LOG, this.left, this.right, fitting(width, 75)).filter((v) => Number.isInteger(v)) : ticksWithin(o.span.from, o.span.to, fitting(width, 75)).values
    const atSteps = steps.map((s) => this.#x.to(s))
    // On a log axis each label stands for itself.
    const interval = o.logSteps ? NaN : Math.min(...steps.slice(1).map((s, i) => s - (steps[i] ?? 0)))
    return {
      xAxis: {
        min: this.left, max: this.right, axisTick: { customValues: atSteps },
        axisLabel: { customValues: atSteps, formatter: (v: number) => stepLabel(this.#x.back(v), interval), showMaxLabel: true, hideOverlap: true },
      },
      yAxis: {
        min, max, name: o.name + (this.#y.name === 'linear' ? '' : `, ${this.#y.name}`), axisTick: { customValues: atLosses },
        axisLabel: { customValues: atLosses, formatter: (_: number, i: number) => valueLabel(this.#y, losses[i] ?? NaN, losses) },
      },
    }
  }

  geometry(area: Area): Geometry {
    const [perStep, perValue] = [area.width / (this.right - this.left), area.height / (this.#values.high - this.#values.low)]
    return {
      area,
      x: (step) => area.x + (this.#x.to(step) - this.left) * perStep,
      // What is not above zero is below every value of a log axis.
      y: (v) => (v <= 0 && this.#y.name === 'log' ? Infinity : area.y + (this.#values.high - this.#y.to(v)) * perValue),
    }
  }

  #rescale({ scale, values, everything, of }: AxesOf): void {
    const wanted = scale === 'log' && !isLogValid(values) ? 'symlog' : scale
    // The threshold stays until another would be much better.
    if (wanted === 'symlog' && values && (this.#y.name !== 'symlog' || Math.abs(Math.log10(values.usual / this.#threshold)) > 0.9)) {
      this.#threshold = thresholdFor(values.usual)
    }
    const shows = `${wanted} ${this.#threshold} ${everything} ${of}`
    if (shows !== this.#of) {
      this.#range.forget()
      this.#jumps = true
    }
    this.#of = shows
    this.#y = wanted === 'linear' ? LINEAR : wanted === 'log' ? LOG : symlog(this.#threshold)
  }

  #follow({ values, everything, bar }: AxesOf): { min: number; max: number } {
    if (!values) return { min: this.#y.to(0.1), max: this.#y.to(1) }
    let [low, high] = everything ? [values.least, values.greatest] : worthSeeing(values, this.#y)
    if (bar !== null && (this.#y.name !== 'log' || bar > 0)) {
      const span = Math.max(high - low, 0.1)
      if (everything || (bar > low - 2 * span && bar < high + span)) [low, high] = [Math.min(low, bar), Math.max(high, bar)]
    }
    const [from, to] = [this.#y.to(low), this.#y.to(high)]
    const air = Math.max(PICTURE.loss_air * (to - from), this.#y.name === 'linear' ? PICTURE.loss_least_air : 0.005)
    return this.#range.follow(from - air, to + air)
  }
}

/**
 * The range of the values, unless the newest would be pressed flat in it: after training
 * has gone wrong and recovered, what was is left at the edge.
 */
function worthSeeing({ low, high, now: [least, most] }: Values, { name }: ValueScale): [number, number] {
  if (name !== 'linear') return [low, high]
  const reach = FLAT * Math.max(most - least, LEAST)
  return [Math.max(low, least - reach), Math.min(high, most + reach)]
}

const FLAT = 10 // times as high as what is new an axis reaches beyond it
const LEAST = 0.2 // nats: what is flat need not fill the axis

/** Whether everything that is shown can stand on a log axis. */
export function isLogValid(values: Values | null): boolean {
  return values !== null && values.least > 0
}

const LABEL = 15 // pixels, the height of a label with its air

/** As many ticks as their labels have room for, so that none is printed over another. */
export function apartOn(height: number, ticks: (n: number) => number[], along: (v: number) => number): number[] {
  const isNear = (list: readonly number[]): boolean => list.some((v, i) => i > 0 && Math.abs(along(v) - along(list[i - 1] ?? v)) < LABEL)
  for (let n = fitting(height, 34); n > 0; n--) {
    const list = ticks(n)
    if (!isNear(list)) return list
  }
  // There are too many even so: every second one, or fourth.
  let list = ticks(1)
  while (list.length > 1 && isNear(list)) list = list.filter((_, i) => i % 2 === 0)
  return list
}

/** How many labels fit. */
function fitting(pixels: number, each: number): number {
  return Math.max(3, Math.min(8, Math.floor(pixels / each)))
}

/** 500, 12k, 1.5M: labels of the step axis, exact to so many steps. */
function stepLabel(v: number, interval: number): string {
  const step = Math.round(v)
  const exact = Number.isNaN(interval) ? step : interval
  const [unit, sign] = step >= 1e6 && exact >= 1e4 ? [1e6, 'M'] : step >= 1e4 && exact >= 100 ? [1e3, 'k'] : [1, '']
  return unit === 1 ? count(step) : `${tick(step / unit, Math.max(exact / unit, 0.01))}${sign}`
}
