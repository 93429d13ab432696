import { describe, expect, it } from 'vitest'
import type { FitFrame, GridFrame, LanePicture, RowsFrame } from '../net/frame'
import type { Data } from '../generated/wire'
import { inWords, nearestRow, predictAt, readAt, readRow, rounded, withDragged } from './reading'

const head = { lane: 0, generation: 1, revision: 1, step: 1, dataRevision: 1 }
const floats = (...v: number[]): Float32Array => Float32Array.from(v)
const grid: GridFrame = { kind: 'grid', ...head, x: floats(0, 1, 2), y: null }
const fit: FitFrame = { kind: 'fit', ...head, mean: floats(0, 10, 10), std: floats(1, 5, 0.5), epistemic: null, scalars: { floor: 1 } as FitFrame['scalars'] }
const data = {
  inputs: [{ name: 'time', unit: 'ms' }], target: { name: 'y', unit: 'g' }, targets: [{ name: 'y', unit: 'g' }], slice: 0,
  x: [[0, 1, 2, 2]], y: [1, 10, 4, 10], is_test: [false, false, false, true], ids: [0, 1, 2, 3],
} as unknown as Data
const rows: RowsFrame = { kind: 'rows', ...head, mean: floats(0, 10, 10, 10), std: floats(1, 5, 1, NaN), pullMean: floats(0, 0, 0, NaN), pullVariance: floats(0, 0, 0, NaN) }
const picture = { lane: 0, fit, rows } as unknown as LanePicture
const bands = { unit: 'percent', levels: [68, 90] } as const

describe('a reading', () => {
  it('lies on lines between the grid, with the std never below the floor', () => {
    expect(predictAt(fit, grid, 0.5)).toMatchObject({ mean: 5, std: 3 })
    expect(predictAt(fit, grid, 2).std).toBe(1)
    expect(predictAt(fit, grid, -3).mean).toBe(0)
  })

  it('has the interval, the quantiles and the share above', () => {
    const r = readAt(picture, grid, data, { x: 1, bands, y: 10, row: -1 })
    expect(r.interval.name).toBe('90 %')
    expect(r.interval.high).toBeCloseTo(10 + 1.644854 * 5, 3)
    expect(r.q5).toBeCloseTo(10 - 1.644854 * 5, 3)
    expect(r.above?.share).toBeCloseTo(0.5, 6)
    expect(r.parts).toBeNull()
    expect(r.row).toBeNull()
  })

  it('takes an ensemble apart', () => {
    const r = readAt({ ...picture, fit: { ...fit, epistemic: floats(0, 3, 3) } }, grid, data, { x: 1, bands, y: null, row: -1 })
    expect(r.parts).toEqual({ aleatoric: 4, epistemic: 3 })
    expect(inWords(r, data)[1]).toBe('of this: noise 4.00, model uncertainty 3.00\u00a0g')
  })

  it('ranks a row among those of its split, by what is predicted at its own place', () => {
    expect(readRow(rows, data, 2)).toMatchObject({ test: false, z: -6, rank: 1, of: 3 })
    expect(readRow(rows, data, 1)).toMatchObject({ z: 0, rank: 2 })
    expect(readRow(rows, data, 0)?.nll).toBeCloseTo(0.5 + 0.5 * Math.log(2 * Math.PI), 6)
    expect(readRow(rows, data, 3)).toBeNull()
  })

  it('is put into words', () => {
    const lines = inWords(readAt(picture, grid, data, { x: 1, bands, y: 20, row: 2 }), data)
    expect(lines).toEqual([
      'x = 1.00\u00a0ms · mean 10.00, std 5.00\u00a0g',
      '90 % [1.78, 18.22]\u00a0g',
      '5 % below 1.78, 5 % above 18.22\u00a0g',
      'P(y > 20.00\u00a0g) = 2.3 %',
      'training point: z −6.0, NLL 18.9',
      'the highest NLL of 3 training points',
    ])
    const several = { ...data, targets: [data.target, { name: 'z', unit: '' }] }
    expect(inWords(readAt(picture, grid, several, { x: 1, bands, y: 20, row: 2 }), several)[0]).toBe('x = 1.00\u00a0ms · y mean 10.00, std 5.00\u00a0g')
    expect(inWords(readAt(picture, grid, data, { x: 1, bands, y: null, row: 1 }), data).at(-1)).toBe('the 2nd highest NLL of 3 training points')
  })
})

describe('the nearest row', () => {
  it('goes by pixels, or along x alone', () => {
    expect(nearestRow(data, 1.9, 4.5, [10, 10])).toBe(2)
    expect(nearestRow(data, 0.9, null, [10, 10])).toBe(1)
    expect(nearestRow(data, 1, 0, [10, 10], 12)).toBe(-1)
  })

  it('is found where a dragged one is shown', () => {
    const shown = withDragged(data, { row: 1, at: [5, 6] })
    expect(nearestRow(shown, 5, 6, [10, 10], 12)).toBe(1)
    expect(nearestRow(shown, 1, 10, [10, 10], 9)).toBe(-1)
    expect(data.y[1]).toBe(10)
    expect(withDragged(data, { row: 9, at: [5, 6] })).toBe(data)
  })
})

it('tells a mean with the digits that its spread leaves a meaning to, and at most four, but where it takes more', () => {
  expect([rounded(10, 5), rounded(-113.44, 5), rounded(3.14159, 1e-3)]).toEqual(['10.00', '−113.4', '3.142'])
  expect([rounded(101325, 12), rounded(2.5e9, 1e9), rounded(NaN, 1), rounded(5, 0)]).toEqual(['101325', '2.5e9', '–', '5.000'])
})
