import { html, nothing, type TemplateResult } from 'lit'
import type { ProbableCause, Trouble } from '../generated/wire'
import { controlValue, count, scientific } from '../math/format'
import { Part } from './part'

/** From how many models on the strip of models leaves a notice no room beside it. */
const MANY = 4

/** Controls of which 0 is none at all. */
const ZERO_IS_NONE: readonly string[] = ['clip', 'initial_variance']

/** A number as people write it: 0.003, and 1e-6. */
const plain = (v: number): string => Math.abs(v) >= 1e-4 || v === 0 ? Number(v.toPrecision(4)).toString() : scientific(v, 4)

/** What went wrong with a training, and the ways out. It lies above what is there, so that nothing moves when it comes. */
class GnllTrouble extends Part {
  static override properties = { closed: { state: true } }
  /** The troubles that were dismissed, by what tells one from another. */
  declare closed: ReadonlySet<string>

  constructor() {
    super()
    this.closed = new Set()
  }

  protected override render(): TemplateResult {
    const { run, steers, lanes } = this.store
    const generation = run.value?.generation ?? 0
    const key = ({ lane, kind, since }: Trouble): string => [generation, lane, kind, since].join(' ')
    const all = run.value?.trouble ?? []
    const [first, ...others] = all.filter((t) => !this.closed.has(key(t)))
    this.toggleAttribute('data-many', lanes.value.length >= MANY)
    // What is spoken is an element that is always there, and changes only when the trouble is another.
    return html`
      <section class="wreck" aria-label=${first ? 'training has gone wrong' : nothing} ?data-on=${first !== undefined}>
        <p role="alert">${first?.text ?? ''}${others.length === 0 ? '' : ` (${others.length} more ${others.length === 1 ? 'model' : 'models'})`}</p>
        ${first ? html`
          <div class="wreck-ways">
            ${steers.value ? this.#ways(first, all) : nothing}
            <button type="button" class="quiet-button" aria-label="dismiss this notice" title="dismiss" @click=${() => { this.closed = new Set([...this.closed, key(first)]) }}>✕</button>
          </div>
        ` : nothing}
      </section>
    `
  }

  #ways(first: Trouble, all: readonly Trouble[]): TemplateResult {
    const { cause, edit, row, step } = first
    const revision = edit?.revision ?? 0
    // Earlier weights would not help against points that stay.
    const returns = cause?.restart !== true && revision === 0 && row === null
    // Beside the other button, which names the learning rate, its value says enough.
    const restart = cause === null ? 'Restart' : `Restart ${returns && cause.control === 'lr' ? `with ${this.#value(cause)}` : this.#using(cause)}`
    return html`
      ${revision === 0 ? nothing : html`<button type="button" class="button primary" @click=${() => { void this.store.past.undo(revision) }}>Undo the change of points</button>`}
      ${returns ? html`<button type="button" class="button primary" @click=${() => { this.store.recover(first) }}>Go back to step ${count(step)}${cause === null ? '' : ` ${this.#using(cause)}`}</button>` : nothing}
      <button type="button" class=${returns || revision !== 0 ? 'button' : 'button primary'} title=${this.#restarts(all)} @click=${() => { this.store.restart(all) }}>${restart}</button>
    `
  }

  /** What a restart sets, and of which models. */
  #restarts(all: readonly Trouble[]): string {
    const { lanes } = this.store
    const several = lanes.value.length > 1
    const sets = all.flatMap(({ lane, cause }) => {
      if (cause === null) return []
      const name = lanes.value.find((l) => l.lane === lane)?.name ?? ''
      return [`${several ? `model ${name} ` : ''}${this.#using(cause)}`]
    })
    return ['Starts again from step 0', ...several ? ['with all models'] : [], ...sets].join(several ? ', ' : ' ')
  }

  /** With which value of which control. */
  #using(cause: ProbableCause): string {
    const { control: name, suggested } = cause
    const label = this.store.controls.find((c) => c.name === name)?.label ?? name
    if (suggested === '') return `without the ${label}`
    if (suggested === 0 && ZERO_IS_NONE.includes(name)) return `without ${label}`
    return `with ${label} ${this.#value(cause)}`
  }

  #value({ control: name, suggested }: ProbableCause): string {
    const control = this.store.controls.find((c) => c.name === name)
    // As the sentence before it writes numbers.
    if (typeof suggested === 'number') return `${plain(suggested)}${control?.unit === '%' ? ' %' : ''}`
    return control ? controlValue(control, suggested) : String(suggested)
  }
}

customElements.define('gnll-trouble', GnllTrouble)
