import { describe, expect, it } from 'vitest'
import type { FitFrame } from '../net/frame'
import { bandFigures } from './bands'
import type { Figure } from './echarts'
import type { Palette } from './palette'

const frame = {
  mean: Float32Array.from([0, 10]), std: Float32Array.from([5, 0.5]), epistemic: Float32Array.from([3, 0]), scalars: { floor: 1 },
} as unknown as FitFrame
const scene = {
  frame, x: Float32Array.from([0, 1]), reaches: [2, 1], apart: false, look: { colour: 'blue', dash: [] },
  palette: { epistemic: 'violet' } as unknown as Palette, at: (x: number, y: number): [number, number] => [x, y],
}
const points = (f: Figure | undefined): unknown => f && 'shape' in f && 'points' in f.shape ? f.shape.points : undefined
const colours = (figures: readonly Figure[]): unknown[] => figures.map((f) => f.style && ('fill' in f.style && f.style.fill !== 'none' ? f.style.fill : 'stroke' in f.style && f.style.stroke))

describe('bands', () => {
  it('are as wide as they reach, and never narrower than the floor', () => {
    const figures = bandFigures(scene)
    expect(points(figures[0])).toEqual([[0, 10], [1, 12], [1, 8], [0, -10]])
    expect(points(figures[1])).toEqual([[0, 5], [1, 11], [1, 9], [0, -5]])
    expect(colours(figures)).toEqual(['blue', 'blue'])
  })

  it('of an ensemble are taken apart: the noise inside, around its widest what the members do not agree on', () => {
    const figures = bandFigures({ ...scene, apart: true })
    expect(points(figures[0])).toEqual([[0, 8], [1, 12], [1, 8], [0, -8]])
    expect(colours(figures)).toEqual(['blue', 'blue', 'violet', 'violet', 'violet', 'violet'])
    expect(points(figures[2])).toEqual([[0, 10], [1, 12], [1, 12], [0, 8]])
  })

  it('of one network cannot be', () => {
    expect(bandFigures({ ...scene, apart: true, frame: { ...frame, epistemic: null } })).toHaveLength(2)
  })
})
