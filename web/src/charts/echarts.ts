// The only module that imports ECharts.
import { CustomChart, LineChart } from 'echarts/charts'
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import { AriaComponent, GridComponent } from 'echarts/components'
import type { AriaComponentOption, GridComponentOption } from 'echarts/components'
import * as echarts from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { meant, PLAIN, type Measure } from './measure'
import { heavier, heavierFigure, pixelRatio } from './heavier'

echarts.use([LineChart, CustomChart, GridComponent, AriaComponent, CanvasRenderer])

export type ChartOption = echarts.ComposeOption<
  | LineSeriesOption
  | CustomSeriesOption
  | GridComponentOption
  | AriaComponentOption
>

export type { LineSeriesOption }
export type RenderItem = NonNullable<CustomSeriesOption['renderItem']>
/** What a custom series paints. */
export type Shape = Exclude<ReturnType<RenderItem>, null | undefined>
export type Pixel = [x: number, y: number]

/** The rectangle of the plot within its canvas, in CSS pixels. */
export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * One item, so that a custom series paints once. What it paints it takes from
 * the chart that owns it: passing columns through ECharts would copy them.
 */
export const ONE_ITEM = [[0, 0]]

/** The plot's area as ECharts tells it to renderItem. */
export function areaOf(params: Parameters<RenderItem>[0]): Area {
  return params.coordSys as unknown as Area
}

const FIGURES = {
  polygon: echarts.graphic.Polygon, polyline: echarts.graphic.Polyline, line: echarts.graphic.Line, rect: echarts.graphic.Rect,
  circle: echarts.graphic.Circle, text: echarts.graphic.Text, image: echarts.graphic.Image,
} as const

type Child = Parameters<InstanceType<typeof echarts.graphic.Group>['add']>[0]

/** What a plot paints past its series. */
export type Figure = Extract<Shape, { type: keyof typeof FIGURES }>

/** Figures of one depth; clipped, nothing of them is seen outside the area. */
export interface Painting {
  readonly z: number
  readonly figures: readonly Figure[]
  readonly clip?: Area
}

/** A canvas with a chart in it, as large as its host. */
export class Plot {
  readonly #chart: echarts.ECharts
  readonly #observer: ResizeObserver
  readonly #name: string
  readonly #host: HTMLElement
  readonly #painted: Array<InstanceType<typeof echarts.graphic.Group>> = []
  #resized: (() => void) | null = null
  /** How the axes count: what is given to ECharts is counted so, and everything else is in data coordinates. */
  measures: { readonly x: Measure; readonly y: Measure } = { x: PLAIN, y: PLAIN }

  constructor(host: HTMLElement, name: string, option: ChartOption) {
    this.#host = host
    this.#name = name
    this.#chart = echarts.init(host, null, { renderer: 'canvas', devicePixelRatio: pixelRatio() })
    this.prepare(option)
    this.#observer = new ResizeObserver(() => { this.#fit() })
    this.#observer.observe(host)
  }

  /** Merges the option, by series id, to be painted with the next one that is set: a first view has many parts and wants to be drawn once. */
  prepare(option: ChartOption): void {
    this.#chart.setOption(heavier(option), { silent: true, lazyUpdate: true })
  }

  /** Merges the option, by series id, and paints before it returns. */
  set(option: ChartOption): void {
    this.#measured(() => { this.#chart.setOption(heavier(option), { silent: true }) })
  }

