import type { FitFrame } from '../frame'
import { fitIsPainted } from './late'

/** Says on the panel of the fit what is painted there now, for tests and for whoever scripts the page. */
export function tellPainted(panel: HTMLElement, { step, revision }: FitFrame, lanes: number): void {
  panel.dataset['step'] = String(step)
  panel.dataset['revision'] = String(revision)
  panel.dataset['lanes'] = String(lanes)
  fitIsPainted()
}
