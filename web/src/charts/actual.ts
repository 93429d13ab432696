import { PICTURE, type Column } from '../generated/wire'
import type { Judged } from '../math/judged'
import { inputAxis, rangeAxis } from './axes'
import type { ChartOption, Pixel } from './echarts'
import { axisName, PLAIN, type Measure } from './measure'
import type { Form, RowsPicture } from './rows'
import { CalmRange, extent, niceRange, quantile, type Range } from '../math/scale'

/** What was predicted, with its interval, over what was there. */
export class Actual implements Form {
  readonly log = false
  measures: Form['measures'] = { x: PLAIN, y: PLAIN }
  readonly #range = new CalmRange(PICTURE.ticks)
  #of = ''
  #target: Column = { name: 'y', unit: '' }
  #x: Range = { min: 0, max: 1, interval: 1 }

  #axes: { readonly x: Range; readonly y: Range; readonly option: ChartOption } | null = null

  /** Other targets: the axes are chosen again. */
  setTargets(of: string, target: Column, y: readonly number[]): void {
    this.#target = target
    const [low = 0, high = 1] = extent(y) ?? []
    const inside = of === this.#of && low >= this.#x.min && high <= this.#x.max
    if (inside) return
    this.#range.forget()
    this.#of = of
    const air = PICTURE.actual_air * (high - low || 1)
    this.#x = { ...niceRange(low, high, PICTURE.ticks), min: low - air, max: high + air }
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
    const [low = 0, high = 1] = extent(focus.rows.map((r) => r.mean), [quantile(lows, PICTURE.actual_low), quantile(highs, PICTURE.actual_high), this.#x.min, this.#x.max]) ?? []
    const y = this.#range.follow(low, high)
    if (this.#axes?.y === y && this.#axes.x === this.#x) return this.#axes.option
    const [across, up] = [inputAxis(this.#x.min, this.#x.max, 7), rangeAxis(y)]
    const named = (said: string, measure: Measure): string => axisName({ ...this.#target, name: `${said} ${this.#target.name}` }, measure)
    this.measures = { x: across.measure, y: up.measure }
    const option: ChartOption = {
      xAxis: { ...across.axis, name: named('actual', across.measure) },
      yAxis: { ...up.axis, name: named('predicted', up.measure) },
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
