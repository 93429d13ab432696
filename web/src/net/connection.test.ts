import { describe, expect, it } from 'vitest'
import { backoff } from './connection'

describe('backoff', () => {
  it('grows to ten seconds, with chance in it', () => {
    const most = [0, 1, 4, 50].map((n) => backoff(n, () => 1))
    expect(most).toEqual([...most].sort((a, b) => a - b))
    expect(most[0]).toBe(300)
    expect(most.at(-1)).toBe(10_000)
    expect(backoff(50, () => 0)).toBe(5000)
  })
})
