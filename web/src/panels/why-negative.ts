import { html, type TemplateResult } from 'lit'
import { helpAddress } from './help'
import { popup } from './popup'

/** The answer to what everybody asks who sees a loss below 0, with the formula at hand. */
export function whyNegative(): TemplateResult {
  return html`<span class="explained">${popup({
    id: 'loss-negative', label: 'why negative?', style: 'quiet-button', face: 'why negative?',
    body: html`
      <p><b>This is not an error: lower is better, also below 0.</b></p>
      <p>The NLL is the negative logarithm of a probability <em>density</em>. A density can exceed 1, and then its negative logarithm is below 0.</p>
      <p class="negative-formula">
        <math display="block"><mo>−</mo><mi>log</mi><mo>&#x2061;</mo><mi>p</mi><mo stretchy="false">(</mo><mi>y</mi><mo stretchy="false">)</mo><mo>=</mo>
          <mi>log</mi><mo>&#x2061;</mo><mi>σ</mi><mo>+</mo><mfrac><msup><mrow><mo stretchy="false">(</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup><mrow><mn>2</mn><msup><mi>σ</mi><mn>2</mn></msup></mrow></mfrac><mo>+</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><mi>log</mi><mo>&#x2061;</mo><mn>2</mn><mi>π</mi></math>
      </p>
      <p>A point that is predicted well counts below 0 as soon as σ is below 0.4, in the unit of the target; without the constant (<b>full</b> off) as soon as σ is below 1. A squared error cannot fall below 0; a log density has no such limit.</p>
      <p><a href=${helpAddress('negative')} target="_blank" rel="noopener">more<span class="unseen"> on a loss below zero, in a new tab</span></a></p>
    `,
  })}</span>`
}
