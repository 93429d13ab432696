import { html, nothing, type TemplateResult } from 'lit'
import type WaSwitch from '@awesome.me/webawesome/dist/components/switch/switch.js'
import { live } from 'lit/directives/live.js'
import { OWN_DATA, type Change } from '../generated/wire'
import { segments } from './choices'
import './here'
import { openMine } from './open-mine'
import { isLoopback } from '../state/loopback'
import { Part } from './part'
import { popup } from './popup'
import './qr'

const SAID_FOR = 2000 // ms
const LONGEST_CODE = 900 // characters; codes of more cannot be read from afar

type Name = 'watch' | 'steer' | 'copy' | 'embed'

interface Way {
  readonly name: Name
  readonly label: string
  readonly help: string
  /** What is copied. */
  readonly text: string
  /** What its QR code has, if it can have one. */
  readonly code: string
}

const FRAMES = [
  { value: 'run', label: 'this run', help: 'every frame shows this run, view only' },
  { value: 'own', label: 'a new run for each viewer', help: 'pressing Play in the frame starts a new run with the same settings, which the viewer controls' },
]

/** The links to the run and to another like it, and the switch that opens it to all. */
class GnllShare extends Part {
  static override properties = { copied: { state: true }, sentences: { state: true }, coded: { state: true }, frame: { state: true }, isOpen: { state: true }, local: { state: true } }
  /** The way that was copied just now. */
  declare copied: Name | ''
  /** The way whose QR code is shown. */
  declare coded: Name
  /** Which run an embedded page is to show. */
  declare frame: string
  declare isOpen: boolean
  /** Whether an embedded page has the sentences of the lesson that is on. */
  declare sentences: boolean
  /** The links are seen that lead to this computer alone. */
  declare local: boolean
  #timer: number | undefined

  constructor() {
    super()
    this.copied = ''
    this.coded = 'watch'
    this.frame = 'run'
    this.isOpen = false
    this.sentences = true
    this.local = false
    // It does not bubble.
    this.addEventListener('beforetoggle', (e) => { if ((e.target as Element).id === 'share') this.isOpen = e.newState === 'open' }, true)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  protected override render(): TemplateResult {
    const { store } = this
    const open = store.run.value?.open ?? false
    const ways = this.#ways(open)
    const coded = ways.find((w) => w.name === this.coded && w.code !== '') ?? ways[0]
    const isHere = isLoopback(location.hostname)
    const code = this.isOpen && coded ? html`
      <div class="share-code">
        <button type="button" class="qr" aria-label="QR code, ${coded.label}: enlarge" title="Enlarge" @click=${() => { this.#enlarge(coded) }}><gnll-qr text=${coded.code}></gnll-qr></button>
        <p class="note">${coded.label}: scan to open. Click to enlarge.</p>
      </div>
    ` : nothing
    const panel = popup({
      id: 'share', label: 'share this run', style: 'button', face: html`Share`,
      body: html`
        <div class="share-rows">
          ${isHere ? html`
            <gnll-here .wanted=${this.isOpen}></gnll-here>
            <details class="local-links" .open=${this.local} @toggle=${(e: ToggleEvent) => { this.local = e.newState === 'open' }}>
              <summary>Links that work on this computer only</summary>
              ${ways.map((w) => this.#way(w, w === coded))}
              ${this.local ? code : nothing}
            </details>
          ` : ways.map((w) => this.#way(w, w === coded))}
          ${store.key === undefined ? nothing : html`
            <wa-switch
              size="s" .checked=${live(open)}
              @change=${(e: Event) => { store.order({ type: 'open', open: (e.target as WaSwitch).checked }) }}
            >Let everyone who watches change settings</wa-switch>
          `}
          ${this.#warnings().map((words) => html`<p class="note warning">${words}</p>`)}
          <p class="to-mine"><button type="button" class="button" @click=${() => { this.#mine() }}>My runs</button> <span class="note">Open, rename or delete your other runs.</span></p>
        </div>
        ${isHere ? nothing : code}
      `,
    })
    return html`${panel}<gnll-qr-wall></gnll-qr-wall>`
  }

  #mine(): void {
    this.querySelector<HTMLElement>('#share')?.hidePopover()
    void openMine(this.store.view)
  }

  #enlarge({ code, label }: Way): void {
    this.store.view.dialog.value = { name: 'code', text: code, label }
  }

  #ways(open: boolean): Way[] {
    const { address, key } = this.store
    const fresh = address.fresh
    return [
      { name: 'watch', label: 'View only', help: open ? 'Everyone who watches can change settings now.' : 'Anyone with this link can watch.', text: address.run(false), code: address.short(false) },
      ...(key === undefined ? [] : [
        { name: 'steer', label: 'Can edit', help: 'Anyone with this link can change everything.', text: address.run(true), code: address.short(true) } as const,
      ]),
      { name: 'copy', label: 'Own copy', help: 'Opens a separate run with these settings, from step 0.', text: fresh, code: fresh.length > LONGEST_CODE ? '' : fresh },
      { name: 'embed', label: 'Embed', help: 'For slides or a notebook. Add #show=controls,loss,transport or #controls=eps,full to show more than the fit.', text: this.#snippet(), code: '' },
    ]
  }

  #snippet(): string {
    const { lessons, address } = this.store
    const plain = address.frame(this.frame === 'own')
    const more = this.sentences && lessons.shown.value ? 'show=lesson' : ''
    const framed = more === '' ? plain : plain.includes('#') ? plain.replace('#', `#${more}&`) : `${plain}#${more}`
    const src = framed.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
    return `<iframe src="${src}" width="720" height="480" title="gnllviz" style="border: 0"></iframe>`
  }

