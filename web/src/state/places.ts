import { signal } from '@preact/signals-core'

/**
 * Where on the page things are, by name: a panel says of an element that it is the
 * place, and who points at it, as a lesson does, need not know how the panel is made.
 */
export class Places {
  readonly #elements = signal<ReadonlyMap<string, HTMLElement>>(new Map())
  /** The place that is to have the focus once it is there. */
  #wanted = ''

  /** Says that the element is the place of that name from now on. */
  put(name: string, element: HTMLElement): void {
    const known = this.#elements.peek()
    if (known.get(name) === element) return
    this.#elements.value = new Map(known).set(name, element)
    // What is in it is rendered after it.
    if (name === this.#wanted) queueMicrotask(() => { this.focus(name) })
  }

  /** The element is no place any more, if it still was the one of that name. */
  drop(name: string, element: HTMLElement): void {
    const known = this.#elements.peek()
    if (known.get(name) === element) this.#elements.value = new Map([...known].filter(([n]) => n !== name))
  }

  /** The first of these places that is there. */
  find(...names: readonly string[]): HTMLElement | null {
    const known = this.#elements.value
    for (const name of names) {
      const element = known.get(name)
      if (element) return element
    }
    return null
  }

  /** Gives the focus to the field at a place, now or as soon as it is there. */
  focus(name: string): void {
    const field = this.#elements.peek().get(name)?.querySelector<HTMLElement>('input, select')
    this.#wanted = field ? '' : name
    field?.focus()
  }
}

/** The name of the place of a control. */
export function placeOfControl(control: string): string {
  return `control ${control}`
}

/** The name of the place of a tab. */
export function placeOfTab(tab: string): string {
  return `tab ${tab}`
}
