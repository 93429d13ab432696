import { html, type TemplateResult } from 'lit'

/** A chart in figures, for whoever reads better than they see. */
export interface ChartTable {
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: ReadonlyArray<readonly string[]>
}

export function chartTable(t: ChartTable): TemplateResult {
  return html`
    <div class="chart-table" tabindex="0" role="region" aria-label=${t.caption}>
      <table>
        <caption>${t.caption}</caption>
        <thead><tr>${t.columns.map((c) => html`<th scope="col">${c}</th>`)}</tr></thead>
        <tbody>${t.rows.map((r) => html`<tr>${r.map((v, i) => (i === 0 ? html`<th scope="row">${v}</th>` : html`<td>${v}</td>`))}</tr>`)}</tbody>
      </table>
    </div>
  `
}

export function tableButton(of: string, shown: boolean, toggle: () => void): TemplateResult {
  return html`
    <button type="button" class="quiet-button" aria-pressed=${shown ? 'true' : 'false'} aria-label="${of} as a table" @click=${toggle}>table</button>
  `
}

/** So many of the numbers from 0 to n-1, evenly spread, with both ends. */
export function spread(n: number, rows: number): number[] {
  if (n <= rows) return [...Array(n).keys()]
  return Array.from({ length: rows }, (_, i) => Math.round((i * (n - 1)) / (rows - 1)))
}
