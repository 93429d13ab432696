import { describe, expect, it } from 'vitest'
import { differences } from './differences'
import type { Control, Lane } from '../generated/wire'

const control = (c: Partial<Control>): Control => ({
  name: '', label: '', help: '', unit: '', group: '', kind: 'number', default: 0, min: 0, max: 1, zero: false, step: 0.1,
  log: false, live: true, run: false, options: [], auto: '', advanced: false, when: { control: '', values: [] }, ...c,
})

const CONTROLS = [
  control({ name: 'seed', label: 'seed', run: true }),
  control({ name: 'loss', label: 'loss', kind: 'choice', default: 'nll', options: [{ value: 'nll', label: 'NLL', help: '' }, { value: 'beta', label: 'β-NLL', help: '' }] }),
  control({ name: 'beta', label: 'β', default: 0.5, when: { control: 'loss', values: ['beta'] } }),
  control({ name: 'batch', label: 'batch', kind: 'integer', unit: 'rows', default: 32 }),
  control({ name: 'hidden', label: 'hidden', kind: 'layers', default: [64, 64] }),
]

const lane = (n: number): Lane => ({ lane: n, name: String.fromCharCode(65 + n), colour: n, controls: {}, params: 1, from: null, parameters: [] })

describe('the differences between lanes', () => {
  const of = (...settings: ReadonlyArray<Record<string, number | string | readonly number[]>>) => (n: number) => settings[n] ?? {}

  it('tell of auto with the number that it comes to', () => {
    const decay = control({ name: 'decay', label: 'weight decay', log: true, default: 'auto', auto: '1 by the rows' })
    const lanes = [lane(0), lane(1)]
    expect(differences([decay], lanes, of({ decay: 'auto' }, { decay: 0.01 }), () => 1 / 106)).toEqual([
      { control: 'decay', label: 'weight decay', values: ['auto (9.43e-3)', '1e-2'] },
    ])
    expect(differences([decay], lanes, of({}, { decay: 0.01 }))[0]?.values[0]).toBe('auto')
  })

  it('tell of what matters while there is a text', () => {
    const equation = control({ name: 'equation', label: 'equation', kind: 'text', default: '' })
    const points = control({ name: 'points', label: 'points', kind: 'integer', default: 30, when: { control: 'equation', values: [] } })
    expect(differences([equation, points], [lane(0), lane(1), lane(2)], of({ equation: 'du + u', points: 30 }, { equation: '', points: 30 }, { equation: 'du + u', points: 50 }))).toEqual([
      { control: 'equation', label: 'equation', values: ['du + u', 'none', 'du + u'] },
      { control: 'points', label: 'points', values: ['30', '–', '50'] },
    ])
    expect(differences([points], [lane(0), lane(1)], of({ points: 30 }, { points: 50 }))).toEqual([])
  })

  it('are none between copies, nor in what belongs to the run', () => {
    expect(differences(CONTROLS, [lane(0), lane(1)], of({ loss: 'nll', seed: 1, hidden: [8, 8] }, { loss: 'nll', seed: 2, hidden: [8, 8] }))).toEqual([])
    expect(differences(CONTROLS, [lane(0)], of({ loss: 'beta' }))).toEqual([])
  })

  it('are in words, in the order of the table', () => {
    expect(differences(CONTROLS, [lane(0), lane(1), lane(2)], of({ loss: 'beta', batch: 32, hidden: [64] }, { loss: 'beta', batch: 16 }, { loss: 'beta', beta: 1 }))).toEqual([
      { control: 'beta', label: 'β', values: ['0.5', '0.5', '1'] },
      { control: 'batch', label: 'batch', values: ['32\u00a0rows', '16\u00a0rows', '32\u00a0rows'] },
      { control: 'hidden', label: 'hidden', values: ['64', '64, 64', '64, 64'] },
    ])
  })

  it('leave a dash where a lane does not heed the control', () => {
    expect(differences(CONTROLS, [lane(0), lane(1)], of({ loss: 'nll', beta: 0.2 }, { loss: 'beta', beta: 0.2 }))).toEqual([
      { control: 'loss', label: 'loss', values: ['NLL', 'β-NLL'] },
      { control: 'beta', label: 'β', values: ['–', '0.2'] },
    ])
  })
})
