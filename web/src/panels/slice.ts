import type { Control } from '../generated/wire'
import type { Store } from '../state/store'

/** Over which input the fit is shown, as a choice by names; null where there is but one. */
export function sliceChoice(store: Store): { readonly options: Control['options']; readonly value: string } | null {
  const inputs = store.run.value?.data.inputs ?? []
  const control = store.controls.find((c) => c.name === 'slice')
  if (!control || inputs.length < 2) return null
  // Which one it is where none is named, the server says.
  const slice = Number(store.shown(control)) || (store.run.value?.data.slice ?? 0)
  const along = inputs.map(({ name }, i) => ({ value: String(i + 1), label: name, help: `along ${name}, ${inputs.length === 2 ? 'the other input at its mean' : 'the other inputs at their means'}` }))
  return inputs.length === 2
    ? { options: [{ value: '0', label: 'both inputs', help: 'a map of both inputs' }, ...along], value: String(slice) }
    : { options: along, value: String(Math.max(1, slice)) }
}
