import type { ReadonlySignal } from '@preact/signals-core'

/** Calls back at each later value of a signal, and not with its present one, until the returned function is called. */
export function later<T>(signal: ReadonlySignal<T>, listener: (value: T) => void): () => void {
  let isLater = false
  const stop = signal.subscribe((value) => { if (isLater) listener(value) })
  isLater = true
  return stop
}
