import { html, nothing, type TemplateResult } from 'lit'
import { CalmRange } from '../math/scale'
import type { LanePicture } from '../net/frame'
import { fixed } from '../math/format'
import { formula, isNLL, noteOn } from './formula'
import { FIGURES } from '../generated/wire'
import { explainChart, figureName } from './explain'
import { Part } from './part'
import './clamped'
import './pull'
import { trend } from './trend'

const TERMS = [
  { id: 'log_variance', kind: 'variance' },
  { id: 'residual', kind: 'residual' },
  { id: 'constant', kind: 'constant' },
] as const

/** What full adds; room is kept for it. */
const CONSTANT = 0.5 * Math.log(2 * Math.PI)

const TREND_EVERY = 400 // ms

/** What the present loss is made of, its formula and the share of each term; and the gradients. */
class GnllAnatomy extends Part {
  readonly #range = new CalmRange(4)
  readonly #shareRange = new CalmRange(4)
  readonly #trendRange = new CalmRange(3)
  #trend: TemplateResult | typeof nothing = nothing
  #trendTimer: number | undefined
  #stops: Array<() => void> = []

  protected override firstUpdated(): void {
    const { historyVersion, view: { focus } } = this.store
    this.#stops = [
      historyVersion.subscribe(() => { this.#trendTimer ??= window.setTimeout(() => { this.#drawTrend() }, TREND_EVERY) }),
      focus.subscribe(() => { this.#drawTrend() }),
    ]
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#trendTimer)
    for (const stop of this.#stops) stop()
  }

  #drawTrend(): void {
    clearTimeout(this.#trendTimer)
    this.#trendTimer = undefined
    this.#trend = trend(this.store.history, this.store.view.focus.value, this.#trendRange)
    this.requestUpdate()
  }

  protected override render(): TemplateResult {
    const { store } = this
    const scalars = store.focused(store.reading.value)?.fit.scalars
    const lanes = store.lanes.value
    const lane = lanes.length > 1 ? `model ${lanes.find((l) => l.lane === store.view.focus.value)?.name ?? ''}, ` : ''
    const loss = String(store.settings.value['loss'] ?? '')
    const nll = isNLL(loss)
    // As the picture has it: settings may be ahead of it.
    const full = scalars ? scalars.constant !== 0 : store.settings.value['full'] === true
    const terms = TERMS.map((t) => ({ ...t, value: scalars?.[t.id] ?? NaN }))
    return html`
      <section class="card anatomy explained" aria-labelledby="anatomy-title">
        <header class="plot-head">
          <h2 id="anatomy-title">What the loss is made of</h2>
          ${explainChart('anatomy', `${noteOn(loss)}. L is the average over the training points, in nats per point if the loss is a likelihood. Under the bar: two terms over the whole run.`)}
          <span class="aside">${nll ? html`${lane}nats, training` : 'bar: Gaussian NLL of these predictions'}</span>
        </header>
        <p class="formula">${formula(loss, scalars, full)}</p>
        ${this.#bar(terms, this.#range, terms.some((t) => t.kind === 'constant' && t.value !== 0) ? 0 : CONSTANT)}
        <dl class="terms">
          ${terms.map((t) => html`<div class=${t.kind} ?data-off=${t.kind === 'constant' && !full}><dt>${figureName(t.id)}</dt><dd class=${nll ? 'unseen' : ''}>${fixed(t.value, 2)}</dd></div>`)}
          <div class="clamped"><dt class="unseen">${FIGURES.clamped.label}</dt><dd><gnll-clamped></gnll-clamped></dd></div>
        </dl>
        ${this.#shares(scalars)}
        ${this.#trend}
      </section>
      <gnll-pull></gnll-pull>
    `
  }

  /** With an equation: how rows and equation share what is trained. */
  #shares(scalars: LanePicture['fit']['scalars'] | undefined): TemplateResult | typeof nothing {
    if (!scalars || !Number.isFinite(scalars.equation_loss)) return nothing
    const shares = [
      { kind: 'rows', value: scalars.train_loss },
      { kind: 'physics', value: scalars.equation_loss },
    ]
    const [rows, equation] = [scalars.train_loss, scalars.equation_loss]
    return html`
      ${this.#bar(shares, this.#shareRange, 0)}
      <dl class="terms shares">
        <div class="rows"><dt>${figureName('loss', 'data')}</dt><dd>${fixed(rows, 2)}</dd></div>
        <div class="physics"><dt>${figureName('equation_loss', 'equation')}</dt><dd>${fixed(equation, 2)}</dd></div>
        <div class="both"><dt>together</dt><dd>${fixed(rows + equation, 2)}</dd></div>
      </dl>
    `
  }

  /** Negative terms stand left of zero, the others right of it, each after the other. */
  #bar(terms: ReadonlyArray<{ kind: string; value: number }>, range: CalmRange, spare: number): TemplateResult {
    let left = 0
    let right = 0
    const parts = terms.filter((t) => Number.isFinite(t.value)).map((t) => {
      const from = t.value < 0 ? left + t.value : right
      if (t.value < 0) left += t.value
      else right += t.value
      return { kind: t.kind, from, width: Math.abs(t.value) }
    })
    const total = terms.reduce((sum, t) => sum + t.value, 0)
    const { min, max } = range.follow(Math.min(left, 0), Math.max(right, 0.1) + spare)
    const share = (v: number): string => `${(((v - min) / (max - min)) * 100).toFixed(2)}%`
    const length = (v: number): string => `${((v / (max - min)) * 100).toFixed(2)}%`
    return html`
      <div class="bar" aria-hidden="true">
        ${parts.map((p) => html`<i class="bar-part ${p.kind}" style="left:${share(p.from)};width:${length(p.width)}"></i>`)}
        <i class="bar-zero" style="left:${share(0)}"></i>
        ${Number.isFinite(total) ? html`<i class="bar-total" style="left:${share(Math.min(max, Math.max(min, total)))}"></i>` : nothing}
      </div>
    `
  }
}

customElements.define('gnll-anatomy', GnllAnatomy)
