import { html, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type WaSwitch from '@awesome.me/webawesome/dist/components/switch/switch.js'
import { fullscreen, projector, setProjector, toggleFullscreen } from '../state/projector'
import { setTheme, theme, type Theme } from '../state/theme'
import { segments } from './choices'
import { Part } from './part'
import { popup } from './popup'

const THEMES = [
  { value: 'auto', label: 'auto', help: 'same as the system' },
  { value: 'light', label: 'light', help: 'dark on light' },
  { value: 'dark', label: 'dark', help: 'light on dark' },
]

/** How the page looks on this screen: its theme, as large as a projector needs it, and on all of the screen. */
class GnllDisplay extends Part {
  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.#key)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.#key)
  }

  /** P and F, unless somebody is writing. */
  readonly #key = (e: KeyboardEvent): void => {
    const key = e.key.toLowerCase()
    if ((key !== 'p' && key !== 'f') || e.repeat || e.ctrlKey || e.altKey || e.metaKey) return
    const wants = 'input:not([type=range]), textarea, select, dialog, wa-dropdown'
    if (e.composedPath().some((n) => n instanceof Element && n.matches(wants))) return
    e.preventDefault()
    if (key === 'p') setProjector(!projector.value)
    else void toggleFullscreen()
  }

  protected override render(): TemplateResult {
    return popup({
      id: 'display', label: 'Display: theme, projector, full screen', style: 'button square', face: ICON,
      body: html`
        <div class="popup-row"><span class="display-name">theme</span>
          ${segments({ name: 'theme', label: 'theme', options: THEMES }, theme.value, (v) => { setTheme(v as Theme) })}
        </div>
        <div class="popup-row"><span class="display-name">projector</span>
          <wa-switch size="s" aria-keyshortcuts="P" .checked=${live(projector.value)} @change=${(e: Event) => { setProjector((e.target as WaSwitch).checked) }}><span class="unseen">projector: </span>large type, heavy lines</wa-switch>
          <kbd>P</kbd>
        </div>
        <div class="popup-row"><span class="display-name">screen</span>
          <button type="button" class="button" aria-keyshortcuts="F" @click=${() => { void toggleFullscreen() }}>${fullscreen.value ? 'Leave full screen' : 'Full screen'}</button>
          <kbd>F</kbd>
        </div>
      `,
    })
  }
}

const ICON = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.600a5.400 5.400 0 0 1 0 10.800z" fill-rule="evenodd"></path></svg>`

customElements.define('gnll-display', GnllDisplay)
