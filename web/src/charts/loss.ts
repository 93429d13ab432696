import type { Batch } from '../state/batches'
import type { Best } from '../math/best'
import type { Change, Control, Lane } from '../generated/wire'
import type { History, LossKind } from '../state/history'
import type { LossView } from '../state/view'
import type { Span } from '../state/zoom'
import { areaOf, ONE_ITEM, Plot, type Area, type ChartOption, type RenderItem, type Shape } from './echarts'
import { paintCard } from './card'
import { jumpsOf, presentBranch, type Stretch } from './branch'
import { LossAxes, type AxesOf } from './loss-axes'
import { readLoss, type LossReading } from './loss-card'
import { oddSteps, toLines, valuesOf, type Line, type Values } from './loss-lines'
import { paintMarks } from './loss-marks'
import { paintBest, paintClipped, paintLines, paintOdd, paintPast } from './loss-paint'
import { leavesTrace, marksAt, toMarks, type Mark } from './marks'
import { base, described, OVER_STEPS } from './options'
import { skin, type Palette } from './palette'

export interface LossScene {
  readonly history: History
  readonly batches: ReadonlyMap<number, Batch>
  readonly view: LossView
  readonly span: Span
  readonly changes: readonly Change[]
  readonly generation: number
  readonly lanes: readonly Lane[]
  /** The lane of which both losses are drawn. */
  readonly focus: number
  readonly best: Best | null
  /** The name of the target that is shown, of several; else empty. */
  readonly target: string
  /** Steps known to have had a batch loss that was not finite, lane by lane. */
  readonly odd: ReadonlyMap<number, readonly number[]>
  /** The earlier step that is looked at; null is now. */
  readonly past: number | null
}

/** What was drawn. */
export interface Drawn {
  readonly lines: readonly Line[]
  readonly odd: ReadonlyMap<Lane, readonly number[]>
  /** null: no finite value is shown. */
  readonly values: Values | null
  /** How many of the points drawn are beyond the axis. */
  readonly clipped: number
  /** The steps that the present weights have gone through; what else is drawn was undone. */
  readonly branch: readonly Stretch[]
}

export const NOTHING_DRAWN: Drawn = { lines: [], odd: new Map(), values: null, clipped: 0, branch: presentBranch([], 0) }

const MARK_REACH = 7 // pixels from a mark within which the pointer means it
const MARKS_ROOM = 28 // pixels above the plot, where the marks and their words stand
const MARGINS = 82 // pixels at the left and the right of the plot
/** Pixels above and below it. Where there is little height the words of changes have one row, and steps no name. */
const ROOMY = { top: 58, bottom: 42 }
const LOW = { top: 46, bottom: 22 }
/** Where there is hardly any, and nothing was changed. */
const LOWEST = { top: 28, bottom: 22 }
const LOWEST_BELOW = 190
const LOW_BELOW = 260 // pixels, the height of the canvas
const calm = matchMedia('(prefers-reduced-motion: reduce)')
const DRAG = 6 // pixels; a shorter one is a click
const NAMES: Readonly<Record<LossKind, (per: string) => string>> = { loss: (per) => `training loss per ${per} (standardised)`, nll: (per) => `NLL (nats per ${per})`, batch: (per) => `loss of each batch per ${per}` }

/** The losses of the lanes over the steps, and a mark wherever something was changed. */
export class LossChart {
  readonly #plot: Plot
  readonly #controls: readonly Control[]
  readonly #axes = new LossAxes()
  #palette: Palette | null = null
  #scene: LossScene | null = null
  #marks: readonly Mark[] = []
  #drawn: Drawn = NOTHING_DRAWN
  /** The place of the pointer, and of where it was pressed, along the step axis. */
  #probe: number | null = null
  #pressed: number | null = null
  /** How the axes are to be fitted again while they glide. */
  #fits: AxesOf | null = null
  #gliding = 0

