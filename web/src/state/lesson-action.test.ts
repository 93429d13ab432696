import { describe, expect, it } from 'vitest'
import type { Control } from '../generated/wire'
import { actionWords } from './lesson-action'

const control = (name: string, label: string, unit = ''): Control => ({ name, label, unit, kind: 'number', log: false, options: [] }) as unknown as Control
const CONTROLS = [control('decay', 'weight decay'), control('noise', 'added noise', '%')]

describe('what a lesson’s button says', () => {
  it.each([
    [{ lane: 'free', set: { decay: 0.02 }, reset: true }, 'Set weight decay to 0.02 in “free”, then start again'],
    [{ set: { noise: 60, decay: 1 } }, 'Set added noise to 60 % and weight decay to 1'],
    [{ erase: [41] }, 'Erase that point'],
    [{ reset: true }, 'Start again'],
  ] as const)('%j', (action, words) => {
    expect(actionWords(action, CONTROLS).replaceAll(/\s/g, ' ')).toBe(words)
  })
})
