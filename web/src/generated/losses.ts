// Code generated from package loss by `go generate ./server/wire`. DO NOT EDIT.

import { mathml, type TemplateResult } from 'lit'
import type { Scalar } from './wire'

export interface LossTerm {
  /** What it is of: that decides its colour. */
  readonly kind: 'variance' | 'residual' | 'constant'
  readonly body: TemplateResult
  readonly minus?: true
  /** Its present value on the training rows, where the server sends it. */
  readonly value?: Scalar
}

export interface LossFormula {
  /** What stands before the terms, and after them. */
  readonly open?: TemplateResult
  readonly close?: TemplateResult
  readonly terms: readonly LossTerm[]
  /** What its signs mean. */
  readonly note: string
}

/** What each loss makes of a row. */
export const LOSSES: Readonly<Record<string, LossFormula>> = {
  gaussian_nll: {
    terms: [
      { kind: 'variance', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><msup><mi>σ</mi><mn>2</mn></msup>`, value: 'log_variance' },
      { kind: 'residual', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mfrac><msup><mrow><mo stretchy="false">(</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup><msup><mi>σ</mi><mn>2</mn></msup></mfrac>`, value: 'residual' },
      { kind: 'constant', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><mn>2</mn><mi>π</mi>`, value: 'constant' },
    ],
    note: "σ² is the predicted variance, at least eps",
  },
  beta_nll: {
    open: mathml`<mo stretchy="false">⌊</mo><msup><mi>σ</mi><mrow><mn>2</mn><mi>β</mi></mrow></msup><mo stretchy="false">⌋</mo><mo form="prefix" stretchy="true">[</mo>`,
    close: mathml`<mo form="postfix" stretchy="true">]</mo>`,
    terms: [
      { kind: 'variance', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><msup><mi>σ</mi><mn>2</mn></msup>` },
      { kind: 'residual', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mfrac><msup><mrow><mo stretchy="false">(</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup><msup><mi>σ</mi><mn>2</mn></msup></mfrac>` },
      { kind: 'constant', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><mn>2</mn><mi>π</mi>` },
    ],
    note: "σ² is the predicted variance, at least eps; no gradient passes through ⌊ ⌋",
  },
  faithful: {
    terms: [
      { kind: 'residual', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><msup><mrow><mo stretchy="false">(</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup>` },
      { kind: 'variance', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><msup><mi>σ</mi><mn>2</mn></msup>` },
      { kind: 'residual', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mfrac><msup><mrow><mo stretchy="false">⌊</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">⌋</mo></mrow><mn>2</mn></msup><msup><mi>σ</mi><mn>2</mn></msup></mfrac>` },
      { kind: 'constant', body: mathml`<mi>log</mi><mspace width="0.15em"></mspace><mn>2</mn><mi>π</mi>` },
    ],
    note: "σ² is the predicted variance, at least eps; no gradient passes through ⌊ ⌋",
  },
  natural_nll: {
    terms: [
      { kind: 'residual', body: mathml`<mo form="prefix">−</mo><msub><mi>η</mi><mn>1</mn></msub><mi>y</mi><mo>−</mo><msub><mi>η</mi><mn>2</mn></msub><msup><mi>y</mi><mn>2</mn></msup><mo>−</mo><mfrac><msubsup><mi>η</mi><mn>1</mn><mn>2</mn></msubsup><mrow><mn>4</mn><msub><mi>η</mi><mn>2</mn></msub></mrow></mfrac>` },
      { kind: 'variance', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><mrow><mo stretchy="false">(</mo><mo form="prefix">−</mo><mn>2</mn><msub><mi>η</mi><mn>2</mn></msub><mo stretchy="false">)</mo></mrow>`, minus: true },
      { kind: 'constant', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><mn>2</mn><mi>π</mi>` },
    ],
    note: "the NLL in η₁ = μ/σ² and η₂ = −1/(2σ²), without eps",
  },
  crps: {
    open: mathml`<mrow class="variance"><mi>σ</mi></mrow><mo form="prefix" stretchy="true">[</mo>`,
    close: mathml`<mo form="postfix" stretchy="true">]</mo>`,
    terms: [
      { kind: 'residual', body: mathml`<mi>z</mi><mo stretchy="false">(</mo><mn>2</mn><mi mathvariant="normal">Φ</mi><mo stretchy="false">(</mo><mi>z</mi><mo stretchy="false">)</mo><mo>−</mo><mn>1</mn><mo stretchy="false">)</mo><mo stretchy="false">+</mo><mn>2</mn><mi>φ</mi><mo stretchy="false">(</mo><mi>z</mi><mo stretchy="false">)</mo><mo>−</mo><mfrac><mn>1</mn><msqrt><mi>π</mi></msqrt></mfrac>` },
    ],
    note: "z = (y − μ)/σ, Φ and φ are the standard normal’s distribution and density",
  },
  student_t_nll: {
    terms: [
      { kind: 'variance', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><msup><mi>σ</mi><mn>2</mn></msup>` },
      { kind: 'residual', body: mathml`<mfrac><mrow><mi>ν</mi><mo stretchy="false">+</mo><mn>1</mn></mrow><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><mrow><mo form="prefix" stretchy="true">(</mo><mn>1</mn><mo stretchy="false">+</mo><mfrac><msup><mrow><mo stretchy="false">(</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup><mrow><mi>ν</mi><msup><mi>σ</mi><mn>2</mn></msup></mrow></mfrac><mo form="postfix" stretchy="true">)</mo></mrow>` },
      { kind: 'constant', body: mathml`<mi>log</mi><mspace width="0.15em"></mspace><msub><mi>c</mi><mi>ν</mi></msub>` },
    ],
    note: "ν degrees of freedom, σ the scale, at least √eps; c normalises the density",
  },
  cauchy_nll: {
    terms: [
      { kind: 'variance', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><msup><mi>σ</mi><mn>2</mn></msup>` },
      { kind: 'residual', body: mathml`<mi>log</mi><mspace width="0.15em"></mspace><mrow><mo form="prefix" stretchy="true">(</mo><mn>1</mn><mo stretchy="false">+</mo><mfrac><msup><mrow><mo stretchy="false">(</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup><mrow><msup><mi>c</mi><mn>2</mn></msup><msup><mi>σ</mi><mn>2</mn></msup></mrow></mfrac><mo form="postfix" stretchy="true">)</mo></mrow>` },
      { kind: 'constant', body: mathml`<mi>log</mi><mspace width="0.15em"></mspace><mi>π</mi><mi>c</mi>` },
    ],
    note: "half of the points are expected within c σ of μ; σ² is the predicted variance, at least eps",
  },
  laplace_nll: {
    terms: [
      { kind: 'variance', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><msup><mi>σ</mi><mn>2</mn></msup>` },
      { kind: 'residual', body: mathml`<msqrt><mn>2</mn></msqrt><mspace width="0.1em"></mspace><mfrac><mrow><mo stretchy="false">|</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">|</mo></mrow><mi>σ</mi></mfrac>` },
      { kind: 'constant', body: mathml`<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>log</mi><mspace width="0.15em"></mspace><mn>2</mn>` },
    ],
    note: "σ² is the predicted variance, at least eps",
  },
  mse: {
    terms: [
      { kind: 'residual', body: mathml`<msup><mrow><mo stretchy="false">(</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup>` },
    ],
    note: "the variance is not trained",
  },
}
