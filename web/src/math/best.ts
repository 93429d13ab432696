import type { Data } from '../generated/wire'
import type { Settings } from '../net/settings'

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI)

/** What the true distribution has for a loss on the same rows; NaN where it is not known. */
export interface Best {
  readonly train: number
  readonly test: number
}

type Known = Pick<Data, 'best_train_nll' | 'best_test_nll' | 'target_std'>

/**
 * The best possible loss: null where the truth of the data is not known, or
 * where another loss than the NLL is trained. As trained the target is divided by
 * its standard deviation, the constant is there only with full, and of several
 * targets it is the mean over them.
 */
export function bestOf(data: Known & Pick<Data, 'by_target'>, inUnits: boolean, settings: Settings): Best | null {
  if (inUnits || !data.by_target) return bestOfOne(data, inUnits, settings)
  const each = data.by_target.map((t) => bestOfOne({ ...t, target_std: t.std }, false, settings))
  const mean = (part: keyof Best): number => each.reduce((sum, b) => sum + (b?.[part] ?? NaN), 0) / each.length
  return each.some((b) => b === null) ? null : { train: mean('train'), test: mean('test') }
}

function bestOfOne({ best_train_nll: train, best_test_nll: test, target_std: std }: Known, inUnits: boolean, settings: Settings): Best | null {
  if (train === null && test === null) return null
  if (inUnits) return { train: train ?? NaN, test: test ?? NaN }
  if (settings['loss'] !== 'gaussian_nll' || std === null || !(std > 0)) return null
  const by = -Math.log(std) - (settings['full'] === true ? 0 : HALF_LOG_2PI)
  return { train: (train ?? NaN) + by, test: (test ?? NaN) + by }
}
