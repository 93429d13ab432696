import { describe, expect, it } from 'vitest'
import { placeCard, type Steady } from './card'

const area = { x: 50, y: 30, width: 600, height: 300 }
const place = (steady: Steady, x: number, needs = 200, clear: [number, number] | null = null): ReturnType<typeof placeCard> =>
  placeCard(needs, 100, x, 60, area, { steady, clear })

describe('a card', () => {
  it('goes with x at one side of it, and changes sides only where it must', () => {
    const steady: Steady = { width: 0, toRight: true, below: false }
    expect(place(steady, 100).left).toBe(160)
    expect(place(steady, 380).left).toBe(440)
    expect(place(steady, 400).left).toBe(140)
    // It could go back here, and does not.
    expect(place(steady, 380).left).toBe(120)
    expect(place(steady, 300).left).toBe(360)
  })

  it('becomes no narrower while it is read', () => {
    const steady: Steady = { width: 0, toRight: true, below: false }
    place(steady, 100, 220)
    expect(place(steady, 101, 180).width).toBe(220)
  })

  it('leaves a point in sight, and stays where it went for that', () => {
    const steady: Steady = { width: 0, toRight: true, below: false }
    expect(place(steady, 100, 200, [200, 80]).top).toBe(224)
    expect(place(steady, 100, 200, null).top).toBe(224)
    expect(place(steady, 100, 200, [200, 300]).top).toBe(36)
  })

  it('stays inside where neither side has room', () => {
    const { left } = place({ width: 0, toRight: true, below: false }, 350, 500)
    expect(left).toBeGreaterThanOrEqual(area.x)
    expect(left + 500).toBeLessThanOrEqual(area.x + area.width)
  })
})
