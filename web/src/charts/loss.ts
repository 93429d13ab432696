import { count, fixed, tick } from '../format'
import type { Change, Control, Lane } from '../generated/wire'
import type { Curve, History, XY } from '../history'
import { areaOf, ONE_ITEM, Plot, type ChartOption, type Pixel, type RenderApi, type RenderItem, type Shape } from './echarts'
import { lookOf, polylines } from './lanes'
import { changeInWords, marksAt, toMarks, type Mark } from './marks'
import { skin, type Palette } from './palette'
import { paintCard } from './probe'
import { textWidth } from './text'
import { CalmRange, niceInterval, quantile, stepsAhead } from './scale'

/** Which of the two losses is drawn. */
export type LossKind = 'loss' | 'nll'

interface Scene {
  readonly history: History
  readonly kind: LossKind
  readonly changes: readonly Change[]
  readonly epoch: number
  readonly lanes: readonly Lane[]
  /** The lane of which both losses are drawn. */
  readonly focus: number
}

const MARK_REACH = 7 // pixels from a mark within which the pointer means it
const MARKS_ROOM = 28 // pixels above the plot, where the marks and their words stand
const MOST_TOLD = 4 // changes in one card

/**
 * The test and the training loss of one lane over the steps, the test loss of the
 * others, and a mark wherever something was changed.
 */
export class LossChart {
  readonly #plot: Plot
  readonly #controls: readonly Control[]
  readonly #range = new CalmRange(5)
  #palette: Palette | null = null
  #marks: readonly Mark[] = []
  #shows = ''
  #scene: Scene | null = null
  #others: ReadonlyArray<{ readonly colour: number; readonly points: readonly XY[] }> = []
  #probe: number | null = null

