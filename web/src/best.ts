import type { Data } from './generated/wire'
import type { Settings } from './settings'

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI)

/** What the true distribution has for a loss on the same rows; NaN where it is not known. */
export interface Best {
  readonly train: number
  readonly test: number
}

/**
 * The best attainable loss: null where the truth of the data is not known, or
 * where another loss than the NLL is trained. As trained the target is divided by
 * its standard deviation, and the constant is there only with full.
 */
export function bestOf(data: Pick<Data, 'best_train_nll' | 'best_test_nll' | 'target_std'>, inUnits: boolean, settings: Settings): Best | null {
  const { best_train_nll: train, best_test_nll: test, target_std: std } = data
  if (train === null && test === null) return null
  if (inUnits) return { train: train ?? NaN, test: test ?? NaN }
  if (settings['loss'] !== 'gaussian_nll' || std === null || !(std > 0)) return null
  const by = -Math.log(std) - (settings['full'] === true ? 0 : HALF_LOG_2PI)
  return { train: (train ?? NaN) + by, test: (test ?? NaN) + by }
}
