import { describe, expect, it } from 'vitest'
import { MOST, readMine } from './mine'

describe('the list of runs that a browser keeps', () => {
  it('is read with the run used last first', () => {
    const [a, b] = [{ id: 'a', key: '1', used: 5 }, { id: 'b', key: '2', used: 7 }]
    expect(readMine(JSON.stringify([a, b]))).toEqual([b, a])
    expect(readMine(null)).toEqual([])
  })

  it('leaves out what is no run', () => {
    for (const text of ['', '{', 'null', '{"id":"a"}', '7']) expect(readMine(text)).toEqual([])
    const good = { id: 'a', key: '1', used: 5 }
    expect(readMine(JSON.stringify([null, 3, { id: 'b' }, { id: 'c', key: 1, used: 2 }, { id: 'd', key: '1', used: null }, good]))).toEqual([good])
  })

  it('has no more than its bound', () => {
    const many = Array.from({ length: MOST + 10 }, (_, i) => ({ id: `r${i}`, key: 'k', used: i }))
    const read = readMine(JSON.stringify(many))
    expect(read).toHaveLength(MOST)
    expect(read[0]?.id).toBe(`r${MOST + 9}`)
  })
})
