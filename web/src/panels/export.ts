import { runPath } from '../net/root'
import { html, nothing, type TemplateResult } from 'lit'
import type { Format } from '../generated/api'
import { count } from '../math/format'
import { accepted, bringBack, hasRows } from '../net/incoming'
import { helpAddress } from './help'
import { Part } from './part'
import { popup } from './popup'
import { isMap } from '../math/reading'
import { OWN_DATA } from '../generated/wire'
import { several } from './target-choice'

const SAVED_WITHIN = 60_000 // ms, until which a browser has taken a file

const GROUPS: ReadonlyArray<readonly [group: string, title: string]> = [
  ['all', 'Everything'], ['model', 'Models'], ['source', 'Source'], ['table', 'Tables'], ['chart', 'Charts and report'],
]

/** A kind of thing, in one format or several. */
interface Row {
  readonly label: string
  readonly help: string
  readonly formats: ReadonlyArray<{ readonly name: string; readonly kind: string; readonly along: boolean; readonly rows: boolean; readonly isTable: boolean; readonly read: boolean }>
}

/** Formats by what they are of: those of the fit are one row. */
function rowsOf(formats: readonly Format[]): Row[] {
  const rows = new Map<string, Row>()
  for (const { name, of, form, help, along, group, rows: hasRows, read } of formats) {
    const row = rows.get(of) ?? { label: of === form ? '' : of, help, formats: [] }
    rows.set(of, { ...row, formats: [...row.formats, { name, along, rows: hasRows, isTable: hasRows && group === 'table', read, kind: form }] })
  }
  return [...rows.values()]
}

/** Exports the selected lane as files, and imports models as runs. */
class GnllExport extends Part {
  static override properties = {
    isOpen: { state: true }, formats: { state: true }, mistake: { state: true }, sending: { state: true },
    withRows: { state: true }, making: { state: true },
  }

  declare isOpen: boolean
  declare formats: readonly Format[]
  declare mistake: string
  /** Whether rows are to be in the files that can have them. */
  declare withRows: boolean
  /** The format that is being made for the owner. */
  declare making: string
  /** The file that is being sent, and how much of it has been. */
  declare sending: { readonly name: string; readonly share: number } | null
  #stop: (() => void) | undefined

  constructor() {
    super()
    this.isOpen = false
    this.formats = []
    this.mistake = ''
    this.sending = null
    this.withRows = true
    this.making = ''
    // It does not bubble.
    this.addEventListener('beforetoggle', (e) => {
      if ((e.target as Element).id !== 'export') return
      this.isOpen = e.newState === 'open'
      if (this.isOpen) void this.#load()
      else if (!this.sending) this.mistake = ''
    }, true)
  }

