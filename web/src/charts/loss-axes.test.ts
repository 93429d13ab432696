import { expect, it } from 'vitest'
import { ticksWithin } from '../math/scale'
import { apartOn } from './loss-axes'

it('ticks are never so near that labels are printed over each other, however low the chart is', () => {
  for (let height = 12; height < 400; height += 7) {
    for (const [low, high] of [[-0.6, 0.4], [3.8, 5.2], [-1, 0], [0, 1e8], [0.1, 0.13]] as const) {
      const along = (v: number): number => ((v - low) / (high - low)) * height
      const list = apartOn(height, (n) => ticksWithin(low, high, n).values, along)
      list.forEach((v, i) => { if (i > 0) expect(along(v) - along(list[i - 1] ?? NaN)).toBeGreaterThanOrEqual(15) })
      if (height > 60) expect(list.length).toBeGreaterThan(1)
    }
  }
})
