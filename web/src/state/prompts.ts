import { signal } from '@preact/signals-core'

/** What a first visit is offered to try. */
export const PROMPTS = ['paint', 'eps', 'compare'] as const
export type Prompt = (typeof PROMPTS)[number]

const KEY = 'gnllviz.dismissed'

/** The prompts that somebody has dismissed in this browser. */
export const dismissed = signal<ReadonlySet<Prompt>>(new Set(remembered()))

/** Shows a prompt no more. */
export function dismiss(prompt: Prompt): void {
  dismissed.value = new Set([...dismissed.value, prompt])
  try {
    localStorage.setItem(KEY, [...dismissed.value].join())
  } catch {
    // Storage can be forbidden; then the choice holds for this page only.
  }
}

function remembered(): Prompt[] {
  try {
    const names = (localStorage.getItem(KEY) ?? '').split(',')
    return PROMPTS.filter((p) => names.includes(p))
  } catch {
    return []
  }
}
