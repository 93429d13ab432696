import { significant, tick } from '../math/format'
import type { Area, Pixel, Plot } from './echarts'
import { counted, logMeasureOf, meant, measureOf } from './measure'
import { ticksWithin, type Range } from '../math/scale'

/** Where a point of the data lies on the canvas. */
export type At = (x: number, y: number) => Pixel

/** Where things lie on a plot now; two points of linear axes tell all. */
export function linear(plot: Plot): At {
  const { x: across, y: up } = plot.measures
  const [x0, y0] = plot.pixel(0, 0)
  const [x1, y1] = plot.pixel(1, 1)
  return (x, y) => [x0 + (x1 - x0) * counted(x, across), y0 + (y1 - y0) * counted(y, up)]
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
  const measure = measureOf(left, right, interval)
  const axis = {
    min: counted(left, measure), max: counted(right, measure),
    axisLabel: { customValues: values.map((v) => counted(v, measure)), formatter: (v: number) => tick(v * measure.unit, interval) },
  }
  return { axis, measure }
}

/** The axis of a range whose ends are ticks. */
export function rangeAxis({ min, max, interval }: Range) {
  const measure = measureOf(min, max, interval)
  const axis = {
    min: counted(min, measure), max: counted(max, measure), interval: interval / measure.unit,
    axisLabel: { formatter: (v: number) => tick(v * measure.unit, interval) },
  }
  return { axis, measure }
}

/** A logarithmic axis between two values. */
export function logAxis({ min, max }: { readonly min: number; readonly max: number }) {
  const measure = logMeasureOf(min, max)
  // Beyond ten decades ECharts has a tick at every tenth alone.
  const apart = Math.log10(max / min) > 9.5 ? 10 : 1
  const label = (v: number): string => (Math.round(Math.log10(v)) % apart === 0 ? significant(v, 1) : '')
  return { axis: { min: counted(min, measure), max: counted(max, measure), axisLabel: { formatter: (v: number) => label(meant(v, measure)) } }, measure }
}
