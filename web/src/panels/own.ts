import { html, nothing, type TemplateResult } from 'lit'
import type { Inspection } from '../generated/api'
import { Problem, type Dialect } from '../net/api'
import { Refusal } from '../net/connection'
import { parseNumber } from '../math/format'
import type { CSVSpec, DataSpec } from '../generated/wire'
import { segments } from './choices'
import { circles, columnCells, dialectFields, dialectOf, gaps, isUsable, summary, targetsNote, unusable, warnings } from './own-table'
import { DialogOf } from './dialog'
import { Part } from './part'

type Tab = 'formula' | 'csv'

const TABS = [
  { value: 'csv', label: 'Table', help: 'a table from a file (CSV) or the clipboard' },
  { value: 'formula', label: 'Formula', help: 'data drawn from formulas that you write' },
] as const

const FIELDS = [
  { name: 'mean', label: 'mean', value: 'sin(x)', wide: true },
  { name: 'std', label: 'standard deviation', value: '0.1 + 0.1 * abs(x)', wide: true },
  { name: 'from', label: 'x from', value: '-3', wide: false },
  { name: 'to', label: 'to', value: '3', wide: false },
  { name: 'rows', label: 'rows', value: '200', wide: false },
] as const

type Field = (typeof FIELDS)[number]['name'] | 'csv'

/** Where the server's words about a formula begin with what they are about. */
const OF_FORMULA: readonly Field[] = ['mean', 'std', 'from', 'to', 'rows']

const LONG_PASTE = 20_000 // characters

/** What the server takes as inputs where none are named. */
const MOST_INPUTS = 16

/** How many columns one network can learn. */
const MOST_TARGETS = 16

/** The dialog for the user's own data: from a formula, or from a file. */
class GnllOwn extends Part {
  static override properties = {
    tab: { state: true }, mistakes: { state: true }, inspection: { state: true }, targets: { state: true }, inputs: { state: true }, busy: { state: true }, file: { state: true },
  }

  declare tab: Tab
  /** What is wrong, in the server's words, by field. */
  declare mistakes: Readonly<Partial<Record<Field, string>>>
  declare inspection: Inspection | null
  /** Those that are learned, in the order of the columns. */
  declare targets: readonly string[]
  declare inputs: readonly string[]
  declare busy: boolean
  /** The name of the file that the text is of, if it is one's. */
  declare file: string

  readonly #dialog = new DialogOf(this, 'own', ({ file }) => (file ? this.#take(file) : undefined))

  constructor() {
    super()
    this.tab = 'csv'
    this.mistakes = {}
    this.inspection = null
    this.targets = []
    this.inputs = []
    this.busy = false
    this.file = ''
  }

