import type { View } from '../state/view'

/** Opens the dialog of sweeps, which is loaded when it is first wanted and then keeps what it found. */
export async function openSweep(view: View): Promise<void> {
  await import('./sweep')
  view.dialog.value = { name: 'sweep' }
}
