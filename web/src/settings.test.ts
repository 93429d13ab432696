import { describe, expect, it } from 'vitest'
import type { Control } from './generated/wire'
import { fromHash, keyOf, takeToken, toHash } from './settings'

const control = (c: Partial<Control> & Pick<Control, 'name' | 'kind' | 'default'>): Control => ({
  label: c.name, help: '', unit: '', group: '', min: 0, max: 0, zero: false, step: 1, log: false, live: true, run: false, options: [], advanced: false, when: { control: '', values: [] }, ...c,
})
const table = [
  control({ name: 'dataset', kind: 'choice', default: 'mcycle' }),
  control({ name: 'eps', kind: 'number', default: 1e-6 }),
  control({ name: 'full', kind: 'switch', default: false }),
  control({ name: 'hidden', kind: 'layers', default: [64, 64] }),
]

describe('the address', () => {
  it('holds what is not at its default', () => {
    expect(toHash(table, { dataset: 'mcycle', eps: 1e-6, full: false, hidden: [64, 64] })).toBe('')
    expect(toHash(table, { dataset: 'sine', eps: 0.001, full: true, hidden: [8, 128] })).toBe('dataset=sine&eps=0.001&full=true&hidden=8,128')
  })

  it('is read back', () => {
    const settings = { dataset: 'sine', eps: 3e-9, full: true, hidden: [8, 128] }
    expect(fromHash(table, `#${toHash(table, settings)}`)).toEqual(settings)
    expect(fromHash(table, '#unknown=1&eps=0.5')).toEqual({ eps: 0.5 })
    expect(fromHash(table, '')).toEqual({})
  })

  it('leaves what is no number as it is, for the server to refuse by its name', () => {
    expect(fromHash(table, '#eps=tiny&hidden=64,x')).toEqual({ eps: 'tiny', hidden: '64,x' })
    expect(fromHash(table, '#eps=1e999&hidden=')).toEqual({ eps: '1e999', hidden: '' })
  })

  it('holds the key, but not that the rows are one’s own', () => {
    const hash = toHash(table, { dataset: 'own', eps: 0.5 }, 'a b')
    expect(hash).toBe('eps=0.5&key=a%20b')
    expect(keyOf(`#${hash}`)).toBe('a b')
    expect(keyOf('#eps=1')).toBeUndefined()
    expect(fromHash(table, `#${hash}`)).toEqual({ eps: 0.5 })
  })

  it('does not keep a token', () => {
    expect(takeToken('#token=s3cret&eps=0.5')).toEqual({ token: 's3cret', rest: '#eps=0.5' })
    expect(takeToken('#token=s3cret')).toEqual({ token: 's3cret', rest: '' })
    expect(takeToken('#hidden=8,8')).toEqual({ token: null, rest: '#hidden=8,8' })
  })
})
