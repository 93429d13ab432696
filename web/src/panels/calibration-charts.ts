import { html, svg, type TemplateResult } from 'lit'
import { samplingBand } from '../math/calibration'
import { laneStyle } from './lane-line'
import { BOX, path, up } from '../charts/curve'
import { dashOf } from '../charts/lanes'

/** A lane's curve of central intervals. */
export interface Curve {
  readonly colour: number
  readonly isFocus: boolean
  readonly expected: ArrayLike<number>
  readonly observed: ArrayLike<number>
}

const BAND_STEPS = 40

/** Observed shares by expected ones, on a grey band in which chance alone keeps them; the lane in focus on top. */
export function reliability(curves: readonly Curve[], rows: number, words: string): TemplateResult {
  const inBox = (expected: number, observed: number): readonly [number, number] => [BOX * expected, up(observed, 0, 1)]
  const levels = Array.from({ length: BAND_STEPS + 1 }, (_, i) => i / BAND_STEPS)
  const band = rows > 0
    ? `${path([...levels.map((p) => inBox(p, samplingBand(p, rows)[0])), ...levels.toReversed().map((p) => inBox(p, samplingBand(p, rows)[1]))])}Z`
    : ''
  return html`
    <svg class="small-chart" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=${words}>
      ${svg`
        <path class="chance" d=${band}></path>
        <path class="diagonal" d="M0 100L100 0"></path>
        ${curves.toSorted((a, b) => Number(a.isFocus) - Number(b.isFocus)).map((c) => svg`
          <path
            class="curve" ?data-focus=${c.isFocus} style=${laneStyle(c.colour)} stroke-dasharray=${dashOf(c.colour).join(' ') || 'none'}
            d=${path(Array.from(c.expected, (p, i) => inBox(p, c.observed[i] ?? NaN)))}
          ></path>
        `)}
      `}
    </svg>
  `
}

/** How many test rows have which probability integral transform, over the count that is expected and the range in which chance keeps it. */
export function pitHistogram(counts: ArrayLike<number>, band: readonly [low: number, high: number], expected: number, top: number, words: string): TemplateResult {
  const width = BOX / counts.length
  const at = (n: number): number => up(n, 0, top)
  return html`
    <svg class="small-chart" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=${words}>
      ${svg`
        ${Array.from(counts, (n, i) => (Number.isFinite(n) ? svg`<rect class="bin" x=${i * width + 0.6} width=${width - 1.2} y=${at(n)} height=${BOX - at(n)}></rect>` : ''))}
        <rect class="chance" x="0" width=${BOX} y=${at(band[1])} height=${at(band[0]) - at(band[1])}></rect>
        <path class="diagonal" d=${`M0 ${at(expected)}H${BOX}`}></path>
      `}
    </svg>
  `
}
