import { html, type TemplateResult } from 'lit'
import { CHARTS, FIGURES, TARGET_UNIT, type ChartID, type Data, type Figure, type FigureID } from '../generated/wire'
import { help, told } from './help'

/** The question mark of a figure, in the words of the table of figures. */
export function explain(figure: Figure): TemplateResult {
  return help(`metric-${figure.id}`, figure.label, figure.help, figure.id)
}

/** A figure's name, or what is said of it, which tells what the figure is. */
export function figureName(id: FigureID, words: string = FIGURES[id].label): TemplateResult {
  return told(`figure-${id}`, FIGURES[id].label, html`${words}`, FIGURES[id].help, id)
}

/** The question mark of a chart, with what there is to say of the present one. */
export function explainChart(id: ChartID, more = ''): TemplateResult {
  const { label, help: sentence } = CHARTS[id]
  return help(`chart-${id}`, label, more === '' ? sentence : `${sentence} ${more}`, `chart-${id}`)
}

/** The unit in which a figure of these data is; what is in nats is a mean over points. */
export function unitOf(figure: Figure, data: Data | undefined): string {
  if (figure.unit === 'nats') return 'nats/point'
  return figure.unit === TARGET_UNIT ? (data?.target.unit ?? '') : figure.unit
}
