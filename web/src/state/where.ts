import { fitIsPainted } from './painted'
import type { LanePicture } from '../net/frame'
import type { Store } from './store'

// The document's root says where the page is, for tests, notebooks and whoever
// else scripts the page. README.md lists what it says.
const { dataset } = document.documentElement

/** Says of the run what is known without a frame: where it is, whether it trains, and whether the page hears of it. */
export function sayWhere({ api, id, link, run }: Pick<Store, 'api' | 'id' | 'link' | 'run'>): void {
  dataset['engine'] = api.transport.engine
  dataset['run'] = id
  const said = (): void => {
    dataset['link'] = link.value.kind
    if (!run.value) return
    dataset['state'] = run.value.state
    dataset['generation'] = String(run.value.generation)
  }
  link.subscribe(said)
  run.subscribe(said)
}

/** Says which frame is painted now: of one moment, whatever the lane. */
export function sayPainted(lanes: readonly LanePicture[]): void {
  const [first] = lanes
  if (!first) return
  const { step, revision, scalars } = first.fit
  dataset['step'] = String(step)
  dataset['revision'] = String(revision)
  dataset['nll'] = String(scalars.test_nll)
  dataset['lanes'] = String(lanes.length)
  fitIsPainted()
}
