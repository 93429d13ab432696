import type { ChartOption } from './echarts'

/** What the server says of each chart: axes, names and looks, without what moves. */
export interface Skeletons {
  readonly fit: ChartOption
  readonly noise: ChartOption
  readonly loss: ChartOption
  readonly actual: ChartOption
  readonly residual: ChartOption
  /** Of one input. */
  readonly equation?: ChartOption
  /** Of two inputs. */
  readonly map_mean?: ChartOption
  readonly map_std?: ChartOption
}
