import { html, type TemplateResult } from 'lit'
import { controlValue, count, withUnit } from '../math/format'
import { OWN_DATA, type Control, type ControlValue } from '../generated/wire'
import { sameValue, type Settings } from '../net/settings'
import { laneLine, laneStyle } from './lane-line'
import { Part } from './part'
import { several } from './target-choice'

/** The head of the page on paper: what was trained, with which settings, and when. On the screen it is not there. */
class GnllPaper extends Part {
  protected override render(): TemplateResult {
    const { store } = this
    const data = store.run.value?.data
    const step = store.focused(store.reading.value)?.fit.step
    const lanes = store.lanes.value
    const run = this.#said(store.values.run, (c) => c.run)
    const target = data ? `${data.targets.map((t) => t.name).join(', ')} against ${data.inputs.map((i) => i.name).join(', ')}${several(data) ? `, with charts of ${data.target.name}` : ''}` : ''
    return html`
      <h2>${data?.title ?? ''}</h2>
      <p>${target}: ${data?.train ?? 0} training and ${data?.test ?? 0} test points. Step ${count(step ?? NaN)}, <time>${new Date().toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'short' })}</time>.</p>
      <dl>
        ${settingsRow('run', run)}
        ${lanes.map((l) => settingsRow(html`<span style=${laneStyle(l.colour)}>${laneLine(l.colour)}</span> model ${l.name}`, this.#said(store.values.of(l.lane), (c) => !c.run)))}
      </dl>
      <p class="paper-address">${store.address.fresh}</p>
    `
  }

  /** What is not at its default, in words. */
  #said(settings: Settings, of: (c: Control) => boolean): string {
    const value = (c: Control): ControlValue => settings[c.name] ?? c.default
    const said = this.store.controls.filter((c) => of(c) && c.name !== 'speed' && value(c) !== OWN_DATA && !sameValue(value(c), c.default))
    return said.map((c) => `${c.label} ${withUnit(controlValue(c, value(c), this.store.automatic(c)), c.unit)}`).join(', ')
  }
}

function settingsRow(name: unknown, said: string): TemplateResult {
  return html`<dt>${name}</dt><dd>${said === '' ? 'all settings at their defaults' : said}</dd>`
}

customElements.define('gnll-paper', GnllPaper)
