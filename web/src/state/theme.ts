import { Signal } from '@preact/signals-core'
import { keep } from './kept'

export type Theme = 'auto' | 'light' | 'dark'

const system = matchMedia('(prefers-color-scheme: dark)')
const paper = matchMedia('print')

/** What was chosen; early.js has already put it on the page. */
export const theme = new Signal<Theme>((document.documentElement.dataset['theme'] as Theme | undefined) ?? 'auto')

/** What is shown. */
export const dark = new Signal(isDark())

export function setTheme(next: Theme): void {
  const { dataset } = document.documentElement
  if (next === 'auto') delete dataset['theme']
  else dataset['theme'] = next
  keep('theme', next === 'auto' ? undefined : next)
  theme.value = next
  dark.value = isDark()
}

/** Paper is light. */
function isDark(): boolean {
  if (paper.matches) return false
  return theme.value === 'auto' ? system.matches : theme.value === 'dark'
}

for (const query of [system, paper]) query.addEventListener('change', () => { dark.value = isDark() })
