import { html, nothing, svg, type TemplateResult } from 'lit'
import { BOX, path } from '../charts/curve'
import { fixed } from '../math/format'
import type { LanePicture } from '../net/frame'
import { FIGURES, type Data } from '../generated/wire'
import { pairsOf, together, twice, verdictOn, type Together, type Twice } from '../math/together'
import { select } from './choices'
import type { View } from '../state/view'
import { figureName } from './explain'
import { place } from './place'
import { dotPath } from './small-fit'

/** The chart reaches so many standard deviations to each side; what lies beyond stands on its edge. */
const REACH = 4

/** How far 95 % of two standard normals lie from both means: the root of the quantile of chi-squared with two degrees. */
const REACH_95 = 2.447747

const CORNERS = 72 // of an ellipse

/** Which two targets are set against each other: the first pair unless another is chosen. */
function pairOf(targets: number, chosen: string): readonly [first: number, second: number] {
  const pairs = pairsOf(targets)
  return pairs.find((p) => String(p) === chosen) ?? pairs[0] ?? [0, 1]
}

/** The z-scores of two targets against each other, and what it costs that the loss takes their noises for independent. */
export function togetherPanel(data: Data | undefined, picture: LanePicture | undefined, { pair: chosen, places }: View): TemplateResult {
  // There is room for it before there is anything in it.
  if (!data || !picture) return html`<section class="together" ${place(places, 'residuals')}></section>`
  const rows = picture.targets?.rows
  const { targets } = data
  if (!rows) return html`<p class="note together-none">Residuals against each other are shown for up to four targets.</p>`
  const pair = pairOf(targets.length, chosen.value)
  const [a = '', b = ''] = pair.map((k) => targets[k]?.name ?? '')
  const all = twice(data, rows, ...pair)
  const [test, train] = [together(all.filter((r) => r.test)), together(all.filter((r) => !r.test))]
  const options = pairsOf(targets.length).map((p) => ({ value: String(p), label: p.map((k) => targets[k]?.name ?? '').join(' and '), help: 'whose z-scores stand against each other' }))
  return html`
    <section class="together" aria-labelledby="together-title" ${place(places, 'residuals')}><div class="together-room" tabindex="0" role="group" aria-labelledby="together-title">
      <header class="together-head">
        <h3 id="together-title">Residuals against each other</h3>
        ${targets.length > 2 ? select({ name: 'pair', label: 'pair of targets', unit: '', options }, String(pair), (p) => { chosen.value = p }) : nothing}
      </header>
      ${figures(test)}
      <div class="framed square">
        <span class="y-name">z of ${b}</span><span class="y-ends"><i>${REACH}</i><i>−${REACH}</i></span>
        ${scatter(all, test.correlation, `z-scores of ${a} and ${b}: ${test.rows} test points, ${train.rows} training points; their correlation on the test points is ${fixed(test.correlation, 2)}`)}
        <span class="x-ends"><i>−${REACH}</i><span>z of ${a}</span><i>${REACH}</i></span>
      </div>
      <ul class="together-keys" aria-label="keys">
        <li><i class="swatch dot mine" aria-hidden="true"></i>test</li><li><i class="swatch dot faint" aria-hidden="true"></i>train</li>
        <li><i class="swatch dash" aria-hidden="true"></i>95 % if independent</li><li><i class="swatch thin mine" aria-hidden="true"></i>joint normal</li>
      </ul>
      ${note(test, train)}
    </div></section>
  `
}

function figures(test: Together): TemplateResult {
  return html`
    <dl class="together-figures">
      <dt>correlation of the ${figureName('z', 'z-scores')}</dt>
      <dd><b class="figure" data-figure="correlation">${fixed(test.correlation, 2)}</b></dd>
      <dt>cost of assuming independent noise, ${FIGURES.nll.unit} per point</dt>
      <dd><b class="figure" data-figure="cost">${fixed(test.cost, 2)}</b></dd>
    </dl>
  `
}

function note(test: Together, train: Together): TemplateResult {
  return html`
    <p class="note"><b class="together-verdict">${verdictOn(test)}</b> (${test.rows} test points; within ±${fixed(test.chance, 2)} by chance; training ${fixed(train.correlation, 2)}). The loss assumes that the noises of the targets are independent. One joint normal distribution with this correlation would have an NLL lower by <span class="formula-inline">−½ log(1 − ρ²)</span>.</p>
  `
}

/** One dot for each row, the train rows lighter, and where 95 % should lie: without a correlation, and with it. */
function scatter(rows: readonly Twice[], rho: number, words: string): TemplateResult {
  const place = (v: number): number => (BOX * (Math.max(-REACH, Math.min(REACH, v)) + REACH)) / (2 * REACH)
  const at = (a: number, b: number): readonly [number, number] => [place(a), BOX - place(b)]
  const dots = (test: boolean): string => dotPath(rows.filter((r) => r.test === test).map((r) => at(r.a, r.b)))
  const ellipse = (of: number): string => path(Array.from({ length: CORNERS + 1 }, (_, i) => {
    const t = (2 * Math.PI * i) / CORNERS
    return at(REACH_95 * Math.cos(t), REACH_95 * (of * Math.cos(t) + Math.sqrt(1 - of * of) * Math.sin(t)))
  }))
  return html`
    <svg class="small-chart together-chart" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=${words}>
      ${svg`
        <path class="together-zero" d=${`M0 ${BOX / 2}H${BOX}M${BOX / 2} 0V${BOX}`}></path>
        <path class="small-dots train" d=${dots(false)}></path>
        <path class="small-dots test" d=${dots(true)}></path>
        <path class="small-truth" d=${ellipse(0)}></path>
        ${Number.isFinite(rho) ? svg`<path class="together-joint" d=${ellipse(rho)}></path>` : ''}
      `}
    </svg>
  `
}
