import { signal } from '@preact/signals-core'
import { keep, kept } from './kept'

/** What a first visit is offered to try. */
export const PROMPTS = ['paint', 'eps', 'compare'] as const
export type Prompt = (typeof PROMPTS)[number]

/** The prompts that somebody has dismissed in this browser. */
export const dismissed = signal<ReadonlySet<Prompt>>(new Set(remembered()))

/** Shows a prompt no more. */
export function dismiss(prompt: Prompt): void {
  dismissed.value = new Set([...dismissed.value, prompt])
  keep('dismissed', [...dismissed.value].join())
}

/** What is remembered has become more. */
export function remember(): void {
  dismissed.value = new Set([...dismissed.peek(), ...remembered()])
}

function remembered(): Prompt[] {
  const names = (kept('dismissed') ?? '').split(',')
  return PROMPTS.filter((p) => names.includes(p))
}
