import type { ChartOption } from './echarts'
import { LANE_COLOURS, tokenOf } from './lanes'

const TOKENS = ['ink', 'quiet', 'grid', 'surface', 'border', 'floor', 'bad', 'good', 'mark', 'epistemic', 'spot'] as const

/** The page's colours as a canvas takes them, and its font. */
export type Palette = Readonly<Record<(typeof TOKENS)[number] | 'font', string>> & {
  /** Of the lanes, by colour number. */
  readonly lanes: readonly string[]
  /** Of the charts' text, in pixels. */
  readonly size: number
}

/** Reads the colours of the present theme: they are declared once, in tokens.css. */
export function readPalette(): Palette {
  const probe = document.createElement('span')
  probe.hidden = true
  probe.style.setProperty('forced-color-adjust', 'none') // on a canvas colours are the page's own
  document.body.append(probe)
  const style = getComputedStyle(probe)
  const read = (token: string): string => {
    probe.style.color = `var(--${token})`
    return style.color
  }
  const colours = Object.fromEntries(TOKENS.map((token) => [token, read(token)])) as Record<(typeof TOKENS)[number], string>
  const lanes = Array.from({ length: LANE_COLOURS }, (_, i) => read(tokenOf(i)))
  probe.style.fontSize = 'var(--chart-size)'
  const palette = { ...colours, lanes, font: style.fontFamily, size: parseFloat(style.fontSize) }
  probe.remove()
  return palette
}

/** The axes in the theme's colours: grid lines barely there, no axis lines. */
export function skin(p: Palette): ChartOption {
  const label = { color: p.quiet, fontFamily: p.font, fontSize: p.size }
  const axis = {
    nameMoveOverlap: false,
    axisLine: { show: false, onZero: false },
    axisTick: { show: false },
    axisLabel: { ...label, margin: 8 },
    nameTextStyle: { ...label, align: 'left' as const },
  }
  return {
    textStyle: { fontFamily: p.font },
    xAxis: { ...axis, splitLine: { show: false }, axisLine: { show: true, onZero: false, lineStyle: { color: p.grid } }, nameTextStyle: label },
    yAxis: { ...axis, splitLine: { show: true, lineStyle: { color: p.grid } }, nameTextStyle: { ...label, align: 'left', padding: [0, 0, 0, -44] } },
  }
}
