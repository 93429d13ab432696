import type { Store } from '../state/store'

/** Opens the dialog of sweeps, which is loaded when it is first wanted and then keeps what it found. */
export async function openSweep(store: Store): Promise<void> {
  await import('./sweep')
  const found = document.querySelector('gnll-sweep')
  const dialog = found ?? Object.assign(document.createElement('gnll-sweep'), { store })
  if (!found) document.querySelector('gnll-app')?.append(dialog)
  await dialog.open()
}
