import { computed, signal } from '@preact/signals-core'
import { expect, it } from 'vitest'
import { later } from './later'

it('tells of later values, and of none that is the same', () => {
  const steps = signal(1)
  const seen: boolean[] = []
  const stop = later(computed(() => steps.value > 2), (many) => { seen.push(many) })
  expect(seen).toEqual([])
  for (const n of [2, 3, 4, 1]) steps.value = n
  expect(seen).toEqual([true, false])
  stop()
  steps.value = 9
  expect(seen).toEqual([true, false])
})