  /** Whoever looks again asks again. */
  async #load(): Promise<void> {
    if (this.formats.length > 0) return
    try {
      this.formats = await this.store.api.formats()
    } catch (e) {
      this.mistake = `Cannot list the formats: ${words(e)}. Open this again in a moment.`
    }
  }

  protected override firstUpdated(): void {
    this.#stop = this.store.view.dropped.subscribe((files) => { if (files.length > 0) void this.#take(files) })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
  }

  /** Imports one file: a model as a new run, rows into this run. */
  async #take(files: readonly File[]): Promise<void> {
    const { dialog } = this.store.view
    dialog.value = null
    const [file] = files
    const panel = this.querySelector<HTMLElement>('#export')
    this.mistake = ''
    if (files.length === 1 && file && hasRows(file.name) && this.store.steers.value) {
      panel?.hidePopover()
      dialog.value = { name: 'own', file }
      return
    }
    if (!panel?.matches(':popover-open')) panel?.showPopover()
    if (!file || files.length !== 1) this.mistake = `You dropped ${files.length} files. Drop one at a time.`
    else if (hasRows(file.name)) this.mistake = `${file.name} is a table, and only the owner of this run can add data. Start a run of your own with it.`
    else if (!this.sending) await this.#bringBack(file)
  }

  async #bringBack(file: File): Promise<void> {
    this.sending = { name: file.name, share: 0 }
    try {
      const { id, key } = await bringBack(this.store.api, file, (share) => { this.sending = { name: file.name, share } })
      location.assign(new URL(`${runPath(id)}#key=${encodeURIComponent(key)}`, this.store.api.root))
    } catch (e) {
      this.sending = null
      this.mistake = `Cannot import ${file.name}: ${words(e)}`
    }
  }

  protected override render(): TemplateResult {
    return popup({
      id: 'export', label: 'export and import', style: 'button', face: html`Export`,
      body: this.isOpen ? html`
        <h2 class="popup-title" tabindex="-1" autofocus>Export and import</h2>
        <gnll-export-of></gnll-export-of>
        ${this.#rows()}
        <div class="export-groups">
          ${GROUPS.map(([group, title]) => this.#group(title, rowsOf(this.formats.filter((f) => f.group === group))))}
        </div>
        ${this.#import()}
      ` : nothing,
    })
  }

  #group(title: string, rows: readonly Row[]): TemplateResult | typeof nothing {
    return rows.length === 0 ? nothing : html`
      <section class="export-group">
        <h3 class="group-name">${title}</h3>
        <ul>${rows.map((r) => html`
          <li>
            <span class="export-links">${r.label === '' ? nothing : html`<b>${r.label}</b>`}${r.formats.map((f) => this.#link(r, f))}</span>
            <span class="note">${r.help}${this.#holds(r)}${this.#comesBack(r)}${r.formats.some((f) => this.#isOff(f.along)) ? html` Not available for a map: choose one input under <i>along input</i> first.` : nothing}</span>
          </li>
        `)}</ul>
      </section>
    `
  }

  /** What files contain of the rows, and the box that leaves them out. */
  #rows(): TemplateResult {
    const { key, run } = this.store
    const isPrivate = run.value?.data.private ?? false
    return html`
      <p class="export-rows">
        <label><input type="checkbox" .checked=${!this.withRows} @change=${(e: Event) => { this.withRows = !(e.target as HTMLInputElement).checked }}> leave out the data</label>
        <span class="note">JSON, the archive, predictions, the report and pictures of the fit <b>contain the training and test data</b> (of a file, only the columns in use). ${key === undefined && isPrivate ? 'View only: they contain only the points that the page shows.' : 'Without the data, JSON can predict, but training continues only with the original file.'}</span>
      </p>
    `
  }

  #holds(r: Row): TemplateResult | typeof nothing {
    return this.withRows && r.formats.some((f) => f.rows) ? html` <b>Contains data.</b>` : nothing
  }

  /** Weights alone come back only where the server has the data. */
  #comesBack(r: Row): string {
    const isOwn = this.store.run.value?.data.name === OWN_DATA
    return isOwn && r.formats.some((f) => f.read && !f.rows) ? ' Has no data: to import the model here again, save JSON or the archive.' : ''
  }

  /** A file that only the owner gets whole needs the key, and so cannot be a plain link. */
  async #save(e: Event, key: string | undefined, name: string, address: string): Promise<void> {
    e.preventDefault()
    if (this.making !== '') return
    this.making = name
    this.mistake = ''
    try {
      const file = await this.store.api.fileBy(key, address)
      const link = document.createElement('a')
      link.href = URL.createObjectURL(file)
      link.download = file.name
      link.click()
      setTimeout(() => { URL.revokeObjectURL(link.href) }, SAVED_WITHIN)
    } catch (failed) {
      this.mistake = `Cannot make the file: ${words(failed)}`
    } finally {
      this.making = ''
    }
  }

  #isOff(along: boolean): boolean {
    const run = this.store.run.value
    return along && run !== null && isMap(run.data)
  }

  #link({ label }: Row, { name, kind, along, rows, isTable }: Row['formats'][number]): TemplateResult {
    const { api, id, key, run, view: { focus } } = this.store
    const said = label === '' ? kind : `${label}, ${kind}`
    if (this.#isOff(along)) return html`<a class="button" role="link" aria-disabled="true" aria-label=${said}>${kind}</a>`
    if (!this.withRows && isTable) return html`<a class="button" role="link" aria-disabled="true" aria-label=${said} title="This table consists of the data">${kind}</a>`
    const address = api.file(id, focus.value, name, this.withRows)
    const isOwners = rows && this.withRows && key !== undefined && (run.value?.data.private ?? false)
    return html`<a class="button" download href=${address} data-format=${name} aria-label="download: ${said}" aria-busy=${this.making === name ? 'true' : 'false'} @click=${(e: Event) => { if (isOwners || api.transport.engine === 'page') void this.#save(e, key, name, address) }}>${kind}</a>`
  }

  #import(): TemplateResult {
    const { sending, formats } = this
    const models = formats.filter((f) => f.read && f.group !== 'all').map((f) => f.form).join(', ')
    return html`
      <section class="import">
        <h3 class="group-name">Import a model</h3>
        <p class="note">Choose a file (${models === '' ? 'a model' : `${models} or the archive`}), or drop it anywhere on the page. It opens as a new run, paused at its step. A model of your own data needs JSON or the archive: the other files have no data. A CSV opens as data to train on. <a href=${helpAddress('taking-away')} target="_blank" rel="noopener">more<span class="unseen"> on export and import, in a new tab</span></a></p>
        <input type="file" accept=${accepted(formats)} aria-label="choose a model or a table" ?disabled=${sending !== null} @change=${(e: Event) => {
          const input = e.target as HTMLInputElement
          const files = [...(input.files ?? [])]
          input.value = ''
          if (files.length > 0) void this.#take(files)
        }}>
        <p class="import-state" role="status">${sending ? html`<progress max="1" .value=${sending.share} aria-label="upload of ${sending.name}"></progress> ${sending.share < 1 ? `uploading ${sending.name}` : `reading ${sending.name}`}` : nothing}</p>
        <p class="why" role="alert">${this.mistake === '' ? nothing : this.mistake}</p>
      </section>
    `
  }
}

/** Which lane and which step a file will be of. */
class GnllExportOf extends Part {
  protected override render(): TemplateResult {
    const { lanes, live, rewind, run, view: { focus } } = this.store
    const data = run.value?.data
    const past = rewind.at.value
    const name = lanes.value.find((l) => l.lane === focus.value)?.name ?? ''
    const step = this.store.focused(live.value)?.fit.step
    return html`<p class="note">Exports model <b>${name}</b> at the current step (<b class="export-step">${step === undefined ? '–' : count(step)}</b>)${past === null ? nothing : html`, not at step ${count(past)}: for that, choose <i>resume from here</i> first`}. ${several(data) ? html`Charts show <b>${data?.target.name}</b>, the shown target; models, tables and scores contain all ${data?.targets.length} targets. ` : nothing}JSON can be re-imported, and training continues exactly.</p>`
  }
}

function words(e: unknown): string {
  return e instanceof Error ? e.message : String(e)
}

customElements.define('gnll-export-of', GnllExportOf)
customElements.define('gnll-export', GnllExport)
