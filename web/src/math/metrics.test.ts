import { expect, it } from 'vitest'
import { best, METRICS, metricsOf, valueOf, type Metric } from './metrics'
import { PRESETS } from './bands'
import type { Data, Scalar } from '../generated/wire'

const BANDS = PRESETS[0].bands

function metric(id: string): Metric {
  const found = METRICS.find((m) => m.id === id)
  if (!found) throw new Error(`no metric ${id}`)
  return found
}

it('knows which way is better, and takes ties for ties', () => {
  expect(best(metric('nll'), [4.2, 4.1, NaN, 4.105])).toEqual([false, true, false, true])
  expect(best(metric('r2'), [0.8, 0.9])).toEqual([false, true])
  expect(best(metric('coverage'), [1, 0.92, 0.2])).toEqual([false, true, false])
  expect(best(metric('rmse'), [20, 20.1])).toEqual([false, false])
  expect(best(metric('sharpness'), [1, 2])).toEqual([false, false])
  expect(best(metric('nll'), [NaN, NaN])).toEqual([false, false])
})

it('measures the NLL from the best attainable one, where that is known', () => {
  const scalars = { train_nll: 1, test_nll: 1.5 } as Record<Scalar, number>
  const data = { best_train_nll: 1.2, best_test_nll: 1.25 } as Data
  expect(valueOf(metric('gap'), 'test', scalars, data)).toBe(0.25)
  expect(valueOf(metric('gap'), 'train', scalars, data)).toBeCloseTo(-0.2)
  expect(metricsOf(data, BANDS)).toContain(metric('gap'))
  expect(metricsOf({ ...data, best_test_nll: null }, BANDS)).not.toContain(metric('gap'))
  expect(valueOf(metric('nll'), 'test', undefined, undefined)).toBeNaN()
})
