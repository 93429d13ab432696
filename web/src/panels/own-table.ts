import { html, nothing, type TemplateResult } from 'lit'
import type { InspectedColumn, Inspection } from '../generated/api'
import type { Dialect } from '../net/api'
import { count } from '../math/format'

const NAMES: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', ' ': 'space', '|': 'bar' }

const KINDS: Readonly<Record<InspectedColumn['kind'], string>> = {
  number: 'numbers', text: 'text', two: 'two values', empty: 'empty', sparse: 'mostly empty', constant: 'constant', index: 'row numbers', unclear: 'ambiguous',
}

/** What a user may say about a file, so that the server need not guess. */
const CHOICES = [
  { name: 'header', label: 'first row', options: [['', 'detect'], ['yes', 'names'], ['no', 'data']] },
  { name: 'delimiter', label: 'separator', options: [['', 'detect'], ...['comma', 'semicolon', 'tab', 'bar', 'space'].map((v) => [v, v] as const)] },
  { name: 'decimal', label: 'decimal mark', options: [['', 'detect in each column'], ['point', 'point'], ['comma', 'comma']] },
] as const

/** What stands in the fields of a form about the dialect of a file; what is empty is left out. */
export function dialectOf(form: HTMLFormElement): Dialect {
  const said: Record<string, string | string[]> = {}
  for (const { name } of CHOICES) {
    const value = form.querySelector<HTMLSelectElement>(`#own-${name}`)?.value ?? ''
    if (value !== '') said[name] = value
  }
  const missing = (form.querySelector<HTMLInputElement>('#own-missing')?.value ?? '').split(/[\s,;]+/).filter((code) => code !== '')
  if (missing.length > 0) said['missing'] = missing
  return said
}

/** Fields by which the dialect of a file is overruled. */
export function dialectFields(changed: () => void): TemplateResult {
  return html`
    <div class="own-fields" role="group" aria-label="format of the file">
      ${CHOICES.map((c) => html`
        <label>${c.label}
          <span class="select"><select id="own-${c.name}" @change=${changed}>${c.options.map(([value, label]) => html`<option value=${value}>${label}</option>`)}</select></span>
        </label>
      `)}
      <label class="wide">value that means missing
        <span class="field"><input type="text" id="own-missing" placeholder="such as -200" autocomplete="off" spellcheck="false" @change=${changed}></span>
      </label>
    </div>
  `
}

/** What was found in a file, in a sentence. */
export function summary(found: Inspection): string {
  return `${found.rows} rows, ${NAMES[found.delimiter] ?? found.delimiter}-separated, decimal ${found.decimal === ',' ? 'comma' : 'point'}, ${found.header ? 'with' : 'without'} header.${missing(found.missing.total)}`
}

function missing(cells: number): string {
  if (cells === 0) return ''
  return ` ${cells === 1 ? '1 empty cell' : `${cells} empty cells`}; rows with a gap in a chosen column are skipped.`
}

/** What to know about a file before training on it. */
export function warnings(found: Inspection): TemplateResult | typeof nothing {
  if (found.warnings.length === 0) return nothing
  return html`<ul class="own-warnings" aria-label="warnings about the file">${found.warnings.map((line) => html`<li>${line}</li>`)}</ul>`
}

const number = (v: number, digits = 6): string => String(Number(v.toPrecision(digits))).replace('-', '−')

/** From the least to the greatest number, told apart where they are not the same. */
function range({ min, max }: InspectedColumn): string {
  const digits = min !== max && number(min) === number(max) ? 12 : 6
  return `${number(min, digits)} to ${number(max, digits)}`
}

/** Whether a column can be an input: numbers, dates, or words of which there are few. */
export function isUsable(c: InspectedColumn): boolean {
  return c.numeric || c.date !== '' || c.words > 1
}

/** What chosen columns hold that cannot be trained on, and what to do where a column holds nothing else. */
export function unusable(columns: readonly InspectedColumn[], chosen: readonly string[]): TemplateResult {
  const cell = (c: InspectedColumn): string => (c.odd[0] ? `, such as “${c.odd[0].value}” in row ${c.odd[0].row} (${c.odd[0].why})` : '')
  const bad = columns.filter((c) => !isUsable(c))
  const skipped = columns.filter((c) => c.numeric && c.other > 0 && chosen.includes(c.name))
  return html`
    ${skipped.map((c) => html`<p class="note">${c.other} of ${c.numbers + c.missing + c.other} rows are skipped if you use <b>${c.name}</b>: it holds something else than a number there${cell(c)}.</p>`)}
    ${bad.map((c) => html`<p class="note"><b>${c.name}</b> cannot be used as it is: ${c.numbers + c.other === 0 ? 'it is empty' : `it holds text${cell(c)}`}.${columns.length - bad.length < 2 ? ' Leave only the numbers in it, and choose the file again.' : ''}</p>`)}
  `
}

function holds(c: InspectedColumn): string {
  if (c.date !== '') return 'dates'
  if (c.words > 1) return `${c.words} words${c.odd[0] ? `, such as “${c.odd[0].value}”` : ''}`
  return c.reason !== '' && c.kind === 'number' ? 'a copy' : KINDS[c.kind]
}

/** What a column holds: its kind, range, missing and odd cells. */
export function columnCells(c: InspectedColumn): TemplateResult {
  // To whoever wants numbers every word is odd; to whoever reads a column of words none is.
  const whole = c.date !== '' || c.words > 1
  const [odd] = whole ? [] : c.odd
  return html`
    <td>${holds(c)}</td>
    <td>${c.numbers > 0 ? range(c) : '—'}</td>
    <td>${count(c.missing)}</td>
    <td>${count(whole ? 0 : c.other)}${odd ? html` <span class="aside" title=${odd.why}>“${odd.value}” in row ${odd.row}</span>` : nothing}</td>
  `
}

/** What it means that several columns are learned. */
export function targetsNote(targets: readonly string[]): TemplateResult | typeof nothing {
  if (targets.length < 2) return nothing
  return html`<p class="note">One network predicts ${targets.length} targets, each with its own mean and variance. The loss assumes that their noises are independent.</p>`
}

const CIRCLES = [
  ['', 'days'], ['year', 'days + position in the year'], ['day', 'days + position in the day'], ['year,day', 'days + both positions'],
] as const

/** What happens to rows with a missing input. */
export function gaps(): TemplateResult {
  return html`
    <div class="own-fields">
      <label>rows with a missing input
        <span class="select"><select id="own-lacking">
          <option value="">skip</option>
          <option value="mean">fill with the mean and mark</option>
        </select></span>
      </label>
    </div>
  `
}

/** What dates become besides days. */
export function circles(): TemplateResult {
  return html`
    <div class="own-fields">
      <label>dates as
        <span class="select"><select id="own-circles">${CIRCLES.map(([value, label]) => html`<option value=${value}>${label}</option>`)}</select></span>
      </label>
    </div>
  `
}
