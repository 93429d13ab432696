import { afterEach, describe, expect, it, vi } from 'vitest'
import type { At } from './axes'
import { placesOf } from './collocation'

const area = { x: 56, y: 30, width: 400, height: 60 }
const at: At = (x, y) => [56 + 400 * x, 60 - y]
const palette = { mark: 'grey', quiet: 'grey', surface: 'white', font: 'sans-serif', size: 11 }

const places = (from: number, to: number, points: number, drawn = false): ReturnType<typeof placesOf> => placesOf({ from, to, points, drawn }, area, at, palette)
const lines = (from: number, to: number, points: number): number[] => places(from, to, points).flatMap((f) => (f.type === 'line' ? [Number(f.shape?.x1)] : []))

afterEach(() => { vi.unstubAllGlobals() })

describe('where an equation is looked at', () => {
  it('is a tick for each point that is on the plot', () => {
    expect(lines(0, 1, 5)).toEqual([56, 156, 256, 356, 456])
    expect(lines(-1, 1, 5)).toEqual([56, 256, 456])
    expect(lines(0.5, 2, 1)).toEqual([256])
  })

  it('is a bracket where they are too many to tell apart, or drawn', () => {
    vi.stubGlobal('document', { createElement: () => ({ getContext: () => null }) }) // no canvas to measure text with
    for (const figures of [places(0, 1, 1000), places(0, 1, 5, true)]) {
      expect(figures.filter((f) => f.type === 'line')).toHaveLength(3)
    }
    const words = (figures: ReturnType<typeof placesOf>): unknown => figures.flatMap((f) => (f.type === 'text' ? [f.style?.text] : []))
    expect(words(places(0, 1, 1000))).toEqual(['1\u202f000 points, evenly'])
    expect(words(places(0, 1, 5, true))).toEqual(['5 points, drawn at random at each step'])
    expect(places(3, 4, 30, true)).toEqual([])
  })
})
