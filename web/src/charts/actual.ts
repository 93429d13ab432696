import { tick } from '../format'
import type { Judged } from '../judged'
import type { ChartOption, Pixel } from './echarts'
import type { Form, RowsPicture } from './rows'
import { CalmRange, extent, niceRange, quantile, ticksWithin, type Range } from './scale'

/** What was predicted, with its interval, over what was there. */
export class Actual implements Form {
  readonly log = false
  readonly #range = new CalmRange(7)
  #of = ''
  #x: Range = { min: 0, max: 1, interval: 1 }

  #axes: { readonly x: Range; readonly y: Range; readonly option: ChartOption } | null = null

  /** Other targets: the axes begin anew. */
  setTargets(of: string, y: readonly number[]): void {
    const [low = 0, high = 1] = extent(y) ?? []
    const inside = of === this.#of && low >= this.#x.min && high <= this.#x.max
    if (inside) return
    this.#range.forget()
    this.#of = of
    const air = 0.04 * (high - low || 1)
    this.#x = { ...niceRange(low, high, 7), min: low - air, max: high + air }
  }

  get corners(): readonly [Pixel, Pixel] {
    const y = this.#axes?.y ?? { min: 0, max: 1 }
    return [[this.#x.min, y.min], [this.#x.max, y.max]]
  }

  readonly place = (row: Judged): [number, number] => [row.y, row.mean]

  readonly bar = (row: Judged, reach: number): [number, number] => [row.mean - reach * row.std, row.mean + reach * row.std]

  /** Up as far as nearly all bars do; a few long ones are cut off. */
  readonly axes = ({ focus, reach }: RowsPicture): ChartOption => {
    const lows = focus.rows.map((r) => this.bar(r, reach)[0]).sort((a, b) => a - b)
    const highs = focus.rows.map((r) => this.bar(r, reach)[1]).sort((a, b) => a - b)
    const [low = 0, high = 1] = extent(focus.rows.map((r) => r.mean), [quantile(lows, 0.03), quantile(highs, 0.97), this.#x.min, this.#x.max]) ?? []
    const y = this.#range.follow(low, high)
    if (this.#axes?.y === y && this.#axes.x === this.#x) return this.#axes.option
    const { values, interval } = ticksWithin(this.#x.min, this.#x.max, 7)
    const option: ChartOption = {
      xAxis: { min: this.#x.min, max: this.#x.max, axisLabel: { customValues: values, formatter: (v: number) => tick(v, interval) } },
      yAxis: { ...y, axisLabel: { formatter: (v: number) => tick(v, y.interval) } },
    }
    this.#axes = { x: this.#x, y, option }
    return option
  }

  readonly paintBehind: Form['paintBehind'] = (c, at, _, p) => {
    c.strokeStyle = p.ink
    c.globalAlpha = 0.7
    c.lineWidth = 1.2
    c.setLineDash([7, 5])
    c.beginPath()
    c.moveTo(...at(this.#x.min, this.#x.min))
    c.lineTo(...at(this.#x.max, this.#x.max))
    c.stroke()
    c.setLineDash([])
  }
}
