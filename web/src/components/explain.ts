import type { TemplateResult } from 'lit'
import { CHARTS, TARGET_UNIT, type ChartID, type Data, type Figure } from '../generated/wire'
import { help } from './help'

/** The question mark of a figure, in the words of the table of figures. */
export function explain(figure: Figure): TemplateResult {
  return help(`metric-${figure.id}`, figure.label, figure.help, figure.id)
}

/** The question mark of a chart, with what there is to say of the present one. */
export function explainChart(id: ChartID, more = ''): TemplateResult {
  const { label, help: sentence } = CHARTS[id]
  return help(`chart-${id}`, label, more === '' ? sentence : `${sentence} ${more}`, `chart-${id}`)
}

/** The unit in which a figure of these data is. */
export function unitOf(figure: Figure, data: Data | undefined): string {
  return figure.unit === TARGET_UNIT ? (data?.target.unit ?? '') : figure.unit
}
