import { html, type TemplateResult } from 'lit'
import type { Person } from '../generated/wire'
import { nameOf } from '../state/others'

/** Somebody, by their colour and their name; what they chose to be called is never more than text. */
export function personTag(person: Person, name = nameOf(person)): TemplateResult {
  return html`<span class="person"><i class="person-dot" data-colour=${person.colour} aria-hidden="true"></i><bdi>${name}</bdi></span>`
}
