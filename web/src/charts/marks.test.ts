import { describe, expect, it } from 'vitest'
import type { Change, ControlValue } from '../generated/wire'
import { toMarks } from './marks'

const change = (control: string, step: number, old: ControlValue, value: ControlValue, epoch = 1): Change => ({
  control, step, old, new: value, epoch, revision: step,
})

describe('marks', () => {
  it('make a drag one mark, from its first value to its last', () => {
    const drag = Array.from({ length: 30 }, (_, i) => change('eps', 100 + i, i, i + 1))
    expect(toMarks(drag, 1, 1)).toEqual([{ control: 'eps', step: 129, old: 0, new: 30 }])
  })

  it('keep apart what is far apart or of another control', () => {
    const changes = [change('eps', 100, 1, 2), change('lr', 101, 1, 2), change('lr', 900, 2, 3)]
    expect(toMarks(changes, 1, 1).map((m) => m.control)).toEqual(['eps', 'lr', 'lr'])
  })

  it('leave out other epochs, their beginning, and what came back', () => {
    expect(toMarks([change('eps', 5, 1, 2, 7), change('eps', 0, 1, 2), change('full', 50, false, true), change('full', 52, true, false)], 1, 1)).toEqual([])
  })
})
