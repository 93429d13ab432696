import { html, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { Control, ControlValue } from '../generated/wire'
import { fromPosition, keyed, toPosition } from '../math/ladder'
import { Finger } from './finger'

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
  /** Somebody wants to type the value. */
  type(): void
}

const DIGIT = /^\d$/

const fingers = new WeakMap<EventTarget, Finger>()

/** The finger on a slider, of which there is one at a time. */
function fingerOn({ currentTarget }: Event): Finger {
  const on = currentTarget as EventTarget
  const finger = fingers.get(on) ?? new Finger()
  fingers.set(on, finger)
  return finger
}

export function slider(c: Control, o: Options): TemplateResult {
  const [min, max] = [toPosition(c, c.zero ? 0 : c.min), toPosition(c, c.max)]
  const share = (v: number): number => (toPosition(c, v) - min) / (max - min)
  /** Where it has been moved to; null, and it stays, where nobody meant to. */
  const at = (e: Event): number | null => {
    const input = e.target as HTMLInputElement
    if (fingerOn(e).meant) return fromPosition(c, input.valueAsNumber)
    input.value = String(toPosition(c, o.value))
    return null
  }
  const thumb = (e: Event): number => {
    const input = e.currentTarget as HTMLInputElement
    const { left, width } = input.getBoundingClientRect()
    const knob = parseFloat(getComputedStyle(input).getPropertyValue('--knob')) || 0
    return left + knob / 2 + share(o.value) * (width - knob)
  }
  return html`
    <span class="slider" style="--at:${share(o.value).toFixed(4)};--default:${share(o.initial).toFixed(4)}">
      <input
        type="range" min=${min} max=${max} step="any" aria-label=${c.label} aria-valuetext=${o.text}
        aria-describedby="help-${c.name} keys" aria-keyshortcuts="F1 Enter" ?disabled=${o.off} .value=${live(String(toPosition(c, o.value)))}
        @pointerdown=${(e: PointerEvent) => { fingerOn(e).down(e, thumb(e)) }}
        @pointermove=${(e: PointerEvent) => { fingerOn(e).move(e) }}
        @pointerup=${(e: PointerEvent) => { fingerOn(e).up(e) }}
        @pointercancel=${(e: PointerEvent) => { fingerOn(e).up(e) }}
        @mousedown=${(e: Event) => { if (fingerOn(e).echoes) e.preventDefault() }}
        @input=${(e: Event) => {
          const v = at(e)
          if (v !== null) o.input(v)
        }}
        @change=${(e: Event) => {
          const v = at(e)
          if (v !== null) o.commit(v)
        }}
        @keydown=${(e: KeyboardEvent) => {
          if (e.altKey || e.ctrlKey || e.metaKey) return
          const next = keyed(c, o.value, e.key, e.shiftKey)
          if (next !== null) o.commit(next)
          else {
            // The digit itself goes where the focus is then.
            if (DIGIT.test(e.key)) o.type()
            if (e.key !== 'Enter') return
            o.type()
          }
          e.preventDefault()
        }}
      >
    </span>
  `
}
