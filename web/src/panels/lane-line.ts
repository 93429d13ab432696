import { svg, html, type TemplateResult } from 'lit'
import { dashOf, tokenOf } from '../charts/lanes'

/** A piece of a lane's line, as the charts draw it. */
export function laneLine(colour: number): TemplateResult {
  const dash = dashOf(colour).join(' ')
  return html`<svg class="lane-line" viewBox="0 0 24 8" aria-hidden="true">${svg`<line x1="1" y1="4" x2="23" y2="4" stroke-dasharray=${dash === '' ? 'none' : dash}></line>`}</svg>`
}

/** The declaration that gives an element a lane's colour. */
export function laneStyle(colour: number): string {
  return `--lane: var(--${tokenOf(colour)})`
}
