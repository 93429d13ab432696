import { html, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type WaRadioGroup from '@awesome.me/webawesome/dist/components/radio-group/radio-group.js'
import { withUnit } from '../math/format'
import type { Control } from '../generated/wire'

/** An option of a segmented choice; one that is off says in its help why. */
type Segment = Control['options'][number] & { readonly off?: boolean }

export function segments(c: Pick<Control, 'name' | 'label'> & { readonly options: readonly Segment[] }, value: string, set: (v: string) => void, off = false): TemplateResult {
  return html`
    <wa-radio-group
      class="segments" orientation="horizontal" size="s" aria-describedby="help-${c.name}" ?disabled=${off} .value=${live(value)}
      @change=${(e: Event) => { set(String((e.target as WaRadioGroup).value)) }}
    >
      <span slot="label" class="unseen">${c.label}</span>
      ${c.options.map((o) => html`<wa-radio appearance="button" value=${o.value} title=${o.help} ?disabled=${o.off === true}>${o.label}</wa-radio>`)}
    </wa-radio-group>
  `
}

/** A native select: a telephone opens its own wheel for it, and it is read aloud as what it is. */
export function select(c: Pick<Control, 'name' | 'label' | 'unit' | 'options'>, value: string, set: (v: string) => void, off = false): TemplateResult {
  return html`
    <span class="select">
      <select aria-label=${c.label} ?disabled=${off} .value=${live(value)} @change=${(e: Event) => { set((e.target as HTMLSelectElement).value) }}>
        ${c.options.map((o) => html`<option value=${o.value} title=${o.help} ?selected=${o.value === value}>${Number.isFinite(Number(o.label)) ? withUnit(o.label, c.unit) : o.label}</option>`)}
      </select>
    </span>
  `
}
