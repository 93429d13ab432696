import { html, type TemplateResult } from 'lit'
import { placeOfTab } from '../state/places'
import { TABS, type Tab } from '../state/tabs'
import type { View } from '../state/view'
import { place } from './place'

const LABELS: Readonly<Record<Tab, string>> = { calibration: 'Calibration', metrics: 'Metrics', anatomy: 'Anatomy', gradients: 'Gradients' }

/** The one that is open: the one that was asked for, if it is a tab now. */
export function openTab(view: View, tabs: readonly Tab[]): Tab | null {
  return tabs.find((t) => t === view.tab.value) ?? tabs[0] ?? null
}

/** One tab for each panel that shares the place; arrow keys go from one to the next. */
export function tabBar(view: View, tabs: readonly Tab[]): TemplateResult {
  const open = openTab(view, tabs)
  const key = (e: KeyboardEvent): void => {
    const by = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0
    const next = by === 0 || !open ? undefined : tabs[(tabs.indexOf(open) + by + tabs.length) % tabs.length]
    if (!next) return
    e.preventDefault()
    view.tab.value = next
    ;(e.currentTarget as HTMLElement).querySelector<HTMLElement>(`#tab-${next}`)?.focus()
  }
  return html`
    <div class="tab-bar" role="tablist" aria-label="panels" @keydown=${key}>
      ${TABS.filter((t) => tabs.includes(t)).map((t) => html`
        <button
          ${place(view.places, placeOfTab(t))}
          type="button" role="tab" id="tab-${t}" aria-selected=${t === open ? 'true' : 'false'} aria-controls="panel-${panelOf(t)}" tabindex=${t === open ? 0 : -1}
          @click=${() => { view.tab.value = t }}
        >${LABELS[t]}</button>
      `)}
    </div>
  `
}

/** The panel that a tab shows: the gradients stand in that of the anatomy. */
export function panelOf(tab: Tab): Exclude<Tab, 'gradients'> {
  return tab === 'gradients' ? 'anatomy' : tab
}
