import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { entry, MEAN } from '../charts/colours'
import { significant, withUnit } from '../math/format'
import { FIGURES, type ControlValue } from '../generated/wire'
import { badness, scoreOf, shade, shadesOf, type Cell, type Grid, type Metric, type Shades } from '../state/sweep'

/** With more columns than this the map is colours alone, to be seen as a whole. */
const DENSE = 12

/** How many columns have room for a label of their own. */
const LABELS = 17

/**
 * The runs of a sweep as a table of buttons, coloured by a score. Arrow keys go from
 * run to run; a run that is chosen is told as an event "open-cell".
 */
class GnllSweepMap extends LitElement {
  static override properties = {
    grid: { attribute: false }, cells: { attribute: false }, metric: { attribute: false }, unit: {}, label: { attribute: false }, value: { attribute: false },
    x: { state: true }, y: { state: true },
  }

  declare grid: Grid
  declare cells: readonly Cell[]
  declare metric: Metric
  /** Of the score. */
  declare unit: string
  /** A control's name and unit as people read them, and a value of it. */
  declare label: (control: string) => string
  declare value: (control: string, v: ControlValue) => string
  /** Where the keys are. */
  declare x: number
  declare y: number

  constructor() {
    super()
    this.x = 0
    this.y = 0
  }

  protected override createRenderRoot(): HTMLElement {
    return this
  }

  protected override willUpdate(): void {
    // Another sweep may have fewer.
    this.x = Math.min(this.x, this.grid.x.values.length - 1)
    this.y = Math.min(this.y, this.grid.y.values.length - 1)
  }

  protected override render(): TemplateResult {
    const { x, y } = this.grid
    const { name } = this.metric
    const at = new Map(this.cells.map((c) => [`${c.x} ${c.y}`, c]))
    const scores = this.cells.map((c) => scoreOf(c, this.metric))
    const shades = shadesOf(scores, name)
    const rows = y.values.map((v, i) => ({ v, i })).reverse() // upward
    const every = Math.ceil(x.values.length / LABELS)
    return html`
      <div class="sweep-map" ?data-dense=${x.values.length > DENSE}>
        <table role="grid" aria-label="${this.metric.part} ${FIGURES[name].label} of each run" @keydown=${(e: KeyboardEvent) => { this.#key(e) }}>
          <caption>↑ ${this.label(y.control)}, → ${this.label(x.control)}</caption>
          <thead>
            <tr><td></td>${x.values.map((v, i) => html`<th scope="col"><span class=${i % every === 0 ? '' : 'unseen'}>${this.value(x.control, v)}</span></th>`)}</tr>
          </thead>
          <tbody>
            ${rows.map((row) => html`
              <tr>
                <th scope="row">${this.value(y.control, row.v)}</th>
                ${x.values.map((_, i) => this.#cell(i, row.i, at.get(`${i} ${row.i}`), shades))}
              </tr>
            `)}
          </tbody>
        </table>
      </div>
      ${shades ? this.#legend(shades) : nothing}
    `
  }

  #cell(x: number, y: number, cell: Cell | undefined, shades: Shades | null): TemplateResult {
    const { name, part } = this.metric
    const v = scoreOf(cell, this.metric)
    const isBest = shades !== null && Number.isFinite(v) && badness(name, v) === badness(name, shades.best)
    const text = cell?.failed !== undefined ? '✕' : cell && !Number.isFinite(v) ? '–' : cell ? significant(v, digits(shades)) : ''
    const where = `${this.label(this.grid.x.control)} ${this.value(this.grid.x.control, this.grid.x.values[x] ?? 0)}, ${this.label(this.grid.y.control)} ${this.value(this.grid.y.control, this.grid.y.values[y] ?? 0)}`
    const [before, after] = !cell ? ['not trained yet', ''] : cell.failed !== undefined ? ['failed', `: ${cell.failed}`] : [`${part} ${FIGURES[name].label}`, ` ${this.unit}${isBest ? ', the best' : ''}`]
    const style = shades && Number.isFinite(v) ? paint(shade(shades, name, v)) : ''
    return html`
      <td role="gridcell"><button
        type="button" class="sweep-cell" data-x=${x} data-y=${y} ?data-best=${isBest} ?data-failed=${cell?.failed !== undefined} ?data-waits=${!cell} style=${style}
        tabindex=${x === this.x && y === this.y ? 0 : -1} title="${where}: ${before} ${Number.isFinite(v) ? significant(v, 4) : ''}${after}" aria-disabled=${cell ? 'false' : 'true'}
        @focus=${() => { this.x = x; this.y = y }}
        @click=${() => { if (cell) this.dispatchEvent(new CustomEvent<Cell>('open-cell', { detail: cell })) }}
      ><span class="unseen">${where}: ${before} </span>${isBest ? '★ ' : ''}<span class="sweep-figure">${text}</span><span class="unseen">${after}</span></button></td>
    `
  }

  #legend({ best, worst, isCut }: Shades): TemplateResult {
    const steps = Array.from({ length: 9 }, (_, i) => MEAN.css[entry(1 - i / 8)] ?? '').join(',')
    return html`
      <p class="sweep-legend note">
        <span>★ best: ${withUnit(significant(best, 3), this.unit)}</span>
        <span class="sweep-bar" style="background:linear-gradient(to right,${steps})"></span>
        <span>${isCut ? '' : 'worst: '}${withUnit(significant(worst, 3), this.unit)}${isCut ? ' or worse' : ''}</span>
      </p>
    `
  }

  #key(e: KeyboardEvent): void {
    const moves: Readonly<Record<string, readonly [x: number, y: number]>> = {
      ArrowLeft: [this.x - 1, this.y], ArrowRight: [this.x + 1, this.y], ArrowUp: [this.x, this.y + 1], ArrowDown: [this.x, this.y - 1],
      Home: [0, this.y], End: [this.grid.x.values.length - 1, this.y],
    }
    const to = moves[e.key]
    if (!to) return
    e.preventDefault()
    this.querySelector<HTMLElement>(`[data-x="${to[0]}"][data-y="${to[1]}"]`)?.focus()
  }
}

/** So many that the best and the worst are told apart, and most between them. */
function digits(shades: Shades | null): number {
  if (!shades || shades.best === shades.worst) return 3
  const ratio = Math.max(Math.abs(shades.best), Math.abs(shades.worst)) / Math.abs(shades.best - shades.worst)
  return Math.min(5, Math.max(3, Math.ceil(Math.log10(ratio)) + 2))
}

/** The colour of a place on the scale, and of text on it: black or white, whichever is told from it better. */
function paint(t: number): string {
  const i = entry(t)
  const colour = MEAN.css[i] ?? 'none'
  const [r = 0, g = 0, b = 0] = (colour.match(/\d+/g) ?? []).map((n) => {
    const c = Number(n) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return `background:${colour};color:${(luminance + 0.05) ** 2 > 0.0525 ? '#000' : '#fff'}`
}

customElements.define('gnll-sweep-map', GnllSweepMap)

declare global {
  interface HTMLElementTagNameMap {
    'gnll-sweep-map': GnllSweepMap
  }
}
