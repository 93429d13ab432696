import { html, type TemplateResult } from 'lit'
import { Part } from './part'

/** Lessons, each one click away. */
class GnllLessons extends Part {
  protected override render(): TemplateResult {
    return html``
  }
}

customElements.define('gnll-lessons', GnllLessons)
