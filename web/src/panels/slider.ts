import { html, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { Control, ControlValue } from '../generated/wire'
import { fromPosition, keyed, toPosition } from '../math/ladder'

// A native range, not <wa-slider>: it needs a tick at the default, a log scale,
// Home for the default and Shift for larger steps, and it moves at every
// pointer event without an element's render in between.

interface Options {
  readonly value: number
  /** The number that the default is. */
  readonly initial: number
  readonly off: boolean
  /** The value in words. */
  readonly text: string
  /** At each movement. */
  input(value: number): void
  /** When the movement is over. */
  commit(value: ControlValue): void
}

export function slider(c: Control, o: Options): TemplateResult {
  const [min, max] = [toPosition(c, c.zero ? 0 : c.min), toPosition(c, c.max)]
  const share = (v: number): string => ((toPosition(c, v) - min) / (max - min)).toFixed(4)
  const at = (e: Event): number => fromPosition(c, (e.target as HTMLInputElement).valueAsNumber)
  return html`
    <span class="slider" style="--at:${share(o.value)};--default:${share(o.initial)}">
      <input
        type="range" min=${min} max=${max} step="any" aria-label=${c.label} aria-valuetext=${o.text}
        aria-describedby="help-${c.name} keys" ?disabled=${o.off} .value=${live(String(toPosition(c, o.value)))}
        @input=${(e: Event) => { o.input(at(e)) }}
        @change=${(e: Event) => { o.commit(at(e)) }}
        @keydown=${(e: KeyboardEvent) => {
          const next = keyed(c, o.value, e.key, e.shiftKey)
          if (next === null || e.altKey || e.ctrlKey || e.metaKey) return
          e.preventDefault()
          o.commit(next)
        }}
      >
    </span>
  `
}
