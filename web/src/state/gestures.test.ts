import { describe, expect, it } from 'vitest'
import type { Change } from '../generated/wire'
import { Gestures } from './gestures'

const change = (revision: number, kind: Change['kind'], control = ''): Pick<Change, 'revision' | 'kind' | 'lane' | 'control'> => ({
  revision, kind, lane: 0, control,
})

describe('gestures', () => {
  it('take a drag together, and nothing else', () => {
    const g = new Gestures()
    expect(g.last).toBe(0)
    g.add(change(1, 'control', 'lr'), 0)
    g.add(change(2, 'control', 'eps'), 100)
    g.add(change(3, 'control', 'eps'), 200)
    g.add(change(4, 'control', 'eps'), 1100)
    expect(g.last).toBe(2)
    g.add(change(5, 'control', 'eps'), 5000)
    expect(g.last).toBe(5)
    g.add(change(6, 'lane'), 5100)
    g.add(change(7, 'lane'), 5200)
    expect(g.last).toBe(7)
    g.add(change(8, 'weights'), 5300)
    expect(g.last).toBe(8)
  })

  it('take a stroke together, however long it took and whenever it is said', () => {
    const g = new Gestures()
    g.add(change(1, 'data'), 0)
    g.add(change(2, 'data'), 100)
    g.stroke(2, 3)
    g.add(change(3, 'data'), 5000)
    expect(g.last).toBe(2)
    g.add(change(4, 'data'), 9000)
    g.stroke(2, 4)
    expect(g.last).toBe(2)
    g.add(change(5, 'data'), 9100)
    expect(g.last).toBe(5)
  })

  it('go back and forth', () => {
    const g = new Gestures()
    g.add(change(1, 'control', 'lr'), 0)
    g.add(change(2, 'control', 'eps'), 100)
    g.add(change(3, 'control', 'eps'), 200)
    g.add(change(4, 'undo'), 300)
    g.undo(g.last)
    expect(g.last).toBe(1)
    g.add(change(5, 'redo'), 400)
    g.redo()
    expect(g.last).toBe(2)
    g.undo(1)
    expect(g.last).toBe(0)
    g.forget()
    g.redo()
    expect(g.last).toBe(0)
  })

  it('cannot be done again after another change', () => {
    const g = new Gestures()
    g.add(change(1, 'control', 'lr'), 0)
    g.undo(1)
    g.add(change(3, 'control', 'eps'), 100)
    g.redo()
    expect(g.last).toBe(3)
  })

  it('pass over what cannot be undone or is known', () => {
    const g = new Gestures()
    g.add(change(3, 'control', 'eps'), 0)
    g.add(change(3, 'control', 'lr'), 0)
    g.add(change(4, 'undo'), 0)
    g.add(change(5, 'redo'), 0)
    expect(g.last).toBe(3)
  })
})
