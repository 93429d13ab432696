import { html, mathml, nothing, type TemplateResult } from 'lit'
import { fixed } from '../math/format'
import type { Scalar } from '../generated/wire'

/** What a term is of: that decides its colour. */
type Kind = 'variance' | 'residual' | 'constant' | 'plain'

interface Term {
  readonly kind: Kind
  readonly body: TemplateResult
  readonly minus?: true
  /** Its present value on the training rows, where the server sends it. */
  readonly value?: Scalar
}

interface Formula {
  readonly terms: readonly Term[]
  /** What stands before the terms and, without value, after them. */
  readonly around?: readonly [before: TemplateResult, after: TemplateResult]
  /** What its signs mean. */
  readonly note: string
}

// Templates of their own, so that they must be said to be MathML.
const HALF = mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace>`
const VARIANCE = mathml`<msup><mi>σ</mi><mn>2</mn></msup>`
const LOG = mathml`<mi>log</mi><mspace width="0.15em"></mspace>`
const DISTANCE = mathml`<mrow><mo form="prefix" stretchy="false">(</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo form="postfix" stretchy="false">)</mo></mrow>`
const SQUARE = mathml`<msup>${DISTANCE}<mn>2</mn></msup>`
const HELD_SQUARE = mathml`<msup><mrow><mo stretchy="false">⌊</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">⌋</mo></mrow><mn>2</mn></msup>`
const LOG_2PI = mathml`${LOG}<mn>2</mn><mi>π</mi>`

const logVariance: Term = { kind: 'variance', body: mathml`${HALF}${LOG}${VARIANCE}` }
const residual: Term = { kind: 'residual', body: mathml`${HALF}<mfrac>${SQUARE}${VARIANCE}</mfrac>` }
const constant: Term = { kind: 'constant', body: mathml`${HALF}${LOG_2PI}` }

const FLOORED = 'σ² is the predicted variance, at least eps'
const HELD = 'no gradient passes through ⌊ ⌋'

