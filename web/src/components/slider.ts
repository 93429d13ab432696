import { html, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { Control, ControlValue } from '../generated/wire'

// A native range, not <wa-slider>: it needs a tick at the default, a log scale,
// Home for the default and Shift for larger steps, and it moves at every
// pointer event without an element's render in between.

/** How far left of the least value 0 lies on a log scale that has it, in decades. */
const NOTCH = 0.5

/** Where on a slider of the control a value lies: decades where the scale is log. */
export function toPosition(c: Control, value: number): number {
  if (!c.log) return value
  return value > 0 ? Math.log10(value) : Math.log10(c.min) - NOTCH
}

/** The value at a position, as round as people would choose it. */
export function fromPosition(c: Control, position: number): number {
  if (c.zero && position < toPosition(c, c.min) - NOTCH / 2) return 0
  let value = c.log ? Number((10 ** position).toPrecision(2)) : c.min + Math.round((position - c.min) / c.step) * c.step
  if (c.kind === 'integer') value = Math.round(value)
  return Math.min(c.max, Math.max(c.min, Number(value.toPrecision(12))))
}

/** The value so many of the control's steps further. Steps lie on a fixed ladder, so that decades are hit. */
export function stepped(c: Control, value: number, steps: number): number {
  if (c.zero && value <= c.min && steps < 0) return 0
  if (c.zero && value === 0) return c.min
  const position = toPosition(c, value)
  const rung = Math.round(position / c.step) + steps
  const next = c.log ? fromPosition(c, Math.max(rung * c.step, toPosition(c, c.min))) : fromPosition(c, position + steps * c.step)
  // On the low end of a log scale of whole numbers a rung can be less than one.
  if (c.kind === 'integer' && next === value) return Math.min(c.max, Math.max(c.min, value + Math.sign(steps)))
  return next
}

/** The value after a key, or null if the key does not move a slider. */
export function keyed(c: Control, value: number, key: string, shift: boolean): ControlValue | null {
  return key === 'Home' ? c.default : moved(c, value, key, shift)
}

/** The number after a key that goes up or down from one, or null if the key does not. */
export function moved(c: Control, value: number, key: string, shift: boolean): number | null {
  const far = shift ? 10 : 1
  switch (key) {
    case 'ArrowUp':
    case 'ArrowRight':
      return stepped(c, value, far)
    case 'ArrowDown':
    case 'ArrowLeft':
      return stepped(c, value, -far)
    case 'PageUp':
      return stepped(c, value, 10)
    case 'PageDown':
      return stepped(c, value, -10)
    default:
      return null
  }
}

/** Whether a slider can reach the control's values: a seed has four thousand million. */
export function hasSlider(c: Control): boolean {
  return c.log || (c.max - c.min) / c.step <= 1000
}

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