  #way({ name, label, help, text, code }: Way, isCoded: boolean): TemplateResult {
    return html`
      <div class="popup-row link-row"><label for="link-${name}">${label}</label>
        <span class="field"><input type="text" readonly id="link-${name}" .value=${text} aria-describedby="link-${name}-help" @focus=${(e: Event) => { (e.target as HTMLInputElement).select() }}></span>
        <button type="button" class="button" aria-label="copy link: ${label}" @click=${() => { void this.#copy(name, text) }}>${this.copied === name ? 'Copied' : 'Copy'}</button>
        <button type="button" class="button" aria-label="QR code: ${label}" aria-pressed=${isCoded ? 'true' : 'false'} ?disabled=${code === ''} @click=${() => { this.coded = name }}>QR</button>
      </div>
      <p class="note" id="link-${name}-help">${help}</p>
      ${name === 'embed' ? html`<div class="frames">${segments({ name: 'frame', label: 'run in the frame', options: FRAMES }, this.frame, (v) => { this.frame = v })}${this.store.lessons.shown.value ? html`
        <label class="frame-lesson"><input type="checkbox" .checked=${this.sentences} @change=${(e: Event) => { this.sentences = (e.target as HTMLInputElement).checked }}> with the lesson’s sentences</label>
      ` : nothing}</div>` : nothing}
    `
  }

  /** What a link cannot do, and what can be done about it. */
  #warnings(): TemplateResult[] {
    const { address, changes, settings } = this.store
    const isOwn = settings.value['dataset'] === OWN_DATA
    const isOther = (c: Change): boolean => c.control === 'dataset' || c.dataset !== undefined
    const edited = changes.value.slice(changes.value.findLastIndex(isOther) + 1).some((c) => c.kind === 'data')
    return [
      ...(isOwn && !address.holdsData ? [html`Your data are too large for a link: a copy starts with the first data set, and the data must be uploaded again.`] : []),
      ...(edited ? [html`Edited and added points are not part of a link: a copy starts with the original points.`] : []),
    ]
  }

  /** Where the browser gives no clipboard, as over plain HTTP, the link is selected to be copied by hand. */
  async #copy(name: Name, text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      this.querySelector<HTMLInputElement>(`#link-${name}`)?.select()
      return
    }
    this.copied = name
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => { this.copied = '' }, SAID_FOR)
  }
}

customElements.define('gnll-share', GnllShare)
