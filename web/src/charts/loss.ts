import type { Batch } from '../batches'
import type { Best } from '../best'
import { count, tick } from '../format'
import type { Change, Control, Lane } from '../generated/wire'
import type { History } from '../history'
import type { Span } from '../zoom'
import { areaOf, ONE_ITEM, Plot, type Area, type ChartOption, type RenderItem, type Shape } from './echarts'
import { readLoss, type LossReading } from './loss-card'
import { oddSteps, toLines, valuesOf, type Line, type LossKind, type Values } from './loss-lines'
import { paintMarks } from './loss-marks'
import { paintBest, paintClipped, paintLines, paintOdd, type Geometry } from './loss-paint'
import { marksAt, toMarks, type Mark } from './marks'
import { skin, type Palette } from './palette'
import { paintCard } from './probe'
import { CalmRange, ticksWithin } from './scale'
import { LINEAR, LOG, LOG_STEPS, STEPS, symlog, thresholdFor, valueLabel, valueTicks, type ScaleName, type StepScale, type ValueScale } from './value-scale'

/** How the chart is looked at. */
export interface LossView {
  readonly kind: LossKind
  readonly scale: ScaleName
  readonly logSteps: boolean
  /** From 0, which is none, to below 1. */
  readonly smoothing: number
  /** The axis reaches from the least value to the greatest. */
  readonly everything: boolean
  readonly othersTrain: boolean
}

export interface LossScene {
  readonly history: History
  readonly batches: ReadonlyMap<number, Batch>
  readonly view: LossView
  readonly span: Span
  readonly changes: readonly Change[]
  readonly epoch: number
  readonly lanes: readonly Lane[]
  /** The lane of which both losses are drawn. */
  readonly focus: number
  readonly best: Best | null
  /** Steps known to have had a batch loss that was not finite, lane by lane. */
  readonly odd: ReadonlyMap<number, readonly number[]>
}

/** What was drawn. */
export interface Drawn {
  readonly lines: readonly Line[]
  readonly odd: ReadonlyMap<Lane, readonly number[]>
  /** null: no finite value is shown. */
  readonly values: Values | null
  /** How many of the points drawn are beyond the axis. */
  readonly clipped: number
}

export const NOTHING_DRAWN: Drawn = { lines: [], odd: new Map(), values: null, clipped: 0 }

const MARK_REACH = 7 // pixels from a mark within which the pointer means it
const MARKS_ROOM = 28 // pixels above the plot, where the marks and their words stand
const MARGINS = 82 // pixels at the left and the right of the plot, and about those above and below
const DRAG = 6 // pixels; a shorter one is a click
const NAMES: Readonly<Record<LossKind, string>> = { loss: 'loss as trained (per row)', nll: 'NLL (nats per row)', batch: 'loss of each batch (per row)' }

/** The losses of the lanes over the steps, and a mark wherever something was changed. */
export class LossChart {
  readonly #plot: Plot
  readonly #controls: readonly Control[]
  readonly #range = new CalmRange(5)
  #palette: Palette | null = null
  #scene: LossScene | null = null
  #shows = ''
  #threshold = 1
  #y: ValueScale = LINEAR
  #x: StepScale = STEPS
  #places = { left: 0, right: 1, low: 0, high: 1 }
  #marks: readonly Mark[] = []
  #drawn: Drawn = NOTHING_DRAWN
  /** The place of the pointer, and of where it was pressed, along the step axis. */
  #probe: number | null = null
  #pressed: number | null = null