  constructor(host: HTMLElement, skeleton: ChartOption, controls: readonly Control[]) {
    this.#controls = controls
    this.#plot = new Plot(host, 'loss', skeleton)
    this.#plot.prepare({
      series: [
        { type: 'custom', id: 'changes', renderItem: (p, api) => this.#paintMarks(p, api), data: ONE_ITEM, silent: true, z: 1 },
        { type: 'custom', id: 'others', renderItem: (_, api) => this.#paintOthers(api), data: ONE_ITEM, clip: true, silent: true, z: 2 },
        { type: 'custom', id: 'probe', renderItem: (p, api) => this.#paintProbe(p, api), data: ONE_ITEM, silent: true, z: 5 },
      ],
    })
    this.#plot.onPointer((step) => {
      this.#probe = step
      this.#plot.prepare({ series: [{ type: 'custom', id: 'probe', data: ONE_ITEM }] })
    }, MARKS_ROOM)
  }

  /** Calls back with the marks near which the chart was clicked, the nearest first. */
  onMarks(listener: (marks: readonly Mark[]) => void): void {
    this.#plot.onClick((step) => {
      const near = marksAt(this.#marks, step, MARK_REACH / this.#plot.scale[0])
      if (near.length > 0) listener(near)
    }, MARKS_ROOM)
  }

  dispose(): void {
    this.#plot.dispose()
  }

  setTheme(p: Palette): void {
    this.#palette = p
    this.#plot.prepare(skin(p))
    this.#plot.set({
      yAxis: { nameGap: 36 },
      series: [
        { type: 'line', id: 'test', z: 3, silent: true, showSymbol: false, symbol: 'none' },
        { type: 'line', id: 'train', z: 2, silent: true, showSymbol: false, symbol: 'none' },
      ],
    })
  }

  /** Draws, and returns how many of the points are in the picture. */
  draw(scene: Scene): { shown: number; of: number } {
    this.#scene = scene
    const { history, kind, lanes, focus } = scene
    if (!this.#palette) return { shown: 0, of: 0 }
    const last = history.lastStep
    const end = stepsAhead(last)
    const pixels = Math.max(100, this.#plot.width - 82)
    const curve = (part: 'train' | 'test'): Curve => `${part}_${kind}`
    const train = history.decimate(focus, curve('train'), pixels, end)
    const test = history.decimate(focus, curve('test'), pixels, end)
    const others = lanes.filter((l) => l.lane !== focus)
    this.#others = others.map((l) => ({ colour: l.colour, points: history.decimate(l.lane, curve('test'), pixels, end).points }))
    const look = lookOf(lanes.find((l) => l.lane === focus)?.colour ?? 0, this.#palette)
    // How fast it trains leaves no trace in the curve.
    this.#marks = toMarks(scene.changes.filter((c) => this.#controls.find(({ name }) => name === c.control)?.group !== 'time'), scene.epoch, end / pixels)

    const shows = `${kind} ${scene.epoch}`
    if (shows !== this.#shows) this.#range.forget()
    this.#shows = shows
    const step = niceInterval(end, 4)
    const y = this.#visible(scene)
    this.#plot.set({
      xAxis: { min: 0, max: end, interval: step, axisLabel: { formatter: (v: number) => shortCount(v), showMaxLabel: end % step === 0 } },
      yAxis: { ...y, name: kind === 'nll' ? 'NLL with constant (nats per row)' : 'loss as trained (per row)', axisLabel: { formatter: (v: number) => tick(v, y.interval) } },
      series: [
        { type: 'line', id: 'train', data: train.points, lineStyle: { color: look.colour, width: 1.2, opacity: 0.55 } },
        { type: 'line', id: 'test', data: test.points, lineStyle: { color: look.colour, width: 1.6, type: look.dash.length === 0 ? 'solid' : [...look.dash] } },
        { type: 'custom', id: 'others', data: ONE_ITEM },
        { type: 'custom', id: 'changes', data: ONE_ITEM },
      ],
    })
    return { shown: Math.max(train.shown, test.shown), of: history.column(focus, 'step').length }
  }

  /**
   * The range of the values worth seeing: neither the first fall nor a spike may
   * press the rest flat. What is outside leaves the plot at its edge.
   */
  #visible({ history, kind, lanes, focus }: Scene): { min: number; max: number; interval: number } {
    const settled = history.lastStep * 0.04
    const values: number[] = []
    const see = (lane: number, curve: Curve): void => {
      const steps = history.column(lane, 'step')
      history.column(lane, curve).forEach((v, i) => {
        if ((steps[i] ?? 0) >= settled && Number.isFinite(v)) values.push(v)
      })
    }
    see(focus, `train_${kind}`)
    see(focus, `test_${kind}`)
    for (const { lane } of lanes) if (lane !== focus) see(lane, `test_${kind}`)
    if (values.length === 0) return this.#range.follow(0, 1)
    const sorted = Float64Array.from(values).sort()
    const low = quantile(sorted, 0.002)
    const high = quantile(sorted, 0.985)
    const air = Math.max(0.06 * (high - low), 0.02)
    return this.#range.follow(low - air, high + air)
  }

  #paintOthers(api: RenderApi): Shape | null {
    const p = this.#palette
    if (!p) return null
    const at = (xy: XY): Pixel => (Number.isFinite(xy[1]) ? (api.coord(xy) as Pixel) : [NaN, NaN])
    return { type: 'group', children: this.#others.flatMap(({ colour, points }) => polylines(points.map(at), lookOf(colour, p), 1.2)) }
  }

  #paintMarks(params: Parameters<RenderItem>[0], api: RenderApi): Shape | null {
    const p = this.#palette
    if (!p || this.#marks.length === 0) return null
    const area = areaOf(params)
    const top = area.y
    const children: Shape[] = []
    const at = this.#marks.map((m) => api.coord([m.step, 0])[0] ?? 0)
    const font = `${p.size}px ${p.font}`
    const taken: Array<readonly [row: number, from: number, to: number]> = at.map((x) => [0, x - 5, x + 5])
    // Beside the triangles the axis has its uppermost label, above them nothing.
    const free = (row: number, from: number, to: number): boolean =>
      from >= area.x - (row === 0 ? 4 : 40) && to <= area.x + area.width + 14 && taken.every(([r, a, b]) => r !== row || to < a || from > b)
    // From the newest, whose words matter most, back to the oldest.
    for (let i = at.length - 1; i >= 0; i--) {
      const m = this.#marks[i]
      const x = at[i] ?? 0
      if (!m) continue
      children.push(
        { type: 'line', shape: { x1: x, y1: top, x2: x, y2: area.y + area.height }, style: { stroke: p.mark, lineWidth: 1, lineDash: [1.5, 3], opacity: 0.7 } },
        { type: 'polygon', shape: { points: [[x - 4, top - 8], [x + 4, top - 8], [x, top - 1]] }, style: { fill: p.mark } },
      )
      const words = changeInWords(m, this.#controls, this.#scene?.lanes)
      const width = textWidth(words, font)
      // Beside the triangle, or above the triangles; words that fit nowhere
      // are left out.
      const places = [[0, x + 7], [0, x - 7 - width], [1, x - 3], [1, x + 3 - width]] as const
      const place = places.find(([row, from]) => free(row, from, from + width))
      if (!place) continue
      const [row, from] = place
      taken.push([row, from - 6, from + width + 6])
      children.push({ type: 'text', style: { text: words, x: from, y: top - 5 - 14 * row, verticalAlign: 'middle', fill: p.quiet, font } })
    }
    return { type: 'group', children }
  }

  /** The losses at the point nearest to the pointer, or at a mark that is near, with what was changed there. */
  #paintProbe(params: Parameters<RenderItem>[0], api: RenderApi): Shape | null {
    const p = this.#palette
    if (!p || !this.#scene || this.#probe === null) return null
    const { history, kind, focus, lanes } = this.#scene
    const [zero = 0] = api.coord([0, 0])
    const [one = 0] = api.coord([1, 0])
    const marks = marksAt(this.#marks, this.#probe, MARK_REACH / (one - zero))
    const at = marks[0]?.step ?? this.#probe
    const steps = history.column(focus, 'step')
    const i = nearest(steps, at)
    const step = marks[0]?.step ?? steps[i]
    if (step === undefined) return null
    const area = areaOf(params)
    const [x = 0] = api.coord([step, 0])
    const told = marks.slice(0, MOST_TOLD).map((m) => `${changeInWords(m, this.#controls, this.#scene?.lanes)}${m.step === step ? '' : `, step ${count(m.step)}`}`)
    const value = (part: 'train' | 'test'): string => `${part} ${fixed(history.column(focus, `${part}_${kind}`)[i] ?? NaN, 3)}`
    // The others have their points at the same steps, as far as they were there.
    const others = lanes.filter((l) => l.lane !== focus).map((l) => {
      const j = nearest(history.column(l.lane, 'step'), at)
      return `${l.name} ${fixed(history.column(l.lane, `test_${kind}`)[j] ?? NaN, 3)}`
    })
    const name = lanes.find((l) => l.lane === focus)?.name ?? ''
    return {
      type: 'group',
      children: [
        {
          type: 'line', shape: { x1: x, y1: area.y, x2: x, y2: area.y + area.height },
          style: { stroke: p.ink, lineWidth: 1, lineDash: [2, 3], opacity: 0.8 },
        },
        ...paintCard([`step ${count(step)}`, `${others.length === 0 ? '' : `${name} `}${value('test')}, ${value('train')}`, ...(others.length === 0 ? [] : [`test ${others.join(', ')}`]), ...told], x, 10, area, p).shapes,
      ],
    }
  }
}

/** 500, 12k, 1.5M: labels of the step axis. */
function shortCount(v: number): string {
  if (v >= 1e6) return `${Number((v / 1e6).toPrecision(3))}M`
  if (v >= 1e4) return `${Number((v / 1e3).toPrecision(3))}k`
  return count(v)
}

/** The index of the sorted value that is nearest. */
function nearest(sorted: readonly number[], v: number): number {
  let [low, high] = [0, sorted.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < v) low = middle + 1
    else high = middle
  }
  return low > 0 && v - (sorted[low - 1] ?? 0) < (sorted[low] ?? 0) - v ? low - 1 : low
}
