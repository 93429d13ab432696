import { projector } from '../state/projector'

// On a projector a chart is a smaller one, magnified: so its type, its points and
// its margins grow together, whatever it shows. Its lines grow more than that.

interface Tokens {
  readonly zoom: number
  readonly stroke: number
}

/** With the projector's look, and without it. */
const read = new Map<boolean, Tokens>()

function tokens(): Tokens {
  const known = read.get(projector.value)
  if (known) return known
  const style = getComputedStyle(document.documentElement)
  const token = (name: string): number => Number(style.getPropertyValue(name)) || 1
  const found = { zoom: token('--chart-zoom'), stroke: token('--chart-stroke') }
  read.set(projector.value, found)
  return found
}

/** By how much a chart is magnified. */
export function zoom(): number {
  return tokens().zoom
}

/** How many pixels of the screen there are to one of a chart. */
export function pixelRatio(): number {
  return window.devicePixelRatio * tokens().zoom
}

/** The option with the lines as heavy as this screen needs them. */
export function heavier<T extends { readonly series?: unknown }>(option: T, stroke = tokens().stroke): T {
  const { series } = option
  if (stroke === 1 || series === undefined) return option
  const heavy = (s: Record<string, unknown>): Record<string, unknown> => ({
    ...s,
    ...(isObject(s['lineStyle']) ? { lineStyle: times(s['lineStyle'], 'width', stroke) } : {}),
    ...(typeof s['symbolSize'] === 'number' ? { symbolSize: s['symbolSize'] * stroke } : {}),
    ...(isObject(s['itemStyle']) ? { itemStyle: times(s['itemStyle'], 'borderWidth', stroke) } : {}),
    ...(typeof s['renderItem'] === 'function' ? { renderItem: heavierItem(s['renderItem'] as Render, stroke) } : {}),
  })
  const all = (Array.isArray(series) ? series : [series]) as ReadonlyArray<Record<string, unknown>>
  return { ...option, series: all.map(heavy) }
}

/** A figure with its line as heavy as this screen needs it. */
export function heavierFigure<F extends object>(figure: F): F {
  const { stroke } = tokens()
  return stroke === 1 ? figure : (heavierShape(figure, stroke) as F)
}

/** What makes a custom series' shape, if there is one. */
type Render = (...of: readonly unknown[]) => object | null | undefined

function heavierItem(render: Render, stroke: number): Render {
  return (...of) => {
    const shape = render(...of)
    return shape && heavierShape(shape, stroke)
  }
}

function heavierShape(shape: object, stroke: number): object {
  const s = shape as Record<string, unknown>
  return {
    ...s,
    ...(isObject(s['style']) ? { style: times(s['style'], 'lineWidth', stroke) } : {}),
    ...(Array.isArray(s['children']) ? { children: (s['children'] as object[]).map((c) => heavierShape(c, stroke)) } : {}),
  }
}

function times(style: Record<string, unknown>, name: string, factor: number): Record<string, unknown> {
  const width = style[name]
  return typeof width === 'number' ? { ...style, [name]: width * factor } : style
}

function isObject(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null
}
