import { expect, it } from 'vitest'
import { METRICS, metricsOf, missOf, tieOf, valueOf, type Metric } from './metrics'
import { PRESETS } from './bands'
import type { Data, Scalar } from '../generated/wire'

const BANDS = PRESETS[0].bands

function metric(id: string): Metric {
  const found = METRICS.find((m) => m.id === id)
  if (!found) throw new Error(`no metric ${id}`)
  return found
}

it('knows which way is better', () => {
  expect(missOf(metric('nll'), 4.2)).toBe(4.2)
  expect(missOf(metric('r2'), 0.9)).toBe(-0.9)
  expect(missOf(metric('coverage'), 0.92)).toBeCloseTo(0.03)
  expect(missOf(metric('coverage'), 1)).toBeCloseTo(0.05)
  expect(missOf(metric('sharpness'), 1)).toBeNaN()
  expect([tieOf(metric('nll'), 4), tieOf(metric('rmse'), -20)]).toEqual([0.01, 0.1])
})

it('measures the NLL from the best possible one, where that is known', () => {
  const scalars = { train_nll: 1, test_nll: 1.5 } as Record<Scalar, number>
  const data = { best_train_nll: 1.2, best_test_nll: 1.25 } as Data
  expect(valueOf(metric('gap'), 'test', scalars, data)).toBe(0.25)
  expect(valueOf(metric('gap'), 'train', scalars, data)).toBeCloseTo(-0.2)
  expect(metricsOf(data, BANDS)).toContain(metric('gap'))
  expect(metricsOf({ ...data, best_test_nll: null }, BANDS)).not.toContain(metric('gap'))
  expect(valueOf(metric('nll'), 'test', undefined, undefined)).toBeNaN()
})

it('has of the interval scores the one whose level is nearest to the widest band', () => {
  const at = (unit: 'percent' | 'sigma', ...levels: number[]): unknown => metricsOf(undefined, { unit, levels }).filter((m) => m.level !== undefined).map((m) => m.id)
  expect(at('percent', 38, 68, 95)).toEqual(['interval_95'])
  expect(at('sigma', 2, 0.5)).toEqual(['interval_95'])
  expect(at('percent', 90, 50)).toEqual(['interval_90'])
  expect(at('sigma', 1)).toEqual(['interval_68'])
  expect(at('percent', 1)).toEqual(['interval_50'])
  expect(at('percent', 99.9)).toEqual(['interval_95'])
  expect(METRICS.map((m) => m.id).slice(0, 5)).toEqual(['nll', 'gap', 'rmse', 'crps', 'coverage'])
})
