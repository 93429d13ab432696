// Draws the charts of the report, which server/artifact/chart writes: one file without a
// network, in which this stands as a script of its own.
import { BarChart, LineChart, ScatterChart } from 'echarts/charts'
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

echarts.use([BarChart, LineChart, ScatterChart, AriaComponent, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer])

type Option = Parameters<echarts.ECharts['setOption']>[0]

const COLOUR = /^var\((--[a-z0-9-]+)\)$/

/** What the style sheet's colours are in the theme of the moment. */
function colours(): (name: string) => string {
  const probe = document.createElement('span')
  document.body.append(probe)
  const found = new Map<string, string>()
  queueMicrotask(() => { probe.remove() })
  return (name) => {
    let colour = found.get(name)
    if (colour === undefined) {
      probe.style.color = `var(${name})`
      colour = getComputedStyle(probe).color
      found.set(name, colour)
    }
    return colour
  }
}

/** An option with each var(--name) in it replaced by that colour. Names of columns may look as they like: only a whole value that is one is. */
function coloured(value: unknown, of: (name: string) => string): unknown {
  if (typeof value === 'string') {
    const name = COLOUR.exec(value)?.[1]
    return name === undefined ? value : of(name)
  }
  if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map((v) => coloured(v, of))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, coloured(v, of)]))
}

/** The axes in the report's colours, as the page has them. */
function skin(of: (name: string) => string): Option {
  const fontFamily = getComputedStyle(document.body).fontFamily
  const label = { color: of('--quiet'), fontFamily, fontSize: 12 }
  const axis = {
    axisLine: { show: true, onZero: false, lineStyle: { color: of('--border') } },
    axisTick: { show: false },
    axisLabel: { ...label, hideOverlap: true },
    splitLine: { show: false },
    nameTextStyle: label,
  }
  return {
    textStyle: { fontFamily },
    tooltip: { backgroundColor: of('--surface'), borderColor: of('--border'), textStyle: { ...label, color: of('--ink') } },
    xAxis: axis,
    yAxis: { ...axis, axisLine: { show: false, onZero: false }, splitLine: { show: true, lineStyle: { color: of('--grid') } }, nameTextStyle: { ...label, align: 'left', padding: [0, 0, 0, -44] } },
  }
}

const options = JSON.parse(document.getElementById('options')?.textContent ?? '{}') as Record<string, Option>

const plots = [...document.querySelectorAll<HTMLElement>('[data-chart]')].map((host) => {
  const chart = echarts.init(host, null, { renderer: 'svg' })
  const option = options[host.dataset['chart'] ?? ''] ?? {}
  return {
    draw(): void {
      const of = colours()
      chart.setOption(coloured(option, of) as Option)
      chart.setOption(skin(of))
      host.dataset['drawn'] = ''
    },
    fit(): void { chart.resize() },
  }
})

function all(): void {
  for (const p of plots) {
    p.fit()
    p.draw()
  }
}

all()
addEventListener('resize', () => { for (const p of plots) p.fit() })
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all)
// Paper is white, and as wide as it is.
matchMedia('print').addEventListener('change', ({ matches }) => {
  document.documentElement.toggleAttribute('data-print', matches)
  all()
})
