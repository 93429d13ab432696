import { html, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { differences, NONE, type Difference } from '../state/differences'
import type { Store } from '../state/store'
import type { Compare } from '../state/view'
import { segments } from './choices'
import { laneLine, laneStyle } from './lane-line'
import type { LineItem } from './overflow'
import { popup } from './popup'
import { place } from './place'

const COMPARE = [
  { value: 'overlay', label: 'overlay', help: 'all models in one chart, with the bands of the selected one' },
  { value: 'beside', label: 'side by side', help: 'one chart for each model, on the same axes' },
]

/** The choice between one fit of all lanes and one of each, and in what they differ; nothing where there is but one. */
export function compareItems(store: Store): LineItem[] {
  if (store.lanes.value.length < 2) return []
  const differ = lanesDiffer(store)
  return [
    { name: 'compare', rank: 3, body: html`<span class="compare">${segments({ name: 'compare', label: 'how models are compared', options: COMPARE }, store.view.compare.value, (v) => { store.view.compare.value = v as Compare })}</span>` },
    { name: 'differ', rank: 6, body: html`<span class="compare">${popup({
      id: 'differences-panel', label: `${differInWords(differ.length)} between the models`, style: 'quiet-button choice-button',
      face: html`${differInWords(differ.length)}<span class="caret-sign" aria-hidden="true">▾</span>`,
      body: differ.length === 0 ? html`<p class="note">All models have identical settings, so their results are identical. Change one setting to compare.</p>` : table(store, differ),
    })}</span>` },
  ]
}

/** 2 settings differ */
function differInWords(n: number): string {
  return n === 1 ? '1 setting differs' : `${n} settings differ`
}

function lanesDiffer(store: Store): Difference[] {
  return differences(store.controls, store.lanes.value, (lane) => store.values.of(lane), (c) => store.automatic(c))
}

function table(store: Store, differ: readonly Difference[]): TemplateResult {
  return html`
    <table class="differences">
      <caption class="popup-title">Settings that differ</caption>
      <thead><tr><th></th>${store.lanes.value.map((l) => html`<th scope="col" style=${laneStyle(l.colour)}>${laneLine(l.colour)} ${l.name}</th>`)}</tr></thead>
      <tbody>${differ.map((d) => html`<tr><th scope="row">${d.label}</th>${d.values.map((v) => html`<td>${v}</td>`)}</tr>`)}</tbody>
    </table>
  `
}

/** A room for a fit of each lane, with what it has of its own. */
export function laneFits(store: Store): TemplateResult {
  const lanes = store.lanes.value
  const differ = lanesDiffer(store)
  const focus = store.view.focus.value
  return html`
    <div class="lane-fits" data-lanes=${lanes.length}>
      ${repeat(lanes, (l) => l.lane, (l, i) => {
        const own = differ.filter((d) => d.values[i] !== NONE).map((d) => `${d.label} ${d.values[i] ?? ''}`).join(' · ')
        return html`
          <section class="lane-fit" style=${laneStyle(l.colour)} aria-label="fit of model ${l.name}" ?data-focus=${l.lane === focus}>
            <p class="lane-fit-name">
              <button type="button" class="lane-name" aria-pressed=${l.lane === focus ? 'true' : 'false'} @click=${() => { store.look(l.lane) }}>${laneLine(l.colour)}${l.name}</button>
              <span class="lane-own" title=${own}>${own}</span>
            </p>
            <div class="lane-fit-body" ${place(store.view.places, `fit x ${l.lane}`)}><div class="chart fit-room" role="img" data-lane=${l.lane} data-tool=${store.view.tool.value}></div></div>
          </section>
        `
      })}
    </div>
  `
}
