import { describe, expect, it } from 'vitest'
import { PRESETS } from '../math/bands'
import { View } from './view'

describe('what is looked at', () => {
  it('is what the address asks for, as far as it can be', () => {
    const view = new View('bands:sigma~loss:nonsense~of:another version')
    expect([view.bands.value, view.loss.value.kind]).toEqual([PRESETS[1].bands, 'loss'])
    view.setLoss({ kind: 'nll' })
    expect(view.text.value).toBe('bands:sigma~loss:nll~of:another version')
    view.bands.value = PRESETS[0].bands
    expect(view.text.value).toBe('loss:nll~of:another version')
  })

  it('knows a loss that was chosen from one that was not', () => {
    const view = new View()
    expect([view.loss.value.chosen, view.text.value]).toEqual([false, ''])
    view.setLoss({ smoothing: 0.3 })
    expect(view.loss.value.chosen).toBe(false)
    view.setLoss({ kind: 'loss' })
    expect([view.loss.value.chosen, view.text.value]).toEqual([true, 'loss:loss'])
    expect(new View('loss:loss').loss.value).toMatchObject({ kind: 'loss', chosen: true })
    view.read('')
    expect(view.loss.value).toMatchObject({ kind: 'loss', chosen: false, smoothing: 0.3 })
  })

  it('follows an address that is edited', () => {
    const view = new View()
    view.read('bands:sigma~scale:log')
    expect([view.bands.value.unit, view.loss.value.scale]).toEqual(['sigma', 'log'])
    view.read('')
    expect([view.bands.value.unit, view.loss.value.scale, view.text.value]).toEqual(['percent', 'linear', ''])
  })

  it('keeps bands of its own where an address says no more than their unit', () => {
    const view = new View()
    const own = { unit: 'percent', levels: [20] } as const
    view.bands.value = own
    view.read('loss:nll')
    expect(view.bands.value).toBe(own)
  })

  it('is what a lesson wants, as far as its words are known', () => {
    const view = new View('loss:batch')
    view.follow({ panel: 'targets', lens: 'variance', bands: 'sigma', loss: 'nonsense', of: 'another version' })
    expect([view.panel.value, view.lens.value, view.bands.value.unit, view.loss.value.kind]).toEqual(['targets', 'variance', 'sigma', 'batch'])
    view.follow({})
    expect([view.panel.value, view.lens.value]).toEqual(['fit', 'off'])
  })

  it('is the reader’s own again after a lesson, and stays that in the address', () => {
    const view = new View('loss:batch')
    view.lens.value = 'mean'
    view.follow({ lens: 'variance', bands: 'sigma', loss: 'nll', compare: 'beside' })
    expect([view.lens.value, view.bands.value.unit, view.loss.value.kind, view.compare.value]).toEqual(['variance', 'sigma', 'nll', 'beside'])
    expect(view.text.value).toBe('loss:batch')
    view.follow({ loss: 'loss' })
    expect([view.lens.value, view.bands.value.unit, view.loss.value.kind, view.compare.value]).toEqual(['off', 'percent', 'loss', 'overlay'])
    view.release()
    expect([view.lens.value, view.bands.value.unit, view.loss.value.kind, view.compare.value]).toEqual(['mean', 'percent', 'batch', 'overlay'])
    view.release()
    expect(view.text.value).toBe('loss:batch')
  })
})
