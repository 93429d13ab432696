import { html, nothing, type TemplateResult } from 'lit'
import { countBand, coverageInWords, coverages, rowsJudged, verdictOf, type Coverage, type Recalibration } from '../math/calibration'
import { pitHistogram, reliability } from './calibration-charts'
import { CalmRange } from '../math/scale'
import type { LanePicture } from '../net/frame'
import { fixed, significant } from '../math/format'
import { FIGURES, type Lane } from '../generated/wire'
import { chartTable, tableButton } from './chart-table'
import { segments } from './choices'
import { explainChart } from './explain'
import { told } from './help'
import { laneLine, laneStyle } from './lane-line'
import { LatePart } from './late'
import { several } from './target-choice'

const VIEWS = [
  { value: 'predicted', label: 'raw', help: 'the predictions as they are' },
  { value: 'scaled', label: 'rescaled', help: 'every std multiplied by one factor (cross-fitted on halves of the test set)' },
  { value: 'isotonic', label: 'isotonic', help: 'predicted probabilities mapped to observed frequencies by isotonic regression (cross-fitted on halves of the test set)' },
] as const

const HELP = `Left: on the diagonal exactly as promised, below it overconfident, above it underconfident. Right: ${FIGURES.pit.help} Grey: the range expected by chance (95 %).`

const MARK: Readonly<Record<Coverage['side'], string>> = { below: '▾', within: '✓', above: '▴', unknown: '' }
const SIDE: Readonly<Record<Coverage['side'], string>> = {
  below: 'below the range expected by chance', within: 'within the range expected by chance', above: 'above the range expected by chance', unknown: 'unknown',
}
const TABLE_EVERY = 1000 // ms; a table that changes faster cannot be read

/** Whether the predicted distributions are calibrated on the test points. */
class GnllCalibration extends LatePart {
  static override properties = { asTable: { state: true } }
  declare asTable: boolean
  readonly #range = new CalmRange(3)
  #table: { readonly at: number; readonly of: string; readonly shown: TemplateResult } | null = null

  constructor() {
    super()
    this.asTable = false
  }