/** What each loss makes of a row, as package loss has it. */
const FORMULAS: Readonly<Record<string, Formula>> = {
  gaussian_nll: {
    terms: [{ ...logVariance, value: 'log_variance' }, { ...residual, value: 'residual' }, { ...constant, value: 'constant' }],
    note: FLOORED,
  },
  beta_nll: {
    terms: [logVariance, residual, constant],
    around: [
      mathml`<mo stretchy="false">⌊</mo><msup><mi>σ</mi><mrow><mn>2</mn><mi>β</mi></mrow></msup><mo stretchy="false">⌋</mo><mo form="prefix" stretchy="true">[</mo>`,
      mathml`<mo form="postfix" stretchy="true">]</mo>`,
    ],
    note: `${FLOORED}; ${HELD}`,
  },
  faithful: {
    terms: [
      { kind: 'residual', body: mathml`${HALF}${SQUARE}` },
      logVariance,
      { kind: 'residual', body: mathml`${HALF}<mfrac>${HELD_SQUARE}${VARIANCE}</mfrac>` },
      { kind: 'constant', body: LOG_2PI },
    ],
    note: `${FLOORED}; ${HELD}`,
  },
  natural_nll: {
    terms: [
      { kind: 'residual', body: mathml`<mo form="prefix">−</mo><msub><mi>η</mi><mn>1</mn></msub><mi>y</mi><mo>−</mo><msub><mi>η</mi><mn>2</mn></msub><msup><mi>y</mi><mn>2</mn></msup><mo>−</mo><mfrac><msubsup><mi>η</mi><mn>1</mn><mn>2</mn></msubsup><mrow><mn>4</mn><msub><mi>η</mi><mn>2</mn></msub></mrow></mfrac>` },
      { kind: 'variance', minus: true, body: mathml`${HALF}${LOG}<mrow><mo stretchy="false">(</mo><mo form="prefix">−</mo><mn>2</mn><msub><mi>η</mi><mn>2</mn></msub><mo stretchy="false">)</mo></mrow>` },
      constant,
    ],
    note: 'the NLL in η₁ = μ/σ² and η₂ = −1/(2σ²), without eps',
  },
  crps: {
    terms: [
      { kind: 'residual', body: mathml`<mi>z</mi><mo form="prefix" stretchy="false">(</mo><mn>2</mn><mi mathvariant="normal">Φ</mi><mo stretchy="false">(</mo><mi>z</mi><mo stretchy="false">)</mo><mo>−</mo><mn>1</mn><mo form="postfix" stretchy="false">)</mo><mo form="infix">+</mo><mn>2</mn><mi>φ</mi><mo stretchy="false">(</mo><mi>z</mi><mo stretchy="false">)</mo><mo>−</mo><mfrac><mn>1</mn><msqrt><mi>π</mi></msqrt></mfrac>` },
    ],
    around: [
      mathml`<mi class="variance">σ</mi><mo form="prefix" stretchy="true">[</mo>`,
      mathml`<mo form="postfix" stretchy="true">]</mo>`,
    ],
    note: 'z = (y − μ)/σ, Φ and φ are the standard normal’s distribution and density',
  },
  student_t_nll: {
    terms: [
      logVariance,
      { kind: 'residual', body: mathml`<mfrac><mrow><mi>ν</mi><mo>+</mo><mn>1</mn></mrow><mn>2</mn></mfrac><mspace width="0.15em"></mspace>${LOG}<mrow><mo form="prefix" stretchy="true">(</mo><mn>1</mn><mo>+</mo><mfrac>${SQUARE}<mrow><mi>ν</mi>${VARIANCE}</mrow></mfrac><mo form="postfix" stretchy="true">)</mo></mrow>` },
      { kind: 'constant', body: mathml`${LOG}<msub><mi>c</mi><mi>ν</mi></msub>` },
    ],
    note: 'ν degrees of freedom, σ the scale, at least √eps; c makes the density’s integral 1',
  },
  laplace_nll: {
    terms: [
      logVariance,
      { kind: 'residual', body: mathml`<msqrt><mn>2</mn></msqrt><mspace width="0.1em"></mspace><mfrac><mrow><mo stretchy="false">|</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">|</mo></mrow><mi>σ</mi></mfrac>` },
      { kind: 'constant', body: mathml`${HALF}${LOG}<mn>2</mn>` },
    ],
    note: FLOORED,
  },
  mse: {
    terms: [{ kind: 'residual', body: SQUARE }],
    note: 'the variance is not trained',
  },
}

/** Whether the terms of the NLL are those of the loss. */
export function isNLL(loss: string): boolean {
  return loss === 'gaussian_nll'
}

export function noteOn(loss: string): string {
  return FORMULAS[loss]?.note ?? ''
}

/** The loss in type, with the mean over the training rows under it and under each term of which it is known. */
export function formula(loss: string, scalars: Readonly<Record<Scalar, number>> | undefined, full: boolean): TemplateResult | typeof nothing {
  const f = FORMULAS[loss]
  if (!f) return nothing
  const figure = (v: number): TemplateResult => mathml`<mtext class="term-value">${fixed(v, 2)}</mtext>`
  const term = ({ kind, body, minus, value }: Term, i: number): TemplateResult => mathml`
    <mrow class=${kind} ?data-off=${kind === 'constant' && !full}>
      ${i === 0 ? nothing : mathml`<mo form="infix" lspace="0.35em" rspace="0.35em">${minus ? '−' : '+'}</mo>`}
      ${value === undefined ? mathml`<mrow>${body}</mrow>` : mathml`<munder><mpadded depth="1.05em">${body}</mpadded>${figure(scalars?.[value] ?? NaN)}</munder>`}
    </mrow>
  `
  // What the total stands under is as wide as the total, so that nothing stirs,
  // and all figures stand on one line.
  return html`
    <math>
      <munder><mpadded width="3.4em" lspace="1.3em" depth="1.05em"><mi>L</mi></mpadded>${figure(scalars?.train_loss ?? NaN)}</munder><mo lspace="0.1em" rspace="0.4em">=</mo>
      ${f.around?.[0] ?? nothing}${f.terms.map(term)}${f.around?.[1] ?? nothing}
    </math>
  `
}
