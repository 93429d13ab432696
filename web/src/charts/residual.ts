import { INTERVALS, type Judged } from '../math/judged'
import { logAxis } from './axes'
import type { ChartOption, Pixel } from './echarts'
import { PLAIN } from './measure'
import type { Form, RowsPicture } from './rows'
import { labelOf } from './shown'
import { CalmDecades, extent, quantile } from '../math/scale'

const LINES = [
  { reach: 1, words: '|r| = σ', dash: [7, 5] },
  { reach: INTERVALS[95].reach, words: '|r| = 1.96 σ', dash: [2, 3] },
] as const

/** How far rows are from their mean, over how far that was expected. */
export class Residual implements Form {
  readonly log = true
  measures: Form['measures'] = { x: PLAIN, y: PLAIN }
  readonly bar = null
  readonly #x = new CalmDecades()
  readonly #y = new CalmDecades()
  #of = ''
  #unit = ''
  #axes: { readonly of: string; readonly option: ChartOption } | null = null
  #ends = { x: { min: 0.1, max: 1 }, y: { min: 0.1, max: 1 } }

  /** Other data: the axes are chosen again. */
  setData(of: string, unit: string): void {
    this.#unit = unit
    if (of === this.#of) return
    this.#of = of
    this.#x.forget()
    this.#y.forget()
  }

  get corners(): readonly [Pixel, Pixel] {
    const { x, y } = this.#ends
    return [[x.min, y.min], [x.max, y.max]]
  }

  /** A row whose target was hit by chance lies on the edge. */
  readonly place = (row: Judged): [number, number] => {
    const { x, y } = this.#ends
    return [Math.min(x.max, Math.max(x.min, row.std)), Math.min(y.max, Math.max(y.min, Math.abs(row.residual)))]
  }

  readonly axes = ({ focus }: RowsPicture): ChartOption => {
    const far = focus.rows.map((r) => Math.abs(r.residual)).sort((a, b) => a - b)
    const std = extent(focus.rows.map((r) => r.std).filter((v) => v > 0))
    if (std) {
      const [low, high] = std
      const least = Math.max(quantile(far, 0.04), (far.at(-1) ?? 1) / 1e5, Number.MIN_VALUE)
      this.#ends = { x: this.#x.follow(low, high), y: this.#y.follow(Math.min(least, low), Math.max(far.at(-1) ?? high, high)) }
    }
    const of = JSON.stringify(this.#ends)
    if (this.#axes?.of === of) return this.#axes.option
    const [across, up] = [logAxis(this.#ends.x), logAxis(this.#ends.y)]
    this.measures = { x: across.measure, y: up.measure }
    const named = (name: string): string => `${labelOf({ name, unit: this.#unit })}, log`
    const option = { xAxis: { ...across.axis, name: named('standard deviation') }, yAxis: { ...up.axis, name: named('absolute residual') } }
    this.#axes = { of, option }
    return option
  }

  readonly paintBehind: Form['paintBehind'] = (c, at, area, p) => {
    const { x } = this.#ends
    c.strokeStyle = c.fillStyle = p.ink
    c.font = `${p.size}px ${p.font}`
    for (const { reach, words, dash } of LINES) {
      const [from, to] = [at(x.min, reach * x.min), at(x.max, reach * x.max)]
      c.save()
      c.beginPath()
      c.rect(0, 0, area.width, area.height)
      c.clip()
      c.globalAlpha = 0.7
      c.lineWidth = 1.2
      c.setLineDash([...dash])
      c.beginPath()
      c.moveTo(...from)
      c.lineTo(...to)
      c.stroke()
      c.restore()
      // Its name stands along it, at the end at which it leaves the plot.
      const slope = (to[1] - from[1]) / (to[0] - from[0])
      const end: Pixel = to[1] >= 0 ? to : [to[0] - to[1] / slope, 0]
      c.save()
      c.globalAlpha = 0.9
      c.translate(...end)
      c.rotate(Math.atan(slope))
      c.textAlign = 'right'
      c.textBaseline = reach === 1 ? 'top' : 'bottom'
      c.fillText(words, -14, reach === 1 ? 4 : -3)
      c.restore()
    }
  }
}
