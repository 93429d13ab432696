import { describe, expect, it } from 'vitest'
import { Refusal, type Order } from '../net/connection'
import type { Ack, Change } from '../generated/wire'
import { Past } from './past'

const change = (revision: number, kind: Change['kind'], control = ''): Change => ({
  revision, generation: 1, step: 0, kind, lane: 0, control, old: 0, new: 1, text: '', undo: kind !== 'undo' && kind !== 'redo',
})

/** A past, what it has ordered and what it has told. */
function past(refuse: (order: Order) => string = () => ''): { past: Past; orders: Order[]; told: unknown[] } {
  const orders: Order[] = []
  const told: unknown[] = []
  const command = (order: Order): Promise<Ack> => {
    orders.push(order)
    const reason = refuse(order)
    if (reason !== '') return Promise.reject(new Refusal({ type: 'error', id: 1, code: 'bad_state', control: '', reason }))
    return Promise.resolve({ type: 'ack', id: 1, revision: 1, step: 0, generation: 1, lane: 0 })
  }
  return { past: new Past(command, (e) => { told.push(e) }), orders, told }
}

describe('the past', () => {
  it('has as much to do again as the run message says, until the next change', () => {
    const { past: p } = past()
    expect([p.canUndo.value, p.canRedo.value]).toEqual([false, false])
    p.begin({ redo: 1, changes: [change(1, 'control', 'eps'), change(2, 'undo')] }, false)
    expect([p.canUndo.value, p.canRedo.value]).toEqual([true, true])
    p.add(change(3, 'redo'))
    expect(p.canRedo.value).toBe(true)
    p.begin({ redo: 0, changes: [] }, false)
    expect(p.canRedo.value).toBe(false)
    p.begin({ redo: 1, changes: [] }, false)
    p.add(change(5, 'weights'))
    expect(p.canRedo.value).toBe(false)
  })

  it('undoes from the last movement, and only the last change where that is gone', async () => {
    const { past: p, orders, told } = past((o) => (o.type === 'undo' && o.revision === 7 ? 'undo: change 7 is not kept, or was undone' : ''))
    p.begin({ redo: 0, changes: [change(7, 'control', 'eps')] }, false)
    await p.undo()
    expect(orders).toEqual([{ type: 'undo', revision: 7 }, { type: 'undo', revision: 0 }])
    expect(told).toEqual([])
  })

  it('has nothing to undo of a run that was brought back with its changes', () => {
    const { past: p } = past()
    p.begin({ redo: 0, changes: [{ ...change(1, 'control', 'eps'), undo: false }] }, false)
    expect(p.canUndo.value).toBe(false)
    p.add(change(2, 'control', 'lr'))
    expect(p.canUndo.value).toBe(true)
  })

  it('tells when there is nothing to undo', async () => {
    const { past: p, told } = past(() => 'undo: there is nothing to undo')
    p.begin({ redo: 0, changes: [] }, false)
    await p.undo()
    expect(p.canUndo.value).toBe(false)
    expect(told).toHaveLength(1)
  })

  it('is another run’s after a restart, whose revisions count from 0', async () => {
    const { past: p, orders } = past()
    p.begin({ redo: 0, changes: [change(9, 'control', 'eps')] }, false)
    p.begin({ redo: 0, changes: [] }, true)
    p.add(change(1, 'control', 'lr'))
    await p.undo()
    expect(orders).toEqual([{ type: 'undo', revision: 1 }])
  })
})
