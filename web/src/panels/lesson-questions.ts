import { html, nothing, type TemplateResult } from 'lit'
import type { Question } from '../generated/api'
import { located, significant, withUnit } from '../math/format'
import { drawn, edgeValue, overlap, type Band, type Edge } from '../math/sketch'
import { effective, REACH_95, type LanePicture } from '../net/frame'
import type { Answer } from '../state/answers'
import type { Store } from '../state/store'

/** Which question it is. */
export interface Asked {
  readonly part: 'before' | 'after'
  readonly i: number
  readonly of: number
  readonly question: Question
}

const STEPS = 60 // of a key, from one edge of a chart to the other

/** A question, to be answered or skipped. */
export function questionForm(store: Store, asked: Asked, give: (answer: Answer) => void): TemplateResult {
  return asked.question.draw ? drawForm(store, asked, give) : choiceForm(store, asked, give)
}

function heading({ part, i, of }: Asked): string {
  const which = part === 'before' ? 'Predict' : 'Check'
  return of > 1 ? `${which} (${i + 1} of ${of})` : which
}

/** What the button does that takes an answer: the last before the run lets it train. */
function goWords(store: Store, { part, i, of }: Asked): string {
  if (part === 'after' || i + 1 < of || !store.steers.value) return 'Answer'
  return 'Answer and run'
}

function choiceForm(store: Store, asked: Asked, give: (answer: Answer) => void): TemplateResult {
  const name = `lesson-${asked.part}-${asked.i}`
  return html`
    <form class="lesson-question" data-question=${asked.part} @submit=${(e: Event) => {
      e.preventDefault()
      const chosen = new FormData(e.target as HTMLFormElement).get(name)
      if (chosen !== null) give(Number(chosen))
    }}>
      <fieldset>
        <legend><span class="lesson-word">${heading(asked)}</span> ${asked.question.ask}</legend>
        ${(asked.question.choices ?? []).map((c, i) => html`<label class="lesson-choice"><input type="radio" name=${name} value=${i} required><span>${c.answer}</span></label>`)}
      </fieldset>
      <p class="lesson-do">
        <button type="submit" class="button primary">${goWords(store, asked)}</button>
        <button type="button" class="button" @click=${() => { give('skipped') }}>Skip</button>
      </p>
    </form>
  `
}

/** The band is drawn on the fit by a pointer, or here by keys. */
function drawForm(store: Store, asked: Asked, give: (answer: Answer) => void): TemplateResult {
  const { course, grid, run } = store
  const band = course.sketch.value?.band
  const data = run.value?.data
  const x = grid.value?.x
  const [from = 0, to = 1] = [x?.[0], x?.at(-1)]
  return html`
    <form class="lesson-question" data-question=${asked.part} @submit=${(e: Event) => {
      e.preventDefault()
      if (band) give(band)
    }}>
      <fieldset>
        <legend><span class="lesson-word">${heading(asked)}</span> ${asked.question.ask}</legend>
        <p class="note">Drag its upper and its lower edge on the fit, or use these sliders.</p>
        ${band && data ? edges(store, band, [from, to], data.y) : nothing}
      </fieldset>
      <p class="lesson-do">
        <button type="submit" class="button primary" ?disabled=${!band}>${goWords(store, asked)}</button>
        <button type="button" class="button" ?disabled=${course.draft.value === null} @click=${() => { course.draft.value = null }}>Start over</button>
        <button type="button" class="button" @click=${() => { give('skipped') }}>Skip</button>
      </p>
    </form>
  `
}

/** Where each edge is at an x that is chosen, which the fit shows as the x that is read. */
function edges(store: Store, band: Band, [from, to]: readonly [number, number], y: readonly number[]): TemplateResult {
  const { course, run, view: { probe } } = store
  const data = run.value?.data
  const at = probe.value ?? (from + to) / 2
  const knot = band.x.reduce((best, k) => (Math.abs(k - at) < Math.abs(best - at) ? k : best), band.x[0] ?? from)
  const [low, high] = [Math.min(...y, ...band.low), Math.max(...y, ...band.high)]
  const air = (high - low) / 4
  const slider = (label: string, value: number, [least, most]: readonly [number, number], text: string, set: (v: number) => void): TemplateResult => html`
    <label class="lesson-edge"><span>${label}</span>
      <input type="range" min=${least} max=${most} step=${(most - least) / STEPS} .value=${String(value)} aria-valuetext=${text} @input=${(e: Event) => { set((e.target as HTMLInputElement).valueAsNumber) }}>
      <output>${text}</output>
    </label>
  `
  const edge = (name: Edge, label: string): TemplateResult => slider(label, edgeValue(band, name, knot), [low - air, high + air], withUnit(significant(edgeValue(band, name, knot), 3), data?.target.unit ?? ''), (v) => {
    probe.value = knot
    course.draft.value = drawn(band, name, [knot, v], [knot, v])
  })
  const step = ((band.x[1] ?? to) - (band.x[0] ?? from))
  return html`
    ${slider('at', knot, [from, to], withUnit(located(knot, to - from), data?.inputs[0]?.unit ?? ''), (v) => { probe.value = from + step * Math.round((v - from) / step) })}
    ${edge('high', 'upper edge')}
    ${edge('low', 'lower edge')}
  `
}

/** What was answered, whether it is right, and why. */
export function reveal(store: Store, { part, i, question }: Asked, answer: Answer | null): TemplateResult {
  const choices = question.choices ?? []
  const right = choices.find((c) => c.right)
  const chosen = typeof answer === 'number' ? choices[answer] : undefined
  const verdict = chosen ? (chosen === right ? 'right' : 'wrong') : 'none'
  return html`
    <div class="lesson-reveal" data-question="${part}-${i}" data-verdict=${verdict}>
      <p class="lesson-asked">${question.ask}</p>
      ${chosen ? html`<p><b class="lesson-verdict">${chosen === right ? '✓ Right:' : '✗ Not quite:'}</b> you chose “${chosen.answer}”.</p>` : nothing}
      ${right && chosen !== right ? html`<p><b>Answer:</b> ${right.answer}</p>` : nothing}
      ${question.draw && typeof answer === 'object' && answer ? html`<p>${bandWords(store, question.draw.lane, answer)}</p>` : nothing}
      <p>${question.explain}</p>
    </div>
  `
}

/** How much of the drawn band came. */
function bandWords(store: Store, name: string, band: Band): string {
  const { grid, lanes, live } = store
  const lane = lanes.value.find((l) => l.name === name) ?? lanes.value[0]
  const picture = live.value.find((p) => p.lane === lane?.lane)
  const share = picture && grid.value ? overlap(band, grid.value.x, ...band95(picture)) : NaN
  if (Number.isNaN(share)) return 'Your band is the dashed one on the fit.'
  return `Your band (dashed on the fit) and the 95 % band of “${lane?.name ?? name}” have ${Math.round(100 * share)} % of their area in common.`
}

function band95({ fit }: LanePicture): [low: number[], high: number[]] {
  const edge = (sign: number): number[] => Array.from(fit.mean, (m, i) => m + sign * REACH_95 * effective(fit, i))
  return [edge(-1), edge(1)]
}
