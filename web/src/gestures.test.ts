import { describe, expect, it } from 'vitest'
import type { Change } from './generated/wire'
import { Gestures } from './gestures'

const change = (revision: number, control: string, undo = true): Pick<Change, 'revision' | 'kind' | 'lane' | 'control' | 'undo' | 'text'> => ({
  revision, kind: control === '' ? 'lane' : 'control', lane: 0, control, undo, text: undo ? '' : 'undone: eps',
})

describe('gestures', () => {
  it('take a drag together, and nothing else', () => {
    const g = new Gestures()
    expect(g.last).toBe(0)
    g.add(change(1, 'lr'), 0)
    g.add(change(2, 'eps'), 100)
    g.add(change(3, 'eps'), 200)
    g.add(change(4, 'eps'), 1100)
    expect(g.last).toBe(2)
    g.add(change(5, 'eps'), 5000)
    expect(g.last).toBe(5)
    g.add(change(6, ''), 5100)
    g.add(change(7, ''), 5200)
    expect(g.last).toBe(7)
  })

  it('go back and forth', () => {
    const g = new Gestures()
    g.add(change(1, 'lr'), 0)
    g.add(change(2, 'eps'), 100)
    g.add(change(3, 'eps'), 200)
    g.undo(g.last)
    expect(g.last).toBe(1)
    g.redo()
    expect(g.last).toBe(2)
    g.undo(1)
    expect(g.last).toBe(0)
    g.forget()
    g.redo()
    expect(g.last).toBe(0)
  })

  it('pass over what cannot be undone or is known', () => {
    const g = new Gestures()
    g.add(change(3, 'eps'), 0)
    g.add(change(3, 'lr'), 0)
    expect(g.canRedo).toBe(false)
    g.add(change(4, '', false), 0)
    expect(g.last).toBe(3)
    expect(g.canRedo).toBe(true)
    g.add({ ...change(5, '', false), text: 'done again: eps' }, 0)
    expect(g.canRedo).toBe(false)
  })
})
