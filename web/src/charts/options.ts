import type { ChartOption } from './echarts'

/**
 * The margins of a plot in CSS pixels. Those along one input share left and right, so
 * that an x of one stands straight above the same x of the other.
 */
export const MARGINS = { left: 56, right: 18, top: 30, bottom: 38 }

/** Where the input's name is said already, under the plot above. */
export const NAMELESS = { ...MARGINS, bottom: 22 }

/** And where the name of the upright axis stands above the plot: room for what is read at the pointer. */
export const LOW = { ...NAMELESS, top: 20 }

/** Room for the colour bar and its ticks at the right. */
export const BESIDE_BAR = { ...MARGINS, left: 50, right: 62 }

/** The last step's label stands around the plot's right end. */
export const OVER_STEPS = { ...MARGINS, right: 26 }

type Kind = 'value' | 'log'

/** What a chart begins with: two axes and their room. */
export function base({ grid = MARGINS, x = 'value', y = 'value' }: { readonly grid?: typeof MARGINS; readonly x?: Kind; readonly y?: Kind } = {}): ChartOption {
  return {
    animation: false,
    // By default ECharts shifts a plot to make room for its labels, and the plots would no longer stand above each other.
    grid: { ...grid, outerBoundsMode: 'none' },
    xAxis: { type: x, nameLocation: 'middle', nameGap: 26 },
    yAxis: { type: y, nameLocation: 'end', nameGap: 12 },
  }
}

/** What the chart is, for whoever cannot see it. */
export function described(description: string): ChartOption {
  return { aria: { enabled: true, label: { description } } }
}
