import type { View } from '../state/view'

/** Opens the list “My runs”, which is loaded when it is first wanted. */
export async function openMine(view: View): Promise<void> {
  await import('./mine')
  view.dialog.value = { name: 'mine' }
}