  /** The rows of a file are read at once. */
  async #take(file: File): Promise<void> {
    this.tab = 'csv'
    this.mistakes = {}
    await this.updateComplete
    await this.#fill(file)
  }

  #close(): void {
    this.querySelector('dialog')?.close()
  }

  #field(name: Field): string {
    return this.querySelector<HTMLInputElement | HTMLTextAreaElement>(`#own-${name}`)?.value ?? ''
  }

  async #useFormula(): Promise<void> {
    const number = (name: Field): number => parseNumber(this.#field(name))
    const numbers = { from: number('from'), to: number('to'), rows: number('rows') }
    this.mistakes = Object.fromEntries(Object.entries(numbers).filter(([, v]) => !Number.isFinite(v)).map(([name]) => [name, 'enter a number']))
    if (Object.keys(this.mistakes).length > 0) return
    await this.#use({ formula: { mean: this.#field('mean'), std: this.#field('std'), ...numbers } })
  }

  async #useCSV(): Promise<void> {
    await this.#use({ csv: { text: this.#field('csv'), ...(this.targets.length > 1 ? { targets: this.targets } : { target: this.targets[0] ?? '' }), inputs: this.inputs, ...this.#dialect(), ...this.#encoding() } })
  }

  async #use(data: DataSpec): Promise<void> {
    await this.#ask(async () => {
      await this.store.useData(data)
      this.#close()
    })
  }

  #encoding(): Pick<CSVSpec, 'circles' | 'lacking'> {
    const said = (id: string): string => this.querySelector<HTMLSelectElement>(id)?.value ?? ''
    const [circles, lacking] = [said('#own-circles'), said('#own-lacking')]
    return { ...(circles === '' ? {} : { circles: circles.split(',') }), ...(lacking === '' ? {} : { lacking }) }
  }

  #dialect(): Dialect {
    const form = this.querySelector<HTMLFormElement>('.own-form')
    return form ? dialectOf(form) : {}
  }

  /**
   * Finds out what the file has, and proposes the last column of numbers as what is
   * to be learned, and as inputs those of which the server has nothing to say against
   * it. Where there is one alone, the inputs are columns of words; where there are none,
   * the server says at which cell it fails.
   */
  async #inspect(file?: File): Promise<void> {
    this.inspection = null
    await this.#ask(async () => {
      const found = await this.store.api.inspect(file ?? this.#field('csv'), this.#dialect())
      const numeric = found.columns.filter((c) => c.numeric)
      const usual = found.columns.filter((c) => c.reason === '')
      const words = usual.length === 1 ? found.columns.filter((c) => c.date !== '' || (c.words > 1 && c.words < c.numbers + c.other)) : []
      const [columns = []] = [[...words, ...usual], numeric, found.columns].filter((list, i) => list.length > 1 || i === 2)
      const names = columns.map((c) => c.name)
      if (file) await this.#show(file, found)
      this.inspection = found
      this.targets = names.slice(-1)
      this.inputs = columns.slice(0, -1).filter(isUsable).map((c) => c.name).slice(0, MOST_INPUTS)
    })
  }

  /** Shows the text of a file that is not UTF-8, as the server has read it. */
  async #show(file: File, found: Inspection): Promise<void> {
    const area = this.querySelector<HTMLTextAreaElement>('#own-csv')
    if (!area || (!found.gzip && found.encoding === 'utf-8')) return
    const bytes = found.gzip ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream()
    area.value = new TextDecoder(found.encoding).decode(await new Response(bytes).arrayBuffer())
  }

  /** Looks the file over again where it had been, now that it is to be read otherwise. */
  #again(): void {
    if (this.inspection || this.mistakes.csv !== undefined) void this.#inspect()
  }

  async #ask(what: () => Promise<void>): Promise<void> {
    this.busy = true
    this.mistakes = {}
    try {
      await what()
    } catch (e) {
      const words = e instanceof Error ? e.message : String(e)
      const about = this.tab === 'csv' ? 'csv' : (OF_FORMULA.find((f) => f === blamed(e)) ?? 'mean')
      this.mistakes = { [about]: words }
    }
    this.busy = false
  }

  /**
   * Chromium takes a time to paste that grows with the square of the lines: 22 s
   * for 30,000 of them, in which the page hangs. Put in as a value they take less
   * than one, but the field cannot undo it; so what is short is left to the browser.
   */
  #paste(e: ClipboardEvent): void {
    const text = e.clipboardData?.getData('text/plain') ?? ''
    if (text.length < LONG_PASTE) return
    e.preventDefault()
    const area = e.target as HTMLTextAreaElement
    area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end')
    this.inspection = null
    this.file = ''
  }

  async #read(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0]
    if (!file) return
    await this.#fill(file)
  }

  async #fill(file: File): Promise<void> {
    const area = this.querySelector<HTMLTextAreaElement>('#own-csv')
    if (!area) return
    area.value = await file.text()
    this.file = file.name
    await this.#inspect(file)
  }

  protected override render(): TemplateResult {
    return html`
      <dialog class="own" aria-labelledby="own-title" @close=${this.#dialog.closed}>
        <header class="plot-head">
          <h2 id="own-title">Your data</h2>
          <span class="keys-row">${segments({ name: 'own-tab', label: 'source of the data', options: TABS }, this.tab, (v) => { this.tab = v as Tab; this.mistakes = {} })}</span>
          <button type="button" class="button square" aria-label="close" @click=${() => { this.#close() }}>✕</button>
        </header>
        ${this.tab === 'formula' ? this.#formula() : this.#csv()}
      </dialog>
    `
  }

  #formula(): TemplateResult {
    return html`
      <form class="own-form" @submit=${(e: Event) => { e.preventDefault(); void this.#useFormula() }}>
        <p class="note">Points are drawn from a normal distribution with this mean and standard deviation at x. The truth is then known and shown with the fit.</p>
        <div class="own-fields">
          ${FIELDS.map((f) => html`
            <label class=${f.wide ? 'wide' : ''}>${f.label}
              <span class="field"><input
                type="text" id="own-${f.name}" value=${f.value} autocomplete="off" spellcheck="false"
                aria-invalid=${this.mistakes[f.name] === undefined ? 'false' : 'true'} aria-describedby="own-${f.name}-why"
              ></span>
              <span class="why" id="own-${f.name}-why" role="alert">${this.mistakes[f.name] ?? nothing}</span>
            </label>
          `)}
        </div>
        <footer><button type="submit" class="button primary" ?disabled=${this.busy}>Train on this data</button></footer>
      </form>
    `
  }

  #csv(): TemplateResult {
    const found = this.inspection
    return html`
      <form class="own-form" @submit=${(e: Event) => { e.preventDefault(); void (found ? this.#useCSV() : this.#inspect()) }}>
        <label>Paste a table, or choose a file
          <textarea id="own-csv" rows="7" spellcheck="false" placeholder="x,y&#10;1.5,2.1&#10;…" aria-describedby="own-csv-why" @paste=${(e: ClipboardEvent) => { this.#paste(e) }} @input=${() => { this.inspection = null; this.file = '' }}></textarea>
        </label>
        <input type="file" accept=".csv,.tsv,.txt,.dat,.gz,text/csv" aria-label="choose a file" @click=${(e: Event) => { (e.target as HTMLInputElement).value = '' }} @change=${(e: Event) => { void this.#read(e.target as HTMLInputElement) }}>
        ${dialectFields(() => { this.#again() })}
        <p class="why" id="own-csv-why" role="alert">${this.mistakes.csv ?? nothing}</p>
        ${found ? this.#columns(found) : nothing}
        <footer>
          ${found
            ? html`<button type="submit" class="button primary" ?disabled=${this.busy || this.targets.length === 0 || this.inputs.length === 0}>Train on this data</button>`
            : html`<button type="submit" class="button primary" ?disabled=${this.busy}>Preview</button>`}
        </footer>
      </form>
    `
  }

  #columns(found: Inspection): TemplateResult {
    const full = this.targets.length >= MOST_TARGETS
    return html`
      <p class="note">${summary(found)}${this.file === '' ? nothing : ` Read from ${this.file}.`}</p>
      ${warnings(found)}
      <div class="own-columns" role="group" aria-label="columns">
        <table>
          <thead><tr><th scope="col">column</th><th scope="col">predict this</th><th scope="col">use as input</th><th scope="col">contents</th><th scope="col">range</th><th scope="col">missing</th><th scope="col">unusual</th></tr></thead>
          <tbody>
            ${found.columns.map((c) => html`
              <tr>
                <th scope="row">${c.name}${c.unit === '' ? nothing : html` <span class="aside">${c.unit}</span>`}</th>
                <td><input type="checkbox" aria-label="predict ${c.name}" .checked=${this.targets.includes(c.name)} ?disabled=${full && !this.targets.includes(c.name)} @change=${() => { this.#aim(c.name) }}></td>
                <td><input type="checkbox" aria-label="use ${c.name} as input" .checked=${this.inputs.includes(c.name)} ?disabled=${this.targets.includes(c.name)} @change=${() => { this.#toggle(c.name) }}></td>
                ${columnCells(c)}
              </tr>
            `)}
          </tbody>
        </table>
        ${unusable(found.columns, [...this.targets, ...this.inputs])}
        ${targetsNote(this.targets)}
        ${found.columns.some((c) => c.words > 1) ? html`<p class="note">A column of words becomes one input for each word, if you tick it.</p>` : nothing}
        ${found.columns.some((c) => c.date !== '') ? circles() : nothing}
        ${found.missing.total > 0 ? gaps() : nothing}
        ${found.columns.length < 2 ? html`<p class="note">You need at least two columns: a target and an input.</p>` : nothing}
      </div>
    `
  }

  /** What is learned is not learned from; what no longer is, is learned from, so that no column is lost by choosing. */
  #aim(name: string): void {
    this.mistakes = {}
    const wasLearned = this.targets.includes(name)
    const names = this.inspection?.columns.map((c) => c.name) ?? []
    this.targets = names.filter((n) => (n === name ? !wasLearned : this.targets.includes(n)))
    this.inputs = wasLearned ? [...this.inputs, name] : this.inputs.filter((n) => n !== name)
  }

  #toggle(name: string): void {
    this.mistakes = {}
    this.inputs = this.inputs.includes(name) ? this.inputs.filter((n) => n !== name) : [...this.inputs, name]
  }
}

/** The field that a refusal is about, however it came. */
function blamed(e: unknown): string {
  if (e instanceof Refusal) return e.answer.field ?? ''
  return e instanceof Problem ? e.field : ''
}

customElements.define('gnll-own', GnllOwn)
