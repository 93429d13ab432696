import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Change, Control, ControlValue } from '../generated/wire'
import { changeAndWho, changeInWords, didInWords, marksAt, toMarks } from './marks'

const change = (control: string, step: number, old: ControlValue, value: ControlValue, generation = 1): Change => ({
  kind: 'control', lane: 0, control, step, old, new: value, text: '', generation, revision: step, undo: true,
})

describe('marks', () => {
  it('make a drag one mark, from its first value to its last', () => {
    const drag = Array.from({ length: 30 }, (_, i) => change('eps', 100 + i, i, i + 1))
    expect(toMarks(drag, 1, 1)).toMatchObject([{ control: 'eps', step: 129, old: 0, new: 30, revision: 100 }])
  })

  it('make two drags on two pages two marks, in the order of their ends', () => {
    const drags = Array.from({ length: 30 }, (_, i) => [change('lr', 100 + i, i, i + 1), change('eps', 100 + i, i, i + 1)]).flat()
    expect(toMarks([...drags, change('lr', 131, 30, 31)], 1, 1)).toMatchObject([
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
    const eps = { name: 'eps', label: 'eps', kind: 'number', log: true, options: [] } as unknown as Control
    expect(changeInWords(change('eps', 5, 1e-6, 0), [eps])).toBe('eps 1e-6 → 0')
    expect(changeInWords(change('later', 5, 1, 2), [eps])).toBe('later')
    expect(changeInWords(change('eps', 5, 1e-6, 0), [eps], [{ lane: 0, name: 'A' }, { lane: 1, name: 'B' }])).toBe('A: eps 1e-6 → 0')
    expect(changeInWords({ ...change('', 5, 0, 0), kind: 'lane', text: 'lane B added, a copy of A' }, [eps])).toBe('lane B added, a copy of A')
  })

  it('say what was changed as the server says it', () => {
    const cases = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../server/wire/testdata/words.json'), 'utf8')) as Array<{ control: Control; old: ControlValue; new: ControlValue; words: string }>
    expect(cases.length).toBeGreaterThan(9)
    for (const c of cases) expect(changeInWords(change(c.control.name, 5, c.old, c.new), [c.control])).toBe(c.words)
  })

  it('keep apart what is far apart or of another control', () => {
    const changes = [change('eps', 100, 1, 2), change('lr', 101, 1, 2), change('lr', 900, 2, 3)]
    expect(toMarks(changes, 1, 1).map((m) => m.control)).toEqual(['eps', 'lr', 'lr'])
  })

  it('keep lanes apart, and have what is no control in its words', () => {
    const lane = (n: number): Change => ({ ...change('eps', 100 + n, 1, 2), lane: n })
    const rows = (step: number): Change => ({ ...change('', step, 0, 0), kind: 'data', lane: null, text: `moved at ${step}` })
    const marks = toMarks([lane(0), lane(1), rows(110), rows(112)], 1, 1)
    expect(marks.map((m) => [m.kind, m.lane, m.revision, m.text])).toEqual([['control', 0, 100, ''], ['control', 1, 101, ''], ['data', null, 110, 'moved at 112']])
  })

  it('leave out other generations, their beginning, and what came back', () => {
    expect(toMarks([change('eps', 5, 1, 2, 7), change('eps', 0, 1, 2), change('full', 50, false, true), change('full', 52, true, false)], 1, 1)).toEqual([])
  })
})

describe('who changed it', () => {
  const [ada, someone] = [{ person: 1, name: 'Ada', colour: 0 }, { person: 2, colour: 1 }]
  const eps = { name: 'eps', label: 'eps', kind: 'number', log: true, options: [] } as unknown as Control
  const lanes = [{ lane: 0, name: 'A' }, { lane: 1, name: 'B' }]

  it('stands with a mark, and marks of two people stay two', () => {
    const changes: Change[] = [{ ...change('eps', 5, 1, 2), by: ada }, { ...change('eps', 6, 2, 3), by: ada }, { ...change('eps', 7, 3, 4), by: someone }, change('eps', 8, 4, 5)]
    const marks = toMarks(changes, 1, 1)
    expect(marks.map((m) => changeAndWho(m, [eps]))).toEqual(['eps 1 → 3, by Ada', 'eps 3 → 4, by Someone (violet)', 'eps 4 → 5'])
  })

  it('is the name that they have chosen since', () => {
    const changes: Change[] = [{ ...change('eps', 5, 1, 2), by: { person: 1, colour: 0 } }, { ...change('eps', 6, 2, 3), by: ada }]
    expect(toMarks(changes, 1, 1).map((m) => changeAndWho(m, [eps]))).toEqual(['eps 1 → 3, by Ada'])
  })

  it('makes a sentence', () => {
    expect(didInWords(change('eps', 5, 1e-6, 0.1), [eps])).toBe(' set eps to 0.1 (before: 1e-6)')
    expect(didInWords(change('eps', 5, 1e-6, 0.1), [eps], lanes)).toBe(' set eps of model A to 0.1 (before: 1e-6)')
    expect(didInWords(change('full', 5, false, true), [{ name: 'full', label: 'full', kind: 'bool', options: [] } as unknown as Control])).toBe(' switched full on')
    expect(didInWords({ ...change('', 5, 0, 0), kind: 'data', text: '3 points added' }, [eps])).toBe(': 3 points added')
    expect(didInWords({ ...change('', 5, 0, 0), kind: 'lane', text: 'model C added, a copy of A' }, [eps], lanes)).toBe(': model C added, a copy of A')
  })
})