  get #view(): Recalibration {
    return this.store.view.recalibration.value
  }

  protected override render(): TemplateResult {
    const lanes = this.store.lanes.value
    const data = this.store.run.value?.data
    const pictures = this.store.reading.value
    const focus = this.store.focused(pictures)
    const colour = lanes.find((l) => l.lane === this.store.view.focus.value)?.colour ?? 0
    return html`
      <section class="card calibration explained" aria-labelledby="calibration-title" style=${laneStyle(colour)}>
        <header class="plot-head">
          <h2 id="calibration-title">Calibration<span class="unseen"> (test set)</span></h2>
          ${explainChart('calibration', HELP)}
          <span class="keys-row">${focus ? this.#verdict(focus) : nothing}</span>
          ${tableButton('calibration', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="calibration-body">
          ${this.#charts(focus, pictures, lanes)}
          ${lanes.length > 1 ? this.#verdicts(pictures, lanes) : nothing}
          <div class="recalibration">
            ${segments({ name: 'recalibration', label: 'recalibration', options: VIEWS }, this.#view, (v) => { this.store.view.recalibration.value = v as Recalibration })}
            <p class="after">${several(data) ? html`<b>${data?.target.name}</b>: ` : nothing}${focus ? this.#after(focus) : nothing}</p>
          </div>
          ${this.asTable && focus ? this.#tables(focus, pictures, lanes) : nothing}
        </div>
      </section>
    `
  }

  #verdict(p: LanePicture): TemplateResult {
    const verdict = verdictOf(p, this.#view, this.store.run.value?.data)
    return told('verdict', FIGURES.verdict.label, html`<span class="unseen">verdict: </span><span class="verdict verdict-${verdict.kind}">${verdict.word}</span>`, verdict.sentence, 'verdict')
  }

  /** The verdict on each lane. */
  #verdicts(pictures: readonly LanePicture[], lanes: readonly Lane[]): TemplateResult {
    return html`
      <ul class="verdicts" aria-label="verdicts of the models">
        ${lanes.map((l) => {
          const p = pictures.find((f) => f.lane === l.lane)
          if (!p) return nothing
          const { word, kind, where, sentence } = verdictOf(p, this.#view, this.store.run.value?.data)
          return html`<li style=${laneStyle(l.colour)}>${told(`verdict-${l.lane}`, FIGURES.verdict.label, html`<span class="unseen">model ${l.name}: </span>${laneLine(l.colour)}<span class="verdict verdict-${kind}">${kind === 'well' ? 'calibrated' : word}${where === '' ? '' : ' *'}</span>`, `${l.name}: ${word}. ${sentence}`, 'verdict')}</li>`
        })}
      </ul>
    `
  }

  #charts(focus: LanePicture | undefined, pictures: readonly LanePicture[], lanes: readonly Lane[]): TemplateResult {
    const rows = focus ? rowsJudged(focus) : 0
    const curves = lanes.flatMap((l) => {
      const p = pictures.find((f) => f.lane === l.lane)
      return p ? [{ colour: l.colour, isFocus: p === focus, expected: p.calibration.expected, observed: p.calibration[this.#view] }] : []
    })
    const counts = focus?.pit[this.#view] ?? new Float32Array(10)
    const band = countBand(1 / counts.length, rows)
    const most = counts.reduce((m, n) => (n > m ? n : m), band[1])
    const { max } = this.#range.follow(0, Math.max(most, 1))
    return html`
      <div class="calibration-charts">
        <div class="framed square">
          <span class="y-name">observed</span><span class="y-ends"><i>1</i><i>0</i></span>
          ${reliability(curves, rows, `observed against expected fraction of ${rows} test points; the table has the numbers`)}
          <span class="x-ends"><i>0</i><span>expected</span><i>1</i></span>
        </div>
        <div class="framed">
          <span class="y-name">points</span><span class="y-ends"><i>${fixed(max, 0)}</i><i>0</i></span>
          ${pitHistogram(counts, band, rows / counts.length, max, `number of test points (of ${rows}) by their probability integral transform; the table has the numbers`)}
          <span class="x-ends"><i>0</i><span>PIT</span><i>1</i></span>
        </div>
        ${focus ? this.#coverages(focus) : html`<div class="coverages"></div>`}
      </div>
    `
  }

  #coverages(focus: LanePicture): TemplateResult {
    return html`
      <div class="coverages" role="group" aria-label="coverage">
        <span class="coverages-name" aria-hidden="true">coverage, %</span>
        ${coverages(focus, this.#view).map((c) => {
          const level = fixed(100 * c.level, 0)
          const value = fixed(100 * c.observed, 0)
          return told(`coverage-${level}`, `coverage of ${level} %`, html`
            <span class="level"><span class="unseen">coverage of </span>${level}<span class="unseen"> %: </span></span>
            <span class="figure">${value}<span class="unseen"> %, ${SIDE[c.side]}</span></span>
            <span class="side side-${c.side}" aria-hidden="true">${MARK[c.side]}</span>
          `, coverageInWords(c), level === '95' ? 'coverage' : `coverage_${level}`)
        })}
      </div>
    `
  }

  /** What recalibration does. */
  #after(focus: LanePicture): TemplateResult {
    const s = focus.fit.scalars
    const rows = rowsJudged(focus)
    const { where } = verdictOf(focus, this.#view, this.store.run.value?.data)
    const area = (after: number): string => `the miscalibration from ${fixed(s.test_miscal_area, 3)} to ${fixed(after, 3)}`
    const fitted = '(cross-fitted on halves of the test set)'
    if (this.#view === 'predicted') return html`${where === '' ? nothing : html`<b class="verdict-where">But ${where}.</b> `}Grey: the range expected by chance with ${rows} test points (95 %)`
    if (!Number.isFinite(s.isotonic_miscal_area)) return html`Too few test points to recalibrate, or numbers that are not finite`
    if (this.#view === 'isotonic') return html`Isotonic regression changes ${area(s.isotonic_miscal_area)} ${fitted}`
    return html`Multiplying every std by <b>${significant(s.scale_factor, 3)}</b> changes the NLL from ${fixed(s.test_nll, 2)} to ${fixed(s.scaled_nll, 2)} nats and ${area(s.scaled_miscal_area)} ${fitted}`
  }

  /** Rebuilt once a second at most. */
  #tables(focus: LanePicture, pictures: readonly LanePicture[], lanes: readonly Lane[]): TemplateResult {
    const of = [this.#view, focus.lane, ...lanes.map((l) => l.name)].join()
    const now = performance.now()
    if (this.#table?.of === of && now - this.#table.at < TABLE_EVERY) return this.#table.shown
    const rows = rowsJudged(focus)
    const shares = lanes.flatMap((l) => pictures.find((p) => p.lane === l.lane)?.calibration[this.#view] ?? [])
    const percent = (v: number): string => fixed(100 * v, 0)
    const counts = focus.pit[this.#view]
    const range = ([low, high]: readonly [number, number]): string => `${low} to ${high}`
    const shown = html`
      <div class="tables">
        ${chartTable({
          caption: `test points within central intervals, % of ${rows}, step ${focus.fit.step}`,
          columns: ['expected', ...lanes.map((l) => (lanes.length > 1 ? l.name : 'observed')), 'number by chance'],
          rows: Array.from(focus.calibration.expected, (p, i) => [percent(p), ...shares.map((c) => percent(c[i] ?? NaN)), range(countBand(p, rows))]),
        })}
        ${chartTable({
          caption: 'probability integral transforms',
          columns: ['from', 'to', 'points', 'by chance'],
          rows: Array.from(counts, (n, i) => [fixed(i / counts.length, 1), fixed((i + 1) / counts.length, 1), fixed(n, 0), range(countBand(1 / counts.length, rows))]),
        })}
      </div>
    `
    this.#table = { at: now, of, shown }
    return shown
  }
}

customElements.define('gnll-calibration', GnllCalibration)
