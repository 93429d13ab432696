import { tick } from '../format'
import type { Area, Pixel, Plot } from './echarts'
import { ticksWithin } from './scale'

/** Where a point of the data lies on the canvas. */
export type At = (x: number, y: number) => Pixel

/** Where things lie on a plot now; two points of linear axes tell all. */
export function linear(plot: Plot): At {
  const [x0, y0] = plot.pixel(0, 0)
  const [x1, y1] = plot.pixel(1, 1)
  return (x, y) => [x0 + (x1 - x0) * x, y0 + (y1 - y0) * y]
}

/** The same where the upright axis is logarithmic; what it has no place for is NaN. */
export function logarithmic(plot: Plot): At {
  const [x0, y0] = plot.pixel(0, 1)
  const [x1, y1] = plot.pixel(1, 10)
  return (x, y) => [x0 + (x1 - x0) * x, y > 0 ? y0 + (y1 - y0) * Math.log10(y) : NaN]
}

/** The rectangle between two corners of the data. */
export function areaBetween(at: At, [left, low]: Pixel, [right, high]: Pixel): Area {
  const [x0, y0] = at(left, high)
  const [x1, y1] = at(right, low)
  return { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }
}

/** The axis of the input: from the grid's first x to its last, which need not be ticks. */
export function inputAxis(left: number, right: number, ticks = 6) {
  const { values, interval } = ticksWithin(left, right, ticks)
  return { min: left, max: right, axisLabel: { customValues: values, formatter: (v: number) => tick(v, interval) } }
}
