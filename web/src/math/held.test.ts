import { describe, expect, it } from 'vitest'
import { heldWith } from './held'

describe('where other inputs stand', () => {
  it('is told by column', () => {
    const one = heldWith('', 'colour', 'red')
    expect(one).toBe('{"colour":"red"}')
    expect(heldWith(one, 'age', 40)).toBe('{"colour":"red","age":40}')
    expect(heldWith(heldWith(one, 'age', 40), 'colour', null)).toBe('{"age":40}')
    expect(heldWith(one, 'colour', null)).toBe('')
  })

  it('starts from nothing where it cannot read the text', () => {
    expect(heldWith('nope', 'a "b"', 1)).toBe('{"a \\"b\\"":1}')
    expect(heldWith('[1]', 'a', 1)).toBe('{"a":1}')
  })
})