  /**
   * Paints over the axes what changes with every frame, before it returns. It goes
   * past ECharts, which would lay out axes and series each time.
   */
  paint(paintings: readonly Painting[]): void {
    this.#measured(() => {
      const zr = this.#chart.getZr()
      paintings.forEach(({ z, figures, clip }, i) => {
        const group = this.#painted[i] ?? (this.#painted[i] = new echarts.graphic.Group())
        group.removeAll()
        figures.forEach((f, at) => { group.add(new FIGURES[f.type]({ ...heavierFigure(f), silent: true, z, z2: at } as object) as Child) })
        if (clip) group.setClipPath(new echarts.graphic.Rect({ shape: clip }))
        else group.removeClipPath()
        zr.add(group)
      })
      zr.flush()
    })
  }

  /** Calls back when the axes lie elsewhere since the host has another size. */
  onResize(listener: () => void): void {
    this.#resized = listener
  }

  /** For the browser's profiler, and for the test that watches the time. */
  #measured(draw: () => void): void {
    const begin = performance.now()
    draw()
    const measure = `draw ${this.#name}`
    performance.measure(measure, { start: begin })
    performance.clearMeasures(measure)
  }

  get width(): number {
    return this.#chart.getWidth()
  }

  get height(): number {
    return this.#chart.getHeight()
  }

  /** Calls back with the x under the pointer, or null when it has left the plot and so many pixels above it. */
  onPointer(listener: (x: number | null) => void, above = 0): void {
    const zr = this.#chart.getZr()
    const isScrolled = this.#onScroll(() => { listener(null) })
    zr.on('mousemove', (e) => {
      if (isScrolled()) return
      const at: Pixel = [e.offsetX, e.offsetY]
      if (!this.#chart.containPixel('grid', at) && !this.#chart.containPixel('grid', [e.offsetX, e.offsetY + above])) {
        listener(null)
        return
      }
      listener(this.#data(at)[0])
    })
    zr.on('globalout', () => { listener(null) })
  }

  /** Calls back with the place under the pointer, in data coordinates and in pixels, or null when it has left the plot. */
  onPlace(listener: (place: { readonly at: Pixel; readonly pixel: Pixel } | null) => void): void {
    const zr = this.#chart.getZr()
    const isScrolled = this.#onScroll(() => { listener(null) })
    zr.on('mousemove', (e) => {
      if (isScrolled()) return
      const pixel: Pixel = [e.offsetX, e.offsetY]
      const inside = this.#chart.containPixel('grid', pixel)
      listener(inside ? { at: this.#data(pixel), pixel } : null)
    })
    zr.on('globalout', () => { listener(null) })
  }

  /**
   * Calls back when a finger on the chart turns out to scroll the page, and returns whether
   * it still does: until it is lifted the browser goes on telling of its movements.
   */
  #onScroll(listener: () => void): () => boolean {
    let scrolls = false
    this.#host.addEventListener('pointerdown', () => { scrolls = false })
    this.#host.addEventListener('pointercancel', () => {
      scrolls = true
      listener()
    })
    return () => scrolls
  }

  /**
   * Calls back with what a pointer does in data coordinates: pressed, moved while
   * it is pressed, and let go, wherever that is, and whether Shift is held.
   */
  onPress(listener: (kind: 'down' | 'move' | 'up', at: Pixel, shift: boolean) => void): void {
    const zr = this.#chart.getZr()
    let pressed = false
    const tell = (kind: 'down' | 'move' | 'up', e: { offsetX: number; offsetY: number; event: object }): void => {
      listener(kind, this.#data([e.offsetX, e.offsetY]), 'shiftKey' in e.event && e.event.shiftKey === true)
    }
    zr.on('mousedown', (e) => {
      pressed = this.#chart.containPixel('grid', [e.offsetX, e.offsetY])
      if (pressed) tell('down', e)
    })
    zr.on('mousemove', (e) => {
      if (pressed) tell('move', e)
    })
    zr.on('mouseup', (e) => {
      if (pressed) tell('up', e)
      pressed = false
    })
  }

  /** Calls back with the x at which the plot, or what stands so many pixels above it, was clicked. */
  onClick(listener: (x: number) => void, above: number): void {
    this.#chart.getZr().on('click', (e) => {
      const at: Pixel = [e.offsetX, e.offsetY]
      if (!this.#chart.containPixel('grid', at) && !this.#chart.containPixel('grid', [e.offsetX, e.offsetY + above])) return
      listener(this.#data(at)[0])
    })
  }

  /** Where a point lies that is counted as the axes do. */
  pixel(x: number, y: number): Pixel {
    return this.#chart.convertToPixel('grid', [x, y]) as Pixel
  }

  /** The place at a pixel, in data coordinates. */
  #data(pixel: Pixel): Pixel {
    const [x = NaN, y = NaN] = this.#chart.convertFromPixel('grid', pixel)
    return [meant(x, this.measures.x), meant(y, this.measures.y)]
  }

  /** How the pointer looks over the plot. */
  set cursor(style: string) {
    this.#chart.getZr().setCursorStyle(style)
  }

  /** How many pixels one unit of each axis is. */
  get scale(): Pixel {
    const at = (v: number): Pixel => this.#chart.convertToPixel('grid', [v, v]) as Pixel
    const [a, b] = [at(0), at(1)]
    const { x, y } = this.measures
    return [Math.abs(b[0] - a[0]) / x.unit, Math.abs(b[1] - a[1]) / y.unit]
  }

  dispose(): void {
    this.#observer.disconnect()
    this.#chart.dispose()
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#host
    // On paper the canvas stretches, see print.css.
    if (width === 0 || height === 0 || matchMedia('print').matches) return
    if (width !== this.#chart.getWidth() || height !== this.#chart.getHeight()) {
      this.#chart.resize({ width, height, silent: true })
      this.#resized?.()
    }
  }
}
