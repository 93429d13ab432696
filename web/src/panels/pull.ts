import { html, nothing, type TemplateResult } from 'lit'
import { CalmDecades } from '../math/scale'
import { count, fixed, scientific, significant } from '../math/format'
import { FIGURES, type FigureID } from '../generated/wire'
import { concentration } from '../math/pull'
import type { Lens } from '../state/view'
import { segments } from './choices'
import { explainChart, figureName } from './explain'
import { Part } from './part'
import { several } from './target-choice'

const LENSES = [
  { value: 'off', label: 'equal', help: 'all dots have the same size' },
  { value: 'mean', label: 'mean', help: 'how strongly a point pushes on the predicted mean' },
  { value: 'variance', label: 'variance', help: 'how strongly a point pushes on the predicted variance' },
] as const

/** What the log scale always has room for, so that it stands still. */
const USUAL = [1e-3, 1e2] as const

/** The norms of the last step's gradient, and how unevenly it is spread over the points. */
class GnllPull extends Part {
  readonly #decades = new CalmDecades()

  protected override render(): TemplateResult {
    const { store } = this
    const p = store.focused(store.reading.value)
    const data = store.run.value?.data
    const s = p?.fit.scalars
    const norms = [s?.mean_norm ?? NaN, s?.variance_norm ?? NaN] as const
    const { min, max } = this.#scale(norms)
    const length = (v: number): number => Math.max(0, Math.min(100, (100 * Math.log10(v / min)) / Math.log10(max / min))) || 0
    const row = (id: FigureID, words: string, kind: string, v: number): TemplateResult => html`
      <dt>${figureName(id, words)}</dt><dd class="figure">${significant(v, 2)}</dd>
      <dd class="norm" aria-hidden="true"><i class=${kind} style="width:${length(v).toFixed(1)}%"></i></dd>
    `
    return html`
      <section class="card pull explained" aria-labelledby="pull-title">
        <header class="plot-head">
          <h2 id="pull-title">Gradients</h2>
          ${explainChart('pull', FIGURES.pull_mean.help)}
          <span class="aside">${this.#batch()}</span>
        </header>
        <dl class="norms">
          ${row('mean_norm', 'norm, mean', 'residual', norms[0])}
          ${row('variance_norm', 'norm, variance', 'variance', norms[1])}
          <dt class="rate">${figureName('rate')}</dt><dd class="figure">${scientific(s?.rate ?? NaN, 2)}</dd>
          <dd class="ends" aria-hidden="true"><i>${scientific(min)}</i><i>${scientific(max)}</i></dd>
        </dl>
        <p class="who">${several(data) ? html`<b>${data?.target.name}</b>: ` : nothing}${p ? this.#who(concentration(p.rows.pullMean), concentration(p.rows.pullVariance), p.fit.scalars.guarded) : nothing}</p>
        <div class="lens"><span aria-hidden="true">dot size</span>${segments({ name: 'lens', label: 'dot size: gradient of', options: LENSES }, store.view.lens.value, (v) => { store.view.lens.value = v as Lens })}</div>
      </section>
    `
  }

  #scale(norms: readonly number[]): { min: number; max: number } {
    const known = norms.filter((v) => v > 0 && Number.isFinite(v))
    return this.#decades.follow(Math.min(USUAL[0], ...known), Math.max(USUAL[1], ...known))
  }

  /** How the gradients of a batch are combined. */
  #batch(): string {
    const { batch, reduction } = this.store.settings.value
    const rows = Math.min(Number(batch ?? NaN), this.store.run.value?.data.train ?? NaN)
    return `${reduction === 'mean' ? 'averaged' : 'summed'} over a batch of ${count(rows)}`
  }

  #who(mean: number, variance: number, guarded: number): TemplateResult {
    const share = (v: number): TemplateResult => html`<b>${fixed(100 * v, 0)}&nbsp;%</b>`
    if (Number.isNaN(mean) && Number.isNaN(variance)) return html`all gradients are zero`
    if (Number.isNaN(variance)) return html`10&nbsp;% of the training points cause ${share(mean)} of the gradient on the mean; the gradient on the variance is zero`
    return html`10&nbsp;% of the training points cause ${share(mean)} of the gradient on the mean and ${share(variance)} on the variance${guarded > 0 ? html`; ${count(guarded)} ${guarded === 1 ? 'variance was' : 'variances were'} limited to avoid overflow` : nothing}`
  }
}

customElements.define('gnll-pull', GnllPull)
