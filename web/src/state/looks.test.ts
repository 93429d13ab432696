import { expect, it } from 'vitest'
import { Looks } from './looks'

it('is what the address asks for, as far as it can be', () => {
  const view = new Looks('bands:sigma~loss:nonsense~of:another version')
  const bands = view.choice('bands', ['percent', 'sigma'], 'percent')
  const loss = view.choice('loss', ['loss', 'nll'], 'loss')
  expect([bands.value, loss.value]).toEqual(['sigma', 'loss'])
  expect(view.choice('bands', ['percent', 'sigma'], 'percent')).toBe(bands)
  loss.value = 'nll'
  expect(view.text.value).toBe('bands:sigma~loss:nll~of:another version')
  bands.value = 'percent'
  expect(view.text.value).toBe('loss:nll~of:another version')
})

it('follows an address that is edited', () => {
  const view = new Looks()
  const bands = view.choice('bands', ['percent', 'sigma'], 'percent')
  view.read('bands:sigma')
  expect(bands.value).toBe('sigma')
  view.read('')
  expect([bands.value, view.text.value]).toEqual(['percent', ''])
})
