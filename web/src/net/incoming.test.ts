import { describe, expect, it } from 'vitest'
import { accepted, hasRows } from './incoming'

describe('a file', () => {
  it('has rows or a model, by its name', () => {
    expect(['a.csv', 'A.CSV', 'b.tsv', 'c.txt', 'd.dat', 'e.csv.gz'].map(hasRows)).toEqual([true, true, true, true, true, true])
    expect(accepted([])).toBe('.csv,.tsv,.txt,.dat,.gz')
    expect(['a.json', 'a.csv.json', 'a.onnx', 'csv', 'a.zip', ''].map(hasRows)).toEqual([false, false, false, false, false, false])
  })
})
