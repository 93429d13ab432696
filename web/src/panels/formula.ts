import { html, mathml, nothing, type TemplateResult } from 'lit'
import { fixed } from '../math/format'
import { LOSSES, type LossTerm } from '../generated/losses'
import type { Scalar } from '../generated/wire'

/** Whether the terms of the NLL are those of the loss. */
export function isNLL(loss: string): boolean {
  return LOSSES[loss]?.terms.some((t) => t.value !== undefined) ?? false
}

export function noteOn(loss: string): string {
  return LOSSES[loss]?.note ?? ''
}

/** The loss in type, with the mean over the training rows under it and under each term of which it is known. */
export function formula(loss: string, scalars: Readonly<Record<Scalar, number>> | undefined, full: boolean): TemplateResult | typeof nothing {
  const f = LOSSES[loss]
  if (!f) return nothing
  const figure = (v: number): TemplateResult => mathml`<mtext class="term-value">${fixed(v, 2)}</mtext>`
  const term = ({ kind, body, minus, value }: LossTerm, i: number): TemplateResult => mathml`
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
      ${f.open ?? nothing}${f.terms.map(term)}${f.close ?? nothing}
    </math>
  `
}
