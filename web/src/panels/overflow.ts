import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { popup } from './popup'

/** Something in a line of tools. */
export interface LineItem {
  readonly name: string
  readonly body: TemplateResult
  /** Where there is no room for all, those with the greatest rank leave the line first. */
  readonly rank: number
}

const GAP = 6 // pixels between two of them; plots.css has the same
const BUTTON = 34 // pixels, of the button with the others

/**
 * A line of tools that has as many of them as there is room for, and the others under a
 * button at its end. The line must not be as wide as what is in it: its room is what its
 * neighbours leave.
 */
export class Overflow implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement
  readonly #observer = new ResizeObserver(() => { this.#measure() })
  readonly #watched = new Set<Element>()
  /** Of each item as it stood in the line last; one that never has is tried there. */
  readonly #widths = new Map<string, number>()
  #room = Infinity

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host
    host.addController(this)
  }

  hostUpdated(): void {
    const now = new Set(this.#host.querySelectorAll('.tool-line, .tool-line > [data-item]'))
    for (const e of this.#watched) if (!now.has(e)) this.#observer.unobserve(e)
    for (const e of now) if (!this.#watched.has(e)) this.#observer.observe(e)
    this.#watched.clear()
    for (const e of now) this.#watched.add(e)
  }

  hostDisconnected(): void {
    this.#observer.disconnect()
    this.#watched.clear()
  }

  /** The line, with the id of the panel for what has no room in it. */
  render(id: string, label: string, items: readonly LineItem[]): TemplateResult {
    const inLine = this.#fitting(items)
    const others = items.filter((item) => !inLine.has(item.name))
    const row = (item: LineItem): TemplateResult => html`<span data-item=${item.name}>${item.body}</span>`
    return html`
      <div class="tool-line">
        ${repeat(items.filter((item) => inLine.has(item.name)), (item) => item.name, row)}
        ${others.length === 0 ? nothing : popup({
          id, label, style: 'quiet-button choice-button tool-more', face: html`<span aria-hidden="true">⋯</span>`,
          body: repeat(others, (item) => item.name, (item) => html`<div class="popup-row">${row(item)}</div>`),
        })}
      </div>
    `
  }

  #fitting(items: readonly LineItem[]): ReadonlySet<string> {
    const width = (item: LineItem): number => (this.#widths.get(item.name) ?? 0) + GAP
    const left = items.toSorted((a, b) => a.rank - b.rank)
    const all = left.reduce((sum, item) => sum + width(item), 0)
    if (all <= this.#room) return new Set(items.map(({ name }) => name))
    let room = this.#room - BUTTON
    const fits = new Set<string>()
    for (const item of left) {
      room -= width(item)
      if (room < 0) break
      fits.add(item.name)
    }
    return fits
  }

  #measure(): void {
    const line = this.#host.querySelector<HTMLElement>('.tool-line')
    if (!line || line.clientWidth === 0) return
    let changed = line.clientWidth !== this.#room
    this.#room = line.clientWidth
    for (const item of line.querySelectorAll<HTMLElement>(':scope > [data-item]')) {
      const [name, width] = [item.dataset['item'] ?? '', Math.ceil(item.getBoundingClientRect().width)]
      changed ||= this.#widths.get(name) !== width
      this.#widths.set(name, width)
    }
    if (changed) this.#host.requestUpdate()
  }
}
