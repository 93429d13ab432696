import { nothing, type ElementPart } from 'lit'
import { AsyncDirective } from 'lit/async-directive.js'
import { directive } from 'lit/directive.js'
import type { Places } from '../state/places'

class Place extends AsyncDirective {
  #element: HTMLElement | null = null
  #at: { readonly places: Places; readonly name: string } | null = null

  override update({ element }: ElementPart, [places, name]: [Places, string]): typeof nothing {
    this.#element = element as HTMLElement
    return this.render(places, name)
  }

  override render(places: Places, name: string): typeof nothing {
    if (this.#at?.name !== name) this.disconnected()
    this.#at = { places, name }
    // What is no longer on the page may still render once more.
    if (this.isConnected) this.reconnected()
    return nothing
  }

  protected override disconnected(): void {
    if (this.#element) this.#at?.places.drop(this.#at.name, this.#element)
  }

  protected override reconnected(): void {
    if (this.#element) this.#at?.places.put(this.#at.name, this.#element)
  }
}

/** Says that the element on which it stands is the place of that name, as long as it is there. */
export const place = directive(Place)