  constructor(host: HTMLElement, skeleton: ChartOption, controls: readonly Control[]) {
    this.#controls = controls
    this.#plot = new Plot(host, 'loss', skeleton)
    const series = (id: string, z: number, clip: boolean, paint: (area: Area, p: Palette, scene: LossScene) => Shape | null): ChartOption['series'] & object => {
      const renderItem: RenderItem = (params) => (this.#palette && this.#scene ? paint(areaOf(params), this.#palette, this.#scene) : null)
      return { type: 'custom', id, renderItem, data: ONE_ITEM, clip, silent: true, z }
    }
    this.#plot.set({
      series: [
        series('changes', 1, false, (area, p, { lanes }) => paintMarks(this.#marks, this.#geometry(area), this.#controls, lanes, p)),
        series('curves', 2, true, (area, p) => paintLines(this.#drawn.lines, this.#geometry(area), this.#hasZero, p)),
        series('edges', 4, false, (area, p, scene) => this.#paintEdges(area, p, scene)),
        series('probe', 5, false, (area, p) => this.#paintProbe(area, p)),
      ].flat(),
    })
    this.#plot.onPointer((place) => { this.#point(place) }, MARKS_ROOM)
  }

  /** Calls back with the marks near which the chart was clicked, the nearest first. */
  onMarks(listener: (marks: readonly Mark[]) => void): void {
    this.#plot.onClick((place) => {
      const near = this.#near(place)
      if (near.length > 0) listener(near)
    }, MARKS_ROOM)
  }

  /** Calls back with the range over which the pointer was drawn. */
  onRange(listener: (from: number, to: number) => void): void {
    this.#plot.onPress((kind, [place]) => {
      if (kind === 'down') this.#pressed = place
      else if (kind === 'move') this.#point(Math.min(this.#places.right, Math.max(this.#places.left, place)))
      else {
        const from = this.#pressed
        this.#pressed = null
        this.#point(null)
        const to = Math.min(this.#places.right, Math.max(this.#places.left, place))
        if (from !== null && Math.abs(to - from) * this.#plot.scale[0] >= DRAG) listener(this.#x.back(from), this.#x.back(to))
      }
    })
  }

  /** How wide the plot is. */
  get pixels(): number {
    return Math.max(100, this.#plot.width - MARGINS)
  }

  get marks(): readonly Mark[] {
    return this.#marks
  }

  /** Reads the chart at a step without a pointer. */
  read(step: number | null): LossReading | null {
    this.#point(step === null ? null : this.#x.to(step))
    return this.#probe === null ? null : this.#reading()
  }

  dispose(): void {
    this.#plot.dispose()
  }

  setTheme(p: Palette): void {
    this.#palette = p
    this.#plot.set(skin(p))
    this.#plot.set({ yAxis: { nameGap: 36 } })
  }

  draw(scene: LossScene): Drawn {
    this.#scene = scene
    if (!this.#palette) return this.#drawn
    const { view, span } = scene
    this.#x = view.logSteps ? LOG_STEPS : STEPS
    const [left, right] = [this.#x.to(span.from), this.#x.to(span.to)]
    const { pixels } = this
    const perPixel = (right - left) / pixels
    const lines = toLines({ ...scene, ...view, pixels, along: (step) => (this.#x.to(step) - left) / perPixel })
    const values = valuesOf(lines, span)
    // How fast it trains leaves no trace in the curve.
    const changes = scene.changes.filter((c) => this.#controls.find(({ name }) => name === c.control)?.group !== 'time')
    this.#marks = toMarks(changes, scene.epoch, (span.to - span.from) / pixels)
    this.#drawn = { lines, odd: oddSteps(scene, lines, span), values, clipped: 0 }

    this.#rescale(scene, values)
    const y = this.#follow(scene, values)
    this.#places = { left, right, low: y.min, high: y.max }
    const wide = Math.max(3, Math.min(8, Math.floor(pixels / 75)))
    const high = Math.max(3, Math.min(8, Math.floor((this.#plot.height - MARGINS) / 42)))
    const steps = view.logSteps ? valueTicks(LOG, left, right, wide).filter((v) => Number.isInteger(v)) : ticksWithin(span.from, span.to, wide).values
    // On a log axis each label stands for itself.
    const interval = view.logSteps ? NaN : Math.min(...steps.slice(1).map((s, i) => s - (steps[i] ?? 0)))
    const losses = valueTicks(this.#y, y.min, y.max, high)
    const [atSteps, atLosses] = [steps.map((s) => this.#x.to(s)), losses.map((v) => this.#y.to(v))]
    this.#plot.set({
      xAxis: {
        min: left, max: right, axisTick: { customValues: atSteps },
        axisLabel: { customValues: atSteps, formatter: (v: number) => stepLabel(this.#x.back(v), interval), showMaxLabel: true, hideOverlap: true },
      },
      yAxis: {
        min: y.min, max: y.max, name: NAMES[view.kind] + (this.#y.name === 'linear' ? '' : `, ${this.#y.name}`), axisTick: { customValues: atLosses },
        axisLabel: { customValues: atLosses, formatter: (_: number, i: number) => valueLabel(this.#y, losses[i] ?? NaN, losses) },
      },
      series: ['changes', 'curves', 'edges', 'probe'].map((id) => ({ type: 'custom', id, data: ONE_ITEM })),
    })
    return this.#drawn
  }

  get #hasZero(): boolean {
    return this.#y.name !== 'log' && this.#places.low < 0 && this.#places.high > 0
  }

  /** A log axis is there only while all that is shown is above zero. */
  #rescale({ view, epoch, focus }: LossScene, values: Values | null): void {
    const wanted = view.scale === 'log' && !isLogValid(values) ? 'symlog' : view.scale
    if (wanted === 'symlog' && values) {
      // The threshold stays until another would be much better: an axis stands still.
      const better = thresholdFor(values.usual)
      if (this.#y.name !== 'symlog' || Math.abs(Math.log10(values.usual / this.#threshold)) > 0.9) this.#threshold = better
    }
    const shows = `${wanted} ${this.#threshold} ${view.kind} ${view.everything} ${epoch} ${focus}`
    if (shows !== this.#shows) this.#range.forget()
    this.#shows = shows
    this.#y = wanted === 'linear' ? LINEAR : wanted === 'log' ? LOG : symlog(this.#threshold)
  }

  #follow({ view, best }: LossScene, values: Values | null): { min: number; max: number } {
    if (!values) return { min: this.#y.to(0.1), max: this.#y.to(1) }
    let [low, high] = view.everything ? [values.least, values.greatest] : [values.low, values.high]
    const bar = barOf(best, view.kind)
    // The best is worth a place on the axis as long as it is near.
    if (bar !== null && (this.#y.name !== 'log' || bar > 0)) {
      const span = Math.max(high - low, 0.1)
      if (view.everything || (bar > low - 2 * span && bar < high + span)) [low, high] = [Math.min(low, bar), Math.max(high, bar)]
    }
    const [from, to] = [this.#y.to(low), this.#y.to(high)]
    const air = Math.max(0.06 * (to - from), this.#y.name === 'linear' ? 0.02 : 0.005)
    return this.#range.follow(from - air, to + air)
  }

  #geometry(area: Area): Geometry {
    const { left, right, low, high } = this.#places
    const [perStep, perValue] = [area.width / (right - left), area.height / (high - low)]
    const [x, y] = [this.#x, this.#y]
    return {
      area,
      x: (step) => area.x + (x.to(step) - left) * perStep,
      // Below every value on a log axis.
      y: (v) => (v <= 0 && y.name === 'log' ? Infinity : area.y + (high - y.to(v)) * perValue),
    }
  }

  #paintEdges(area: Area, p: Palette, { best, view }: LossScene): Shape {
    const g = this.#geometry(area)
    const { shapes, values } = paintClipped(this.#drawn.lines, g, p)
    this.#drawn = { ...this.#drawn, clipped: values }
    const bar = barOf(best, view.kind)
    return { type: 'group', children: [...(bar === null ? [] : paintBest(bar, g, p)), ...shapes, ...paintOdd(this.#drawn.odd, g, p)] }
  }

  #near(place: number): Mark[] {
    const perPlace = this.#plot.scale[0]
    return marksAt(this.#marks, place, MARK_REACH / perPlace, (step) => this.#x.to(step))
  }

  #point(place: number | null): void {
    this.#probe = place
    this.#plot.set({ series: [{ type: 'custom', id: 'probe', data: ONE_ITEM }] })
  }

  #reading(): LossReading | null {
    if (!this.#scene || this.#probe === null) return null
    const reach = this.#x.back(this.#probe + MARK_REACH / this.#plot.scale[0]) - this.#x.back(this.#probe)
    return readLoss({ ...this.#scene, ...this.#drawn, controls: this.#controls }, this.#x.back(this.#probe), this.#near(this.#probe), reach)
  }

  /** The range that is being drawn; else the losses at the point nearest to the pointer, or at a mark that is near. */
  #paintProbe(area: Area, p: Palette): Shape | null {
    if (this.#probe === null) return null
    const g = this.#geometry(area)
    if (this.#pressed !== null) {
      const [a, b] = [g.x(this.#x.back(this.#pressed)), g.x(this.#x.back(this.#probe))]
      return { type: 'rect', shape: { x: Math.min(a, b), y: area.y, width: Math.abs(b - a), height: area.height }, style: { fill: p.ink, opacity: 0.1 } }
    }
    const reading = this.#reading()
    if (!reading) return null
    const x = g.x(reading.step)
    return {
      type: 'group',
      children: [
        { type: 'line', shape: { x1: x, y1: area.y, x2: x, y2: area.y + area.height }, style: { stroke: p.ink, lineWidth: 1, lineDash: [2, 3], opacity: 0.8 } },
        ...paintCard(reading.lines, x, 10, area, p).shapes,
      ],
    }
  }
}

/** Whether everything that is shown can stand on a log axis. */
export function isLogValid(values: Values | null): boolean {
  return values !== null && values.least > 0
}

/** The best attainable loss that the chart is held against: the batches are training rows. */
function barOf(best: Best | null, kind: LossKind): number | null {
  const bar = kind === 'batch' || !Number.isFinite(best?.test) ? best?.train : best?.test
  return bar !== undefined && Number.isFinite(bar) ? bar : null
}

/** 500, 12k, 1.5M: labels of the step axis, exact to so many steps. */
function stepLabel(v: number, interval: number): string {
  const step = Math.round(v)
  const exact = Number.isNaN(interval) ? step : interval
  const [unit, sign] = step >= 1e6 && exact >= 1e4 ? [1e6, 'M'] : step >= 1e4 && exact >= 100 ? [1e3, 'k'] : [1, '']
  return unit === 1 ? count(step) : `${tick(step / unit, Math.max(exact / unit, 0.01))}${sign}`
}
