import { describe, expect, it } from 'vitest'
import type { Change, Control, ControlValue } from '../generated/wire'
import { changeInWords, marksAt, toMarks } from './marks'

const change = (control: string, step: number, old: ControlValue, value: ControlValue, epoch = 1): Change => ({
  control, step, old, new: value, epoch, revision: step,
})

describe('marks', () => {
  it('make a drag one mark, from its first value to its last', () => {
    const drag = Array.from({ length: 30 }, (_, i) => change('eps', 100 + i, i, i + 1))
    expect(toMarks(drag, 1, 1)).toEqual([{ control: 'eps', step: 129, old: 0, new: 30 }])
  })

  it('make two drags on two pages two marks, in the order of their ends', () => {
    const drags = Array.from({ length: 30 }, (_, i) => [change('lr', 100 + i, i, i + 1), change('eps', 100 + i, i, i + 1)]).flat()
    expect(toMarks([...drags, change('lr', 131, 30, 31)], 1, 1)).toEqual([
      { control: 'eps', step: 129, old: 0, new: 30 },
      { control: 'lr', step: 131, old: 0, new: 31 },
    ])
  })

  it('are found from near, the nearest first', () => {
    const marks = toMarks([change('eps', 100, 1, 2), change('lr', 104, 1, 2), change('full', 500, false, true)], 1, 1)
    expect(marksAt(marks, 103, 5).map((m) => m.control)).toEqual(['lr', 'eps'])
    expect(marksAt(marks, 300, 5)).toEqual([])
  })

  it('say what was changed as the controls show it', () => {
    const eps = { name: 'eps', kind: 'number', log: true, options: [] } as unknown as Control
    expect(changeInWords(change('eps', 5, 1e-6, 0), [eps])).toBe('eps 1e-6 → 0')
    expect(changeInWords(change('later', 5, 1, 2), [eps])).toBe('later')
  })

  it('keep apart what is far apart or of another control', () => {
    const changes = [change('eps', 100, 1, 2), change('lr', 101, 1, 2), change('lr', 900, 2, 3)]
    expect(toMarks(changes, 1, 1).map((m) => m.control)).toEqual(['eps', 'lr', 'lr'])
  })

  it('leave out other epochs, their beginning, and what came back', () => {
    expect(toMarks([change('eps', 5, 1, 2, 7), change('eps', 0, 1, 2), change('full', 50, false, true), change('full', 52, true, false)], 1, 1)).toEqual([])
  })
})
