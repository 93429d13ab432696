import { expect, it } from 'vitest'
import { path, up } from './curve'

it('draws a line with a gap where there is no value', () => {
  expect(path([[0, 100], [50, 0], [60, NaN], [70, 1], [100, 2.345]])).toBe('M0.00 100.00L50.00 0.00M70.00 1.00L100.00 2.35')
  expect(path([])).toBe('')
})

it('lets large values stand high', () => {
  expect([up(2, 2, 4), up(4, 2, 4), up(3, 2, 4)]).toEqual([100, 0, 50])
})
