import { describe, expect, it } from 'vitest'
import { bestOf } from './best'

const data = { best_train_nll: 1.5, best_test_nll: 2, target_std: Math.E }

describe('the best possible loss', () => {
  it('is the NLL of the truth, in the data’s units as the server has it', () => {
    expect(bestOf(data, true, { loss: 'beta_nll' })).toEqual({ train: 1.5, test: 2 })
  })

  it('is moved by the standardisation as trained, and has the constant with full', () => {
    expect(bestOf(data, false, { loss: 'gaussian_nll', full: true })).toEqual({ train: 0.5, test: 1 })
    expect(bestOf(data, false, { loss: 'gaussian_nll', full: false })?.test).toBeCloseTo(1 - 0.918938533, 9)
  })

  it('is not told where it is not known, or means nothing', () => {
    expect(bestOf({ ...data, best_train_nll: null, best_test_nll: null }, true, {})).toBeNull()
    expect(bestOf(data, false, { loss: 'beta_nll' })).toBeNull()
    expect(bestOf({ ...data, best_test_nll: null }, true, {})).toEqual({ train: 1.5, test: NaN })
  })

  it('of several targets is the mean over them as trained, and that of the shown one in its units', () => {
    const two = { ...data, by_target: [{ std: Math.E, best_train_nll: 1.5, best_test_nll: 2 }, { std: 1, best_train_nll: 0.5, best_test_nll: 0 }] }
    expect(bestOf(two, true, { loss: 'gaussian_nll' })).toEqual({ train: 1.5, test: 2 })
    expect(bestOf(two, false, { loss: 'gaussian_nll', full: true })).toEqual({ train: 0.5, test: 0.5 })
    expect(bestOf(two, false, { loss: 'beta_nll' })).toBeNull()
  })
})
