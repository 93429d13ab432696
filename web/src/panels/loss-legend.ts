import { html, nothing, type TemplateResult } from 'lit'
import type { Drawn } from '../charts/loss'
import type { Line } from '../charts/loss-lines'
import { count } from '../math/format'
import type { Lane } from '../generated/wire'
import { laneLine, laneStyle } from './lane-line'

/** Which line is which, and whether the curve is thinned. */
export function lossLegend(drawn: Drawn, lanes: readonly Lane[]): TemplateResult {
  const many = lanes.length > 1
  const own = drawn.lines.filter((l) => l.isFocus).toReversed()
  const others = drawn.lines.filter((l) => !l.isFocus && l.part !== 'train')
  return html`
    ${own.map((l) => html`<span class="key" style=${laneStyle(l.lane.colour)}>${sign(l)}${many && !l.isUnder ? html`<b>${l.lane.name}</b> ` : nothing}${l.isUnder ? 'each batch' : l.part}</span>`)}
    ${others.map((l) => html`<span class="key" style=${laneStyle(l.lane.colour)} title="model ${l.lane.name}, ${l.part}">${sign(l)}<span class="loss-name">${l.lane.name}</span></span>`)}
    ${drawn.branch.length > 1 ? html`<span class="key" title="trained, then undone or left by going back"><i class="swatch thin faint" aria-hidden="true"></i>undone</span>` : nothing}
    ${drawn.odd.size > 0 ? html`<span class="key" title="a loss or gradient was NaN, infinite or unusably large">✕ not finite</span>` : nothing}
    ${thinned(own)}
  `
}

function sign(l: Line): TemplateResult {
  if (l.isUnder) return html`<i class="swatch thin faint" aria-hidden="true"></i>`
  return l.part === 'test' || (l.part === 'batch' && l.smooth) ? laneLine(l.lane.colour) : html`<i class="swatch thin" aria-hidden="true"></i>`
}

/** How many of the values are drawn, of the selected lane's curve and of its batches; seen where some are left out. */
function thinned(own: readonly Line[]): TemplateResult {
  const [main] = own
  const lines = [...(main ? [[main, 'values'] as const] : []), ...own.filter((l) => l.isUnder).map((l) => [l, 'batches'] as const)]
  const told = lines.map(([{ drawn: { shown, of } }, what]) => `${count(shown)} of ${count(of)} ${what}`).join(', ')
  const isThinned = lines.some(([l]) => l.drawn.shown < l.drawn.of)
  return html`<span class="points unseen">${told === '' ? nothing : `${isThinned ? 'curve thinned, zoom in to see all values: ' : ''}${told}`}</span>`
}
