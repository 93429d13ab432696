import { html, nothing, type TemplateResult } from 'lit'
import type { Drawn } from '../charts/loss'
import type { Line } from '../charts/loss-lines'
import { count } from '../math/format'
import type { Lane } from '../generated/wire'
import { help } from './help'
import { laneLine, laneStyle } from './lane-line'

const BELOW_ZERO = 'A density may be above 1 where a target is nearly certain, and then its negative log likelihood is below 0. That is no bug: lower is better all the way down. A squared error ends at 0; this does not.'

/** Which line is which, whether one below zero is right, and how many of the points are in the picture. */
export function lossLegend(drawn: Drawn, lanes: readonly Lane[]): TemplateResult {
  const many = lanes.length > 1
  const own = drawn.lines.filter((l) => l.isFocus).toReversed()
  const others = drawn.lines.filter((l) => !l.isFocus && l.part !== 'train')
  const isNegative = drawn.values !== null && drawn.values.least < 0
  return html`
    ${own.map((l) => html`<span class="key" style=${laneStyle(l.lane.colour)}>${sign(l)}${many && !l.isUnder ? html`<b>${l.lane.name}</b> ` : nothing}${l.isUnder ? 'each batch' : l.part}</span>`)}
    ${others.map((l) => html`<span class="key" style=${laneStyle(l.lane.colour)} title="lane ${l.lane.name}, ${l.part}">${sign(l)}<span class="loss-name">${l.lane.name}</span></span>`)}
    ${drawn.odd.size > 0 ? html`<span class="key" title="where a loss or its gradient was NaN, infinite or too large for any use">✕ not finite</span>` : nothing}
    <span class="loss-facts">
      ${isNegative ? html`<span class="explained key">below 0 ${help('below-zero', 'a loss below zero', BELOW_ZERO, 'negative')}</span>` : nothing}
      <span class="points">${points(own)}</span>
    </span>
  `
}

function sign(l: Line): TemplateResult {
  if (l.isUnder) return html`<i class="swatch thin faint" aria-hidden="true"></i>`
  return l.part === 'test' || l.smooth ? laneLine(l.lane.colour) : html`<i class="swatch thin" aria-hidden="true"></i>`
}

/** 310 of 900 points: those of the curve of the lane in focus, and of its batches where they are drawn beneath. */
function points(own: readonly Line[]): string {
  const [main] = own
  const under = own.find((l) => l.isUnder)
  const told = ({ drawn: { shown, of } }: Line, what: string): string => `${count(shown)} of ${count(of)} ${what}`
  if (!main) return told({ drawn: { shown: 0, of: 0 } } as Line, 'points')
  return under ? `${told(main, 'points')}, ${told(under, 'batches')}` : told(main, 'points')
}
