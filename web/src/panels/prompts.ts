import { html, nothing, type TemplateResult } from 'lit'
import { MAX_LANES } from '../generated/wire'
import { placeOfControl } from '../state/places'
import { dismiss, dismissed, PROMPTS, type Prompt } from '../state/prompts'
import { Part } from './part'

interface Words {
  readonly title: string
  readonly text: string
  readonly button: string
}

const WORDS: Readonly<Record<Prompt, Words>> = {
  paint: { title: 'Change the data', text: 'Click or drag on the fit to add points, and see the bands follow.', button: 'Add points' },
  eps: { title: 'Limit how certain it may be', text: 'Drag eps, the smallest noise it may claim, to the right: the narrow part of the band widens first.', button: 'Show eps' },
  compare: { title: 'Compare two models', text: 'Copy this model, then give the copy another loss.', button: 'Compare' },
}

/** Of the simple page: three things to try, each one click away. Whoever watches cannot try them. */
class GnllPrompts extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const { lessons, run, steers } = this.store
    const open = PROMPTS.filter((p) => !dismissed.value.has(p))
    // A lesson has its own.
    if (!steers.value || !run.value || lessons.on.value || open.length === 0) return nothing
    return html`
      <section class="panel prompts" aria-labelledby="prompts-title">
        <h2 id="prompts-title" class="group-name">Try this</h2>
        <ul>
          ${open.map((p) => html`
            <li data-prompt=${p}>
              <p><b>${WORDS[p].title}</b> ${WORDS[p].text}</p>
              <button type="button" class="button" ?disabled=${!this.#canBeDone(p)} @click=${() => { this.#go(p) }}>${WORDS[p].button}</button>
              <button type="button" class="quiet-button" aria-label="dismiss: ${WORDS[p].title}" title="do not show this again" @click=${() => { dismiss(p) }}>✕</button>
            </li>
          `)}
        </ul>
      </section>
    `
  }

  #canBeDone(prompt: Prompt): boolean {
    const { lanes, run } = this.store
    const data = run.value?.data
    // On a map, and with several targets, a click says too little of a point.
    if (prompt === 'paint') return data?.inputs.length === 1 && data.targets.length === 1
    return prompt === 'eps' || lanes.value.length < MAX_LANES
  }

  #go(prompt: Prompt): void {
    const { view } = this.store
    switch (prompt) {
      case 'paint':
        view.panel.value = 'fit'
        view.tool.value = 'add'
        view.places.find('predictions')?.scrollIntoView({ block: 'nearest' })
        break
      case 'eps':
        view.sheet.value = true
        // Where the controls are a sheet, it opens with this frame.
        requestAnimationFrame(() => { this.#pointAt(placeOfControl('eps')) })
        break
      case 'compare':
        void this.store.copyLane(view.focus.value).then(() => { this.#pointAt(placeOfControl('loss')) })
    }
  }

  /** Brings a control into sight, with the focus in it and a ring around it until it loses that. */
  #pointAt(name: string): void {
    const { places } = this.store.view
    const control = places.find(name)
    const field = control?.querySelector<HTMLElement>('input[type=range], select')
    if (!control || !field) return
    control.scrollIntoView({ block: 'nearest' })
    field.focus()
    control.dataset['pointed'] = ''
    field.addEventListener('blur', () => { delete control.dataset['pointed'] }, { once: true })
  }
}

customElements.define('gnll-prompts', GnllPrompts)