  constructor(host: HTMLElement, controls: readonly Control[]) {
    this.#controls = controls
    this.#plot = new Plot(host, 'loss', base({ grid: OVER_STEPS }))
    const series = (id: string, z: number, clip: boolean, paint: (area: Area, p: Palette, scene: LossScene) => Shape | null): ChartOption['series'] & object => {
      const renderItem: RenderItem = (params) => {
        const shape = this.#palette && this.#scene ? paint(areaOf(params), this.#palette, this.#scene) : null
        // Of a group without children ECharts keeps those that it had.
        return shape?.type === 'group' && shape.children.length === 0 ? null : shape
      }
      return { type: 'custom', id, renderItem, data: ONE_ITEM, clip, silent: true, z }
    }
    this.#plot.set({
      series: [
        series('changes', 1, false, (area, p, { lanes }) => paintMarks(this.#marks, this.#axes.geometry(area), this.#controls, lanes, p)),
        series('curves', 2, true, (area, p) => paintLines(this.#drawn.lines, this.#axes.geometry(area), this.#axes.hasZero, this.#drawn.branch, p)),
        series('edges', 4, false, (area, p, scene) => this.#paintEdges(area, p, scene)),
        series('probe', 5, false, (area, p) => this.#paintProbe(area, p)),
      ].flat(),
    })
    this.#plot.onPointer((place) => { this.#point(place) }, MARKS_ROOM)
    this.#plot.onResize(() => { if (this.#scene) this.draw(this.#scene) })
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
      else if (kind === 'move') this.#point(this.#axes.within(place))
      else {
        const from = this.#pressed
        const to = this.#axes.within(place)
        const isDrag = from !== null && Math.abs(to - from) * this.#plot.scale[0] >= DRAG
        this.#pressed = null
        this.#point(isDrag ? null : to)
        if (isDrag) listener(this.#axes.x.back(from), this.#axes.x.back(to))
      }
    })
  }

  /** How wide the plot is. */
  get pixels(): number {
    return Math.max(100, this.#plot.width - MARGINS)
  }

  /** From the least value to the greatest that the axis is to show. */
  get range(): { readonly low: number; readonly high: number } {
    return this.#axes.range
  }

  get marks(): readonly Mark[] {
    return this.#marks
  }

  /** Reads the chart at a step without a pointer. */
  read(step: number | null): LossReading | null {
    this.#point(step === null ? null : this.#axes.x.to(step))
    return this.#probe === null ? null : this.#reading()
  }

  dispose(): void {
    cancelAnimationFrame(this.#gliding)
    this.#plot.dispose()
  }

  setTheme(title: string, p: Palette): void {
    this.#palette = p
    this.#plot.prepare(described(`Loss on ${title} over the training steps, for the training and test points of each model, with a mark at each change.`))
    this.#plot.set(skin(p))
    this.#plot.set({ yAxis: { nameGap: 36 } })
  }

  draw(scene: LossScene): Drawn {
    this.#scene = scene
    if (!this.#palette) return this.#drawn
    const { view, span, generation, focus, target } = scene
    const { pixels } = this
    const axes = this.#axes
    axes.spread(span, view.logSteps)
    const perPixel = (axes.right - axes.left) / pixels
    const branch = presentBranch(scene.changes, generation)
    const lines = toLines({ ...scene, ...view, jumps: jumpsOf(scene.changes, generation), pixels, along: (step) => (axes.x.to(step) - axes.left) / perPixel })
    const values = valuesOf(lines, span, branch)
    const changes = scene.changes.filter((c) => leavesTrace(c, this.#controls))
    this.#marks = toMarks(changes, generation, (span.to - span.from) / pixels)
    this.#drawn = { lines, odd: oddSteps(scene, lines, span), values, clipped: 0, branch }
    const bar = barOf(scene.best, view.kind)
    this.#fits = { ...view, span, values, bar, name: nameOf(view.kind, target), of: `${view.kind} ${generation} ${focus} ${target} ${span.from}` }
    this.#fit()
    return this.#drawn
  }

  /** Fits the axes and paints, and again in the next frames while they are on their way. */
  #fit(): void {
    if (!this.#fits) return
    const { height } = this.#plot
    const isLow = height < LOW_BELOW
    const grid = !isLow ? ROOMY : height < LOWEST_BELOW && this.#marks.length === 0 ? LOWEST : LOW
    const now = performance.now()
    const { xAxis, yAxis } = this.#axes.fit(this.#fits, this.pixels, height - grid.top - grid.bottom, now, calm.matches || document.hidden)
    this.#plot.set({
      grid, yAxis: { ...yAxis, nameGap: grid === LOWEST ? 12 : 36 }, xAxis: { ...xAxis, name: isLow ? '' : 'step' },
      series: ['changes', 'curves', 'edges', 'probe'].map((id) => ({ type: 'custom', id, data: ONE_ITEM })),
    })
    cancelAnimationFrame(this.#gliding)
    if (this.#axes.moves(now)) this.#gliding = requestAnimationFrame(() => { this.#fit() })
  }

  #paintEdges(area: Area, p: Palette, { best, view, past }: LossScene): Shape {
    const g = this.#axes.geometry(area)
    const { shapes, values } = paintClipped(this.#drawn.lines, g, this.#drawn.branch, p)
    this.#drawn = { ...this.#drawn, clipped: values }
    const bar = barOf(best, view.kind)
    return { type: 'group', children: [...(bar === null ? [] : paintBest(bar, g, p)), ...shapes, ...paintOdd(this.#drawn.odd, g, p), ...(past === null ? [] : paintPast(past, g, p))] }
  }

  #near(place: number): Mark[] {
    const perPlace = this.#plot.scale[0]
    return marksAt(this.#marks, place, MARK_REACH / perPlace, (step) => this.#axes.x.to(step))
  }

  #point(place: number | null): void {
    this.#probe = place
    this.#plot.set({ series: [{ type: 'custom', id: 'probe', data: ONE_ITEM }] })
  }

  #reading(): LossReading | null {
    if (!this.#scene || this.#probe === null) return null
    const reach = this.#axes.x.back(this.#probe + MARK_REACH / this.#plot.scale[0]) - this.#axes.x.back(this.#probe)
    return readLoss({ ...this.#scene, ...this.#drawn, controls: this.#controls }, this.#axes.x.back(this.#probe), this.#near(this.#probe), reach)
  }

  /** The range that is being drawn; else the losses at the point nearest to the pointer, or at a mark that is near. */
  #paintProbe(area: Area, p: Palette): Shape | null {
    if (this.#probe === null) return null
    const g = this.#axes.geometry(area)
    if (this.#pressed !== null) {
      const [a, b] = [g.x(this.#axes.x.back(this.#pressed)), g.x(this.#axes.x.back(this.#probe))]
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

/** The best possible loss that the chart is held against: the batches are training rows. */
function barOf(best: Best | null, kind: LossKind): number | null {
  const bar = kind === 'batch' || !Number.isFinite(best?.test) ? best?.train : best?.test
  return bar !== undefined && Number.isFinite(bar) ? bar : null
}

/** Of several targets the loss is the mean over all, the NLL that of one. */
function nameOf(kind: LossKind, target: string): string {
  if (target === '') return NAMES[kind]('point')
  return kind === 'nll' ? `NLL of ${target} (nats per point)` : NAMES[kind]('point and target')
}
