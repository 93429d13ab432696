import { describe, expect, it } from 'vitest'
import { modeOf } from './mode'
import { View } from './view'

describe('the mode of the page', () => {
  it('is what a lesson names, else what its spots need', () => {
    expect(modeOf({ view: { mode: 'simple' }, spots: [{ panel: 'metrics', label: '' }] })).toBe('simple')
    expect(modeOf({ view: { mode: 'nonsense' }, spots: [{ panel: 'fit', label: '' }, { control: 'batch', label: '' }] })).toBeNull()
    expect(modeOf({ view: {}, spots: [{ panel: 'loss', label: '' }, { panel: 'anatomy', label: '' }] })).toBe('full')
  })

  it('is the one that was chosen, but for a lesson that asks for another, until somebody chooses again', () => {
    const view = new View()
    expect(view.mode.value).toBe('simple')
    view.askMode('full')
    expect(view.mode.value).toBe('full')
    view.askMode(null)
    expect(view.mode.value).toBe('simple')
    view.askMode('full')
    view.chooseMode('simple')
    expect(view.mode.value).toBe('simple')
    view.askMode('full', false)
    expect([view.mode.value, view.borrows]).toEqual(['full', true])
    view.chooseMode('full')
    expect(view.borrows).toBe(false)
    view.askMode(null)
    expect(view.mode.value).toBe('full')
  })
})
