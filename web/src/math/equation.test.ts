import { describe, expect, it } from 'vitest'
import { equationSince, ownEquation, parseParameters, printParameters, shortest, typedValue, withParameter } from './equation'
import type { Change } from '../generated/wire'

describe('the text of parameters', () => {
  // As in server/wire/parameters_test.go.
  it.each([
    ['', ''],
    [' mu = 1 : learned ; k=400 ', 'mu=1:learned, k=400'],
    ['k=-0:fixed', 'k=0'],
    ['a=1e-3:learned,', 'a=0.001:learned'],
    ['_b2=.5,', '_b2=0.5'],
  ])('is read and printed as Go does: %s', (text, want) => {
    const list = parseParameters(text)
    if (!list) throw new Error('not read')
    expect(printParameters(list)).toBe(want)
    expect(parseParameters(want)).toEqual(list)
  })

  it.each([
    'mu', 'mu=', 'mu=one', 'mu=NaN', 'mu=1e39', 'mu=1:free', 'mu=1=2', 'mu=1:learned:fixed', '2mu=1', 'größe=1', 'a=1, a=2', ', ,', `${'a'.repeat(41)}=1`,
    Array.from('abcdefghijklmnopq', (name) => `${name}=1`).join(),
  ])('is none: %s', (text) => {
    expect(parseParameters(text)).toBeNull()
  })

  it('keeps the others when one is changed, and says what was a default', () => {
    const lane = [{ name: 'mu', learned: true, value: 1, true: 4 }, { name: 'k', learned: true, value: 1, true: null }]
    expect(withParameter('', lane, { name: 'mu', value: 3.5, learned: false })).toBe('mu=3.5, k=1:learned')
    // g was one of an equation before.
    expect(withParameter('g=9.8, mu=2:learned', lane, { name: 'k', value: 400, learned: true })).toBe('mu=2:learned, k=400:learned')
    expect(withParameter('k=400', lane, { name: 'k', value: 400, learned: true })).toBe('k=400:learned, mu=1:learned')
  })
})

describe('numbers of parameters', () => {
  it('are as short as a float32 is exact', () => {
    expect(shortest(Math.fround(4.1))).toBe(4.1)
    expect(shortest(Math.fround(396.0123))).toBe(396.0123)
    expect(shortest(-0.5)).toBe(-0.5)
    expect(shortest(0)).toBe(0)
    expect(Math.fround(shortest(Math.fround(1 / 3)))).toBe(Math.fround(1 / 3))
  })

  it('are typed as people write them', () => {
    expect(typedValue(' −3,5 ')).toBe(-3.5)
    expect(typedValue('1e39')).toBeNaN()
    expect(typedValue('four')).toBeNaN()
  })
})

describe('the equation of the data', () => {
  const data = { equation: { text: 'du - r*u*(1 - u/K)', parameters: [{ name: 'r', value: 6 }, { name: 'K', value: 3 }] } }

  it('is set with parameters that are to be found', () => {
    expect(ownEquation(data, { activation: 'sin' })).toEqual({ set: { equation: data.equation.text, parameters: 'r=1:learned, K=1:learned' }, restarts: false })
    expect(ownEquation({}, {})).toBeNull()
  })

  it.each(['relu', 'leaky_relu', 'identity'])('takes another activation where %s has no second derivative', (activation) => {
    expect(ownEquation(data, { activation })).toMatchObject({ set: { activation: 'tanh' }, restarts: true })
  })
})

describe('since when a lane has its equation', () => {
  const change = (c: Partial<Change>): Change => ({ revision: 1, generation: 7, step: 0, kind: 'control', lane: 0, control: 'equation', old: '', new: '', text: '', undo: true, ...c })
  const undo = (step: number): Change => change({ kind: 'undo', lane: null, control: '', step })

  it('is from the start, or from its last change in this generation', () => {
    expect(equationSince([], 7, 0, null)).toBe(-1)
    expect(equationSince([change({ step: 20 }), change({ step: 50 }), change({ step: 90, control: 'eps' }), change({ step: 80, lane: 1 })], 7, 0, null)).toBe(50)
    expect(equationSince([change({ step: 20, generation: 6 })], 7, 0, null)).toBe(-1)
  })

  it('is from an undo that may have brought another back', () => {
    expect(equationSince([undo(10)], 7, 0, null)).toBe(-1)
    expect(equationSince([change({ step: 20 }), undo(40)], 7, 0, null)).toBe(40)
  })

  it('of a copy is that of its original', () => {
    const changes = [change({ step: 20 }), change({ step: 60 })]
    expect(equationSince(changes, 7, 1, { lane: 0, step: 30 })).toBe(20)
    expect(equationSince([...changes, change({ step: 70, lane: 1 })], 7, 1, { lane: 0, step: 30 })).toBe(70)
  })
})
