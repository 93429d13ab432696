import { effective, type GridFrame, type LanePicture, type TruthFrame } from '../net/frame'
import { PICTURE, type Data } from '../generated/wire'
import { clampedOf } from '../math/clamped'
import { significant } from '../math/format'
import { aleatoricOf, sliced } from '../math/reading'
import { areaBetween, inputAxis, linear, type At } from './axes'
import { EPISTEMIC_DASH, RANGE_DASH } from './bands'
import { Plot, type Area, type Figure, type Pixel } from './echarts'
import type { Picture } from './fit'
import { Floor } from './floor'
import { lookOf, polylines, type LaneLook } from './lanes'
import { noiseInWords } from './noise-words'
import { base, described, LOW } from './options'
import { skin, type Palette } from './palette'
import { counted, PLAIN } from './measure'
import { labelOf } from './shown'
import { extent, Glide, type Ends } from '../math/scale'
import { decadesOn, visibleDecades } from '../math/visible'

const GLIDE = 300 // ms
const LABEL = 16 // pixels, the height of a label with its air
const calm = matchMedia('(prefers-reduced-motion: reduce)')

/** The predicted standard deviation on a log axis, and the floor under it. */
export class NoiseChart {
  readonly #plot: Plot
  readonly #glide = new Glide(GLIDE)
  readonly #floor = new Floor()
  #palette: Palette | null = null
  #data: Data | null = null
  #grid: GridFrame | null = null
  #truth: TruthFrame | null = null
  #rangeOf = ''
  /** Where the axis is going, in powers of ten; null: other data. */
  #aim: Ends | null = null
  /** What of it is drawn. */
  #shown: Ends = { min: 0, max: 1 }
  /** For what the axis was laid out. */
  #drawn = ''
  /** Whether what comes next is another picture, and not this one as it goes on. */
  #jumps = true
  #gliding = 0
  /** What a sensible fit needs: the axis has room for it, whatever is seen. */
  #usual: readonly [low: number, high: number] = [1, 10]
  #picture: Picture | null = null

  readonly #host: HTMLElement

