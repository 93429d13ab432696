import { html, mathml, nothing, type TemplateResult } from 'lit'
import { CalmRange } from '../charts/scale'
import { fixed } from '../format'
import { Part } from './part'

const TERMS = [
  { scalar: 'log_variance', name: 'log variance', kind: 'variance' },
  { scalar: 'residual', name: 'residual', kind: 'residual' },
  { scalar: 'constant', name: 'constant', kind: 'constant' },
] as const

// A template of its own, so that it must be said to be MathML.
const CONSTANT = mathml`<mo form="infix" lspace="0.35em" rspace="0.35em">+</mo><mrow class="constant"><mi>log</mi><mspace width="0.15em"></mspace><mn>2</mn><mi>π</mi></mrow>`

/** What the present loss is made of: its formula, and the share of each term. */
class GnllAnatomy extends Part {
  readonly #range = new CalmRange(4)

  protected override signals(): ReturnType<Part['signals']> {
    return [this.store.reading, this.store.settings, this.store.focus, this.store.lanes]
  }

  protected override render(): TemplateResult {
    const scalars = this.store.focused(this.store.reading.value)?.fit.scalars
    const lanes = this.store.lanes.value
    const of = lanes.length > 1 ? `lane ${lanes.find((l) => l.lane === this.store.focus.value)?.name ?? ''} · ` : ''
    const full = this.store.settings.value['full'] === true
    const nll = this.store.settings.value['loss'] === 'gaussian_nll'
    const terms = TERMS.filter((t) => full || t.scalar !== 'constant').map((t) => ({ ...t, value: scalars?.[t.scalar] ?? NaN }))
    const total = terms.reduce((sum, t) => sum + t.value, 0)
    return html`
      <section class="card anatomy" aria-labelledby="anatomy-title">
        <header class="plot-head"><h2 id="anatomy-title">Anatomy of the ${nll ? 'loss' : 'NLL'}</h2><span class="aside">${of}${nll ? 'train, as trained' : 'another loss is trained'}</span></header>
        <p class="formula">
          <math>
            <mfrac><mn>1</mn><mn>2</mn></mfrac><mo form="prefix" stretchy="true" lspace="0.2em" rspace="0.25em">[</mo>
            <mrow class="variance"><mi>log</mi><mspace width="0.15em"></mspace><msup><mi>σ</mi><mn>2</mn></msup></mrow>
            <mo form="infix" lspace="0.35em" rspace="0.35em">+</mo>
            <mrow class="residual"><mfrac><msup><mrow><mo stretchy="false">(</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup><msup><mi>σ</mi><mn>2</mn></msup></mfrac></mrow>
            ${full ? CONSTANT : nothing}
            <mo form="postfix" stretchy="true" lspace="0.25em">]</mo>
          </math>
        </p>
        ${this.#bar(terms, total)}
        <dl class="terms">
          ${terms.map((t) => html`<div><dt class=${t.kind}>${t.name}</dt><dd>${fixed(t.value, 2)}</dd></div>`)}
          ${full ? nothing : html`<div><dt>constant</dt><dd>–</dd></div>`}
          <div class="total"><dt>total</dt><dd>${fixed(total, 2)}</dd></div>
        </dl>
      </section>
    `
  }

  /** Negative terms stand left of zero, the others right of it, each after the other. */
  #bar(terms: ReadonlyArray<{ kind: string; value: number }>, total: number): TemplateResult {
    let left = 0
    let right = 0
    const parts = terms.filter((t) => Number.isFinite(t.value)).map((t) => {
      const from = t.value < 0 ? left + t.value : right
      if (t.value < 0) left += t.value
      else right += t.value
      return { kind: t.kind, from, width: Math.abs(t.value) }
    })
    const { min, max } = this.#range.follow(Math.min(left, 0), Math.max(right, 0.1))
    const share = (v: number): string => `${(((v - min) / (max - min)) * 100).toFixed(2)}%`
    const length = (v: number): string => `${((v / (max - min)) * 100).toFixed(2)}%`
    return html`
      <div class="bar" aria-hidden="true">
        ${parts.map((p) => html`<i class="bar-part ${p.kind}" style="left:${share(p.from)};width:${length(p.width)}"></i>`)}
        <i class="bar-zero" style="left:${share(0)}"></i>
        ${Number.isFinite(total) ? html`<i class="bar-total" style="left:${share(Math.min(max, Math.max(min, total)))}"></i>` : ''}
      </div>
    `
  }
}

customElements.define('gnll-anatomy', GnllAnatomy)
