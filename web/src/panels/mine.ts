import { runPath } from '../net/root'
import { html, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { OWN_DATA, type Summary } from '../generated/wire'
import { count } from '../math/format'
import { Problem, STATUS } from '../net/api'
import { forgetMine, mine, type Mine } from '../state/mine'
import { DialogOf } from './dialog'
import { Part } from './part'

const LONGEST_NAME = 80 // characters, as the server has it

/** What is known of a run of the list: nothing yet, that the server has it, that it has not, or why that is not known. */
type Known =
  | { readonly is: 'asked' }
  | { readonly is: 'there'; readonly summary: Summary }
  | { readonly is: 'gone' }
  | { readonly is: 'unknown'; readonly why: string }

const ASKED: Known = { is: 'asked' }

const STATES = { playing: 'training', paused: 'paused', idle: 'resting', diverged: 'diverged' } as const

/** The dialog “My runs”: those whose keys this browser has. */
class GnllMine extends Part {
  static override properties = { runs: { state: true }, known: { state: true }, renamed: { state: true }, asked: { state: true }, trouble: { state: true }, told: { state: true } }
  declare runs: readonly Mine[]
  declare known: ReadonlyMap<string, Known>
  /** The run whose name is being written, or none. */
  declare renamed: string
  /** The run about which it is asked whether it is to be deleted, or none. */
  declare asked: string
  /** What went wrong, and with which run. */
  declare trouble: { readonly id: string; readonly words: string } | null
  /** What was done, for whoever does not see the list change. */
  declare told: string
  readonly #dialog = new DialogOf(this, 'mine', () => { this.#begin() })

  constructor() {
    super()
    this.runs = []
    this.known = new Map()
    this.renamed = ''
    this.asked = ''
    this.trouble = null
    this.told = ''
  }

  /** Asks the server once about each run. */
  #begin(): void {
    this.runs = mine()
    this.known = new Map()
    this.renamed = ''
    this.asked = ''
    this.trouble = null
    this.told = ''
    for (const { id } of this.runs) void this.#learn(id)
  }

  async #learn(id: string): Promise<void> {
    try {
      this.#knows(id, { is: 'there', summary: await this.store.api.summary(id) })
    } catch (e) {
      const isGone = e instanceof Problem && e.status === STATUS.NOT_FOUND
      this.#knows(id, isGone ? { is: 'gone' } : { is: 'unknown', why: said(e) })
    }
  }

  #knows(id: string, known: Known): void {
    this.known = new Map(this.known).set(id, known)
  }

  protected override render(): TemplateResult {
    return html`
      <dialog @close=${this.#dialog.closed} class="own mine" aria-labelledby="mine-title">
        <header class="plot-head">
          <h2 id="mine-title" tabindex="-1">My runs</h2>
          <span class="aside"></span>
          <button type="button" class="button square" aria-label="close" @click=${() => { this.querySelector('dialog')?.close() }}>✕</button>
        </header>
        ${this.runs.length === 0
          ? html`<p class="mine-note">There are no runs here yet. Runs that you start or can edit are listed here.</p>`
          : html`<ul class="mine-list" aria-labelledby="mine-title">${repeat(this.runs, ({ id }) => id, (run) => this.#row(run))}</ul>`}
        <p class="mine-note note">Runs that you started or can edit, in this browser. Nobody else sees this list.</p>
        <p class="unseen" role="status">${this.told}</p>
        <footer class="mine-note"><a class="button" href=${this.store.api.root.href}>Start a new run</a></footer>
      </dialog>
    `
  }

  #row(run: Mine): TemplateResult {
    const { id } = run
    const known = this.known.get(id) ?? ASKED
    const isOpen = id === this.store.id
    return html`
      <li data-mine=${id} data-known=${known.is} aria-current=${isOpen ? 'true' : nothing}>
        <div class="mine-what">
          ${this.renamed === id ? this.#renaming(run) : this.#title(run, known, isOpen)}
          <p class="note">${this.#state(run, known)}</p>
        </div>
        ${this.renamed === id ? nothing : html`<div class="mine-ways">${this.#ways(run, known)}</div>`}
        ${this.asked === id ? this.#question(run, isOpen) : nothing}
        ${this.trouble?.id === id ? html`<p class="why" role="alert">${this.trouble.words}</p>` : nothing}
      </li>
    `
  }

  #title({ id, key }: Mine, known: Known, isOpen: boolean): TemplateResult {
    const name = this.#name(id)
    if (isOpen) return html`<p class="mine-name"><b>${name}</b> <span class="mine-open">open now</span></p>`
    if (known.is === 'gone') return html`<p class="mine-name">${name}</p>`
    return html`<p class="mine-name"><a href=${new URL(`${runPath(id)}#key=${encodeURIComponent(key)}`, this.store.api.root).href}>${name}</a></p>`
  }

  /** What a run is called: its name, else its data and when it began. */
  #name(id: string): string {
    const known = this.known.get(id) ?? ASKED
    if (known.is !== 'there') return `Run ${id.slice(0, 4)}`
    const { name, dataset, created } = known.summary
    if (name !== undefined && name !== '') return name
    const of = this.store.controls.find((c) => c.name === 'dataset')?.options.find((o) => o.value === dataset)
    return `${dataset === OWN_DATA ? 'Your data' : of?.label ?? dataset}, ${when(Date.parse(created))}`
  }

  #state({ used }: Mine, known: Known): string {
    const last = `last used ${when(used)}`
    switch (known.is) {
      case 'asked': return last
      case 'gone': return `This run is no longer on the server; ${last}`
      case 'unknown': return known.why
      case 'there': {
        const { step, state, resting } = known.summary
        return `step ${count(step)}, ${resting === true ? 'resting' : STATES[state]}, ${last}`
      }
    }
  }

  #ways({ id }: Mine, known: Known): TemplateResult | typeof nothing {
    const name = this.#name(id)
    switch (known.is) {
      case 'asked': return nothing
      case 'gone': return html`<button type="button" class="button" data-way="forget" aria-label="Forget ${name}" @click=${() => { void this.#leave(id, `${name} was taken off the list.`) }}>Forget</button>`
      case 'unknown': return html`<button type="button" class="button" aria-label="Ask again about ${name}" @click=${() => { void this.#learn(id) }}>Ask again</button>`
      case 'there': return html`
        <button type="button" class="button" data-way="rename" aria-label="Rename ${name}" @click=${() => { void this.#rename(id) }}>Rename</button>
        <button type="button" class="button" data-way="delete" aria-label="Delete ${name}" @click=${() => { void this.#ask(id) }}>Delete</button>
      `
    }
  }

  async #rename(id: string): Promise<void> {
    this.renamed = id
    this.asked = ''
    this.trouble = null
    await this.updateComplete
    this.querySelector<HTMLInputElement>('.mine-rename input')?.select()
  }

  #renaming({ id, key }: Mine): TemplateResult {
    const known = this.known.get(id)
    const name = known?.is === 'there' ? known.summary.name ?? '' : ''
    return html`
      <form class="mine-rename" @submit=${(e: Event) => { e.preventDefault(); void this.#save(id, key, e.target as HTMLFormElement) }} @keydown=${(e: KeyboardEvent) => { this.#escape(e, id, 'rename') }}>
        <span class="field"><input type="text" maxlength=${LONGEST_NAME} autocomplete="off" aria-label="Name of the run" placeholder=${this.#name(id)} .value=${name}></span>
        <button type="submit" class="button">Save</button>
        <button type="button" class="button" @click=${() => { void this.#back(id, 'rename') }}>Cancel</button>
      </form>
    `
  }

  async #save(id: string, key: string, form: HTMLFormElement): Promise<void> {
    const name = (form.querySelector('input')?.value ?? '').trim()
    try {
      await this.store.api.rename(id, key, name)
    } catch (e) {
      this.trouble = { id, words: said(e) }
      return
    }
    const known = this.known.get(id)
    if (known?.is === 'there') this.#knows(id, { is: 'there', summary: { ...known.summary, name } })
    this.told = `Renamed to ${this.#name(id)}.`
    await this.#back(id, 'rename')
  }

  async #ask(id: string): Promise<void> {
    this.asked = id
    this.trouble = null
    await this.updateComplete
    this.querySelector<HTMLElement>('.mine-question [data-way=keep]')?.focus()
  }

  #question({ id, key }: Mine, isOpen: boolean): TemplateResult {
    return html`
      <div class="mine-question" role="alertdialog" aria-labelledby="mine-asked" @keydown=${(e: KeyboardEvent) => { this.#escape(e, id, 'delete') }}>
        <p id="mine-asked">Delete <b>${this.#name(id)}</b>? Its models, history and data are lost, and its links stop working. This cannot be undone.${isOpen ? ' A new run opens in its place.' : ''}</p>
        <button type="button" class="button" data-way="keep" @click=${() => { void this.#back(id, 'delete') }}>Keep</button>
        <button type="button" class="button mine-delete" data-way="confirm" @click=${() => { void this.#delete(id, key) }}>Delete</button>
      </div>
    `
  }

  async #delete(id: string, key: string): Promise<void> {
    const name = this.#name(id)
    const isOpen = id === this.store.id
    // A page that still listens would have its run made again.
    if (isOpen) this.store.leave()
    try {
      await this.store.api.remove(id, key)
    } catch (e) {
      if (!(e instanceof Problem && e.status === STATUS.NOT_FOUND)) {
        this.trouble = { id, words: said(e) }
        if (isOpen) this.store.stay()
        return
      }
    }
    if (isOpen) {
      forgetMine(id)
      location.assign(this.store.api.root)
      return
    }
    await this.#leave(id, `${name} was deleted.`)
  }

  /** The row goes; what has the focus is the one that takes its place. */
  async #leave(id: string, told: string): Promise<void> {
    const at = this.runs.findIndex((run) => run.id === id)
    forgetMine(id)
    this.asked = ''
    this.runs = this.runs.filter((run) => run.id !== id)
    this.told = told
    await this.updateComplete
    const rows = this.querySelectorAll('.mine-list > li')
    const next = rows[Math.min(at, rows.length - 1)]?.querySelector<HTMLElement>('a, button') ?? this.querySelector<HTMLElement>('#mine-title')
    next?.focus()
  }

  /** Escape closes what is within the dialog before it closes the dialog. */
  #escape(e: KeyboardEvent, id: string, way: 'rename' | 'delete'): void {
    if (e.key !== 'Escape') return
    e.preventDefault()
    e.stopPropagation()
    void this.#back(id, way)
  }

  async #back(id: string, way: 'rename' | 'delete'): Promise<void> {
    this.renamed = ''
    this.asked = ''
    this.trouble = null
    await this.updateComplete
    this.querySelector<HTMLElement>(`[data-mine="${id}"] [data-way=${way}]`)?.focus()
  }
}

/** A moment as people say it: only the time, where it is today. */
function when(ms: number): string {
  const at = new Date(ms)
  const isToday = at.toDateString() === new Date().toDateString()
  const time = { hour: '2-digit', minute: '2-digit' } as const
  if (isToday) return `today ${at.toLocaleTimeString('en-GB', time)}`
  const isThisYear = at.getFullYear() === new Date().getFullYear()
  return at.toLocaleString('en-GB', { day: 'numeric', month: 'short', ...(isThisYear ? {} : { year: 'numeric' }), ...time })
}

function said(e: unknown): string {
  return e instanceof Problem ? e.message : 'The server does not answer. Try again.'
}

customElements.define('gnll-mine', GnllMine)
