import { describe, expect, it } from 'vitest'
import type { Change } from '../generated/wire'
import { byOthers } from './others'

const by = (person: number | null, revision: number): Change => ({
  kind: 'control', lane: 0, control: 'eps', step: 1, old: 1, new: 2, text: '', generation: 1, revision, undo: true,
  ...(person === null ? {} : { by: { person, colour: 0 } }),
})
const whose = (changes: readonly Change[]): Array<number | undefined> => changes.map((c) => c.by?.person)

describe('who made a change', () => {
  it('is said only of others, and not of whoever was here before a reload', () => {
    const changes = [by(1, 1), by(2, 2), by(null, 3), by(3, 4)]
    expect(whose(byOthers(changes, 3, () => [1]))).toEqual([undefined, 2, undefined, undefined])
    expect(whose(byOthers(changes, undefined, () => []))).toEqual([1, 2, undefined, 3])
  })

  it('asks for earlier numbers only where somebody else changed something', () => {
    const asked = (): number[] => { throw new Error('asked') }
    expect(whose(byOthers([by(3, 1), by(null, 2)], 3, asked))).toEqual([undefined, undefined])
    expect(() => byOthers([by(4, 1)], 3, asked)).toThrow('asked')
  })
})
