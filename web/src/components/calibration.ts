import { html, type TemplateResult } from 'lit'
import { Part } from './part'

/** Whether the predicted distributions can be believed, on rows that were held out. */
class GnllCalibration extends Part {
  protected override render(): TemplateResult {
    return html`
      <section class="card calibration" aria-labelledby="calibration-title">
        <header class="plot-head"><h2 id="calibration-title">Calibration, test</h2></header>
      </section>
    `
  }
}

customElements.define('gnll-calibration', GnllCalibration)