  constructor(host: HTMLElement) {
    this.#host = host
    this.#plot = new Plot(host, 'noise', base({ grid: LOW }))
    this.#plot.onResize(() => {
      this.#rescale(this.#shown)
      this.#paint()
    })
  }

  onPointer(listener: (x: number | null) => void): void {
    this.#plot.onPointer(listener)
  }

  dispose(): void {
    cancelAnimationFrame(this.#gliding)
    this.#plot.dispose()
  }

  /** What changes only with the data set or the theme. */
  setScene(data: Data, grid: GridFrame, truth: TruthFrame | null, p: Palette): void {
    // Rows that come and go must not move the axis.
    const of = `${data.name} ${data.shown_target} ${grid.generation} ${data.slice}`
    if (this.#rangeOf !== of) this.#aim = null
    this.#rangeOf = of
    this.#data = data
    this.#grid = grid
    this.#truth = truth
    this.#palette = p
    // The room that a sensible fit needs, so that the axis stands from the start.
    const spread = data.target_std ?? 1
    const known = truth && extent(truth.std.filter((v) => v > 0))
    this.#usual = [Math.min(spread * PICTURE.noise_low, known?.[0] ?? Infinity), Math.max(spread * PICTURE.noise_high, known?.[1] ?? 0)]
    if (!this.#aim) {
      this.#jumps = true
      this.#aimAt(...this.#usual)
    }

    const [left = 0, right = 1] = extent(grid.x) ?? []
    this.#plot.prepare(skin(p))
    this.#plot.prepare(described(`Noise of ${data.title}: the predicted standard deviation of ${labelOf(data.target)} over ${labelOf(sliced(data).column)} on a log axis, and the minimum set by eps.`))
    const across = inputAxis(left, right)
    this.#plot.measures = { x: across.measure, y: PLAIN }
    this.#drawn = ''
    this.#plot.prepare({
      // Both names stand elsewhere: under the fit, on the same x, and in the panel's head.
      xAxis: { ...across.axis, name: '' },
      yAxis: { ...this.#upright(this.#shown), name: '' },
      series: truth
        ? [{
            type: 'line', id: 'truth', silent: true, z: 2, showSymbol: false,
            data: Array.from(grid.x, (x, i) => [counted(x, across.measure), Math.log10(truth.std[i] ?? NaN)]),
            lineStyle: { color: p.ink, width: 1.4, type: [7, 5], opacity: 0.8 },
          }]
        : [],
    })
  }

  draw(picture: Picture): void {
    this.#picture = picture
    this.#aimAt(...this.#seen(picture))
    this.#jumps = false
    this.#fit()
  }

  #aimAt(low: number, high: number): void {
    const now = performance.now()
    this.#aim = visibleDecades(this.#aim, low, high)
    this.#glide.aim(this.#aim, now, this.#jumps || calm.matches || document.hidden)
    this.#shown = this.#glide.at(now)
  }

  /** Paints, and again in the next frames while the axis is on its way. */
  #fit(): void {
    const now = performance.now()
    const range = this.#glide.at(now)
    this.#rescale(range)
    this.#paint()
    cancelAnimationFrame(this.#gliding)
    if (this.#glide.moves(now)) this.#gliding = requestAnimationFrame(() => { this.#fit() })
  }

  #upright(range: Ends) {
    const customValues = decadesOn(range, this.#plot.height - LOW.top - LOW.bottom, LABEL)
    return { ...range, axisTick: { customValues }, axisLabel: { customValues, formatter: (v: number) => significant(10 ** v, 1) } }
  }

  #rescale(range: Ends): void {
    this.#shown = range
    const drawn = `${range.min} ${range.max} ${this.#plot.height}`
    if (drawn !== this.#drawn) this.#plot.set({ yAxis: this.#upright(range) })
    this.#drawn = drawn
  }

  /** From the least to the greatest of all lanes, with room for a sensible fit and for a decade of what the clamp hides. */
  #seen({ pictures, focus: { fit, average: focusAverage } }: Picture): [number, number] {
    const n = this.#grid?.x.length ?? 0
    const { floor } = fit.scalars
    let [low, high] = [Infinity, 0]
    for (const { fit: f } of pictures) {
      for (let i = 0; i < n; i++) {
        const v = effective(f, i)
        if (!(v > 0 && v < Infinity)) continue
        low = Math.min(low, v)
        high = Math.max(high, v)
      }
    }
    for (const v of focusAverage ? [...focusAverage.stdLow, ...focusAverage.stdHigh] : []) {
      if (!(v > 0 && v < Infinity)) continue
      low = Math.min(low, v)
      high = Math.max(high, v)
    }
    if (high === 0) [low, high] = this.#usual
    let [hidden, agreed] = [low, low]
    for (let i = 0; i < n; i++) {
      const [raw, epistemic] = [fit.std[i] ?? NaN, fit.epistemic?.[i] ?? NaN]
      if (raw > 0 && raw < floor) hidden = Math.min(hidden, raw)
      if (epistemic > 0) agreed = Math.min(agreed, epistemic)
    }
    const [least, most] = this.#usual
    return [Math.min(least, low, Math.max(hidden, floor / 10), Math.max(agreed, low / 30)), Math.max(most, high)]
  }

  #paint(): void {
    const [picture, grid, p, data] = [this.#picture, this.#grid, this.#palette, this.#data]
    if (!picture || !grid || !p || !data || this.#plot.width === 0) return
    const { focus, probe } = picture
    const powers = linear(this.#plot)
    const at: At = (x, y) => powers(x, y > 0 ? Math.log10(y) : NaN)
    const [left = 0, right = 1] = extent(grid.x) ?? []
    const area = areaBetween(powers, [left, this.#shown.min], [right, this.#shown.max])
    const look = (q: LanePicture): LaneLook => lookOf(picture.lanes.find((l) => l.lane === q.lane)?.colour ?? 0, p)
    const curve = (value: (i: number) => number): Pixel[] => Array.from(grid.x, (x, i) => at(x, value(i)))
    const others = picture.pictures.filter((q) => q !== focus).map((q): [LanePicture, Pixel[]] => [q, curve((i) => effective(q.fit, i))])
    const std = curve((i) => effective(focus.fit, i))
    const raw = curve((i) => focus.fit.std[i] ?? NaN)
    const { epistemic } = focus.fit
    // The words of the floor are to stand beside all of them.
    const curves = [
      std, raw, ...others.map(([, points]) => points), ...(this.#truth ? [curve((i) => this.#truth?.std[i] ?? NaN)] : []),
      ...(epistemic ? [curve((i) => epistemic[i] ?? NaN), curve((i) => aleatoricOf(effective(focus.fit, i), epistemic[i] ?? NaN))] : []),
    ]
    const clamped = clampedOf(focus, data)
    this.#host.dataset['axis'] = `${significant(10 ** this.#shown.min, 1)} to ${significant(10 ** this.#shown.max, 1)}`
    this.#host.dataset['clamped'] = `${clamped.points} of ${clamped.of}`
    this.#plot.paint([
      { z: 1, figures: this.#floor.figures({ picture: focus, data, clamped, x: grid.x, curves, palette: p, area, at, isRead: probe !== null }) },
      { z: 4, clip: area, figures: [...others.flatMap(([q, points]) => polylines(points, look(q), 1.6)), ...this.#lines(focus, std, raw, curve, look(focus), p)] },
      { z: 5, figures: probe === null ? [] : reading(noiseInWords(focus.fit, grid, data, probe), at(probe, 1)[0], area, p) },
    ])
  }

  /** What is predicted, and of what it is made. */
  #lines({ fit, average }: LanePicture, std: Pixel[], raw: Pixel[], curve: (value: (i: number) => number) => Pixel[], look: LaneLook, p: Palette): Figure[] {
    const { floor } = fit.scalars
    const { epistemic } = fit
    const hidden = raw.map((at, i): Pixel => ((fit.std[i] ?? NaN) < floor ? at : [NaN, NaN]))
    return [
      ...polylines(hidden, { colour: look.colour, dash: [1.5, 3] }, 1.3),
      ...(epistemic ? polylines(curve((i) => epistemic[i] ?? NaN), { colour: p.epistemic, dash: EPISTEMIC_DASH }, 1.8) : []),
      ...(epistemic ? polylines(curve((i) => aleatoricOf(effective(fit, i), epistemic[i] ?? NaN)), { colour: look.colour, dash: [] }, 1.1, 0.75) : []),
      ...(average ? [average.stdLow, average.stdHigh] : []).flatMap((edge) => polylines(curve((i) => edge[i] ?? NaN), { colour: look.colour, dash: RANGE_DASH }, 1.4)),
      ...polylines(std, look, 2.2),
    ]
  }
}

/** The line at x, and above the plot what is read there: it covers nothing and stays where it is. */
function reading(text: string, x: number, area: Area, p: Palette): Figure[] {
  return [
    { type: 'line', shape: { x1: x, y1: area.y, x2: x, y2: area.y + area.height }, style: { stroke: p.ink, lineWidth: 1, lineDash: [2, 3], opacity: 0.8 } },
    { type: 'text', style: { text, x: area.x + area.width, y: area.y - 7, align: 'right', verticalAlign: 'bottom', fill: p.ink, font: `${p.size + 1}px ${p.font}` } },
  ]
}

