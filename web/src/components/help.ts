import { html, type TemplateResult } from 'lit'

/**
 * A question mark that opens a sentence beside what it explains, on hover, on
 * focus and on a tap. The sentence is also in the document, under the id
 * `help-{id}`, for aria-describedby.
 */
export function help(id: string, of: string, sentence: string, placement: 'left' | 'right'): TemplateResult {
  return html`
    <button type="button" class="help" id="help-for-${id}" aria-label="help: ${of}" aria-describedby="help-${id}">?</button>
    <wa-tooltip for="help-for-${id}" placement=${placement} trigger="hover focus click" without-arrow>${sentence}</wa-tooltip>
    <span id="help-${id}" class="unseen">${sentence}</span>
  `
}
