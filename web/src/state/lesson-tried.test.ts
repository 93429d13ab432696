import { describe, expect, it } from 'vitest'
import type { Action } from '../generated/api'
import type { Change, Lane } from '../generated/wire'
import { triedOf } from './lesson-tried'

const lanes = [{ lane: 3, name: 'one' }, { lane: 4, name: 'two' }] as unknown as readonly Lane[]
const control = (revision: number, step: number, name: string, lane: number | null): Change => ({ revision, step, kind: 'control', control: name, lane }) as unknown as Change
const other = (revision: number, step: number, kind: string): Change => ({ revision, step, kind, control: '', lane: null }) as unknown as Change

/** What is said of an action where its control has this value in each of the two lanes. */
function tried(action: Action, values: readonly number[], changes: readonly Change[], ids: readonly number[] = [0, 1]): unknown {
  return triedOf(action, { lanes, ids, changes, settings: (lane) => ({ eps: values[lane - 3] ?? 0 }) })
}

describe('what a lesson proposes', () => {
  it('is done where its values hold, and is undone from its first change on', () => {
    const action = { set: { eps: 0.1 }, steps: 40 }
    expect(tried(action, [0.1, 0.2], [])).toBeNull()
    const both = [control(5, 10, 'eps', 4), control(6, 50, 'lr', 3), control(7, 60, 'eps', 3), control(8, 60, 'eps', 4)]
    expect(tried(action, [0.1, 0.1], both)).toEqual({ revision: 7, until: 100 })
    expect(tried({ ...action, lane: 'one' }, [0.1, 0.2], both.slice(0, 3))).toEqual({ revision: 7, until: 100 })
    expect(tried({ ...action, lane: 'three' }, [0.1, 0.1], both)).toBeNull()
    expect(tried({ lane: 'one', set: { eps: 0.1 } }, [0.1, 0.2], both)).toMatchObject({ until: 0 })
  })

  it('is done where a whole generation began with it, or its rows are gone', () => {
    expect(tried({ set: { eps: 0.1 }, reset: true, steps: 40 }, [0.1, 0.1], [other(9, 0, 'begin'), control(10, 5, 'lr', 3)])).toEqual({ revision: 9, until: 40 })
    expect(tried({ set: { eps: 0.1 }, reset: true, steps: 40 }, [0.1, 0.1], [])).toEqual({ revision: 0, until: 40 })
    expect(tried({ erase: [1], steps: 40 }, [0, 0], [other(9, 20, 'data')], [0])).toEqual({ revision: 9, until: 60 })
    expect(tried({ erase: [1] }, [0, 0], [other(9, 20, 'data')])).toBeNull()
    expect(tried({ reset: true }, [0, 0], [other(9, 0, 'begin')])).toBeNull()
  })
})
