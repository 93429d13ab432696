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
  { value: 'predicted', label: 'as predicted', help: 'the predictions as they are' },
  { value: 'scaled', label: 'factor', help: 'with one factor on all standard deviations, learned on the other half of the test rows' },
  { value: 'isotonic', label: 'isotonic', help: 'with predicted probabilities mapped to observed ones by isotonic regression, learned on the other half of the test rows' },
] as const

const HELP = `Left: ${FIGURES.reliability.help} Right: ${FIGURES.pit.help} Grey is where chance alone keeps 95 of 100 calibrated networks.`

const MARK: Readonly<Record<Coverage['side'], string>> = { below: '▾', within: '✓', above: '▴', unknown: '' }
const SIDE: Readonly<Record<Coverage['side'], string>> = {
  below: 'less than chance explains', within: 'within what chance explains', above: 'more than chance explains', unknown: 'not known',
}
const TABLE_EVERY = 1000 // ms; a table that changes faster cannot be read

/** Whether the predicted distributions can be believed, on rows that were held out. */
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
          <h2 id="calibration-title">Calibration, test</h2>
          ${explainChart('calibration', HELP)}
          <span class="keys-row">${focus ? this.#verdict(focus) : nothing}</span>
          ${tableButton('calibration', this.asTable, () => { this.asTable = !this.asTable })}
        </header>
        <div class="calibration-body">
          ${this.#charts(focus, pictures, lanes)}
          ${lanes.length > 1 ? this.#verdicts(pictures, lanes) : nothing}
          <div class="recalibration">
            ${segments({ name: 'recalibration', label: 'as predicted or recalibrated', options: VIEWS }, this.#view, (v) => { this.store.view.recalibration.value = v as Recalibration })}
            <p class="after">${several(data) ? html`<b>${data?.target.name}</b>: ` : nothing}${focus ? this.#after(focus) : nothing}</p>
          </div>
          ${this.asTable && focus ? this.#tables(focus, pictures, lanes) : nothing}
        </div>
      </section>
    `
  }

  #verdict(p: LanePicture): TemplateResult {
    const { word, kind, sentence } = verdictOf(p, this.#view)
    return told('verdict', FIGURES.verdict.label, html`<span class="unseen">verdict: </span><span class="verdict verdict-${kind}">${word}</span>`, sentence, 'verdict')
  }

  /** That of each lane in short. */
  #verdicts(pictures: readonly LanePicture[], lanes: readonly Lane[]): TemplateResult {
    return html`
      <ul class="verdicts" aria-label="verdicts of the lanes">
        ${lanes.map((l) => {
          const p = pictures.find((f) => f.lane === l.lane)
          if (!p) return nothing
          const { word, short, kind, sentence } = verdictOf(p, this.#view)
          return html`<li style=${laneStyle(l.colour)}>${told(`verdict-${l.lane}`, FIGURES.verdict.label, html`<span class="unseen">lane ${l.name}: </span>${laneLine(l.colour)}<span class="verdict verdict-${kind}">${short}</span>`, `${l.name}: ${word}. ${sentence}`, 'verdict')}</li>`
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
          ${reliability(curves, rows, `observed share of ${rows} test rows by the expected share; the table has it in figures`)}
          <span class="x-ends"><i>0</i><span>expected</span><i>1</i></span>
        </div>
        <div class="framed">
          <span class="y-name">rows</span><span class="y-ends"><i>${fixed(max, 0)}</i><i>0</i></span>
          ${pitHistogram(counts, band, rows / counts.length, max, `counts of ${rows} test rows by their probability integral transform; the table has them in figures`)}
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
    const area = (after: number): string => `area ${fixed(s.test_miscal_area, 3)} → ${fixed(after, 3)}`
    const learned = 'learned on the other half of the test rows'
    if (this.#view === 'predicted') return html`${rows} test rows; grey: where chance alone keeps 95 of 100 calibrated networks`
    if (!Number.isFinite(s.isotonic_miscal_area)) return html`too few test rows to recalibrate, or numbers that are not finite`
    if (this.#view === 'isotonic') return html`${area(s.isotonic_miscal_area)}; probabilities mapped as ${learned}`
    return html`all std <b>× ${significant(s.scale_factor, 3)}</b>: NLL ${fixed(s.test_nll, 2)} → ${fixed(s.scaled_nll, 2)} nats, ${area(s.scaled_miscal_area)}; ${learned}`
  }

  /** Made anew now and then only. */
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
          caption: `rows within central intervals, %, of ${rows} test rows, step ${focus.fit.step}`,
          columns: ['expected', ...lanes.map((l) => (lanes.length > 1 ? l.name : 'observed')), 'rows by chance'],
          rows: Array.from(focus.calibration.expected, (p, i) => [percent(p), ...shares.map((c) => percent(c[i] ?? NaN)), range(countBand(p, rows))]),
        })}
        ${chartTable({
          caption: 'probability integral transforms',
          columns: ['from', 'to', 'rows', 'by chance'],
          rows: Array.from(counts, (n, i) => [fixed(i / counts.length, 1), fixed((i + 1) / counts.length, 1), fixed(n, 0), range(countBand(1 / counts.length, rows))]),
        })}
      </div>
    `
    this.#table = { at: now, of, shown }
    return shown
  }
}

customElements.define('gnll-calibration', GnllCalibration)
