import { describe, expect, it } from 'vitest'
import { Zoom } from './zoom'

describe('Zoom', () => {
  it('shows everything until a range is chosen, and again afterwards', () => {
    const z = new Zoom()
    expect(z.shown(900, 1000)).toEqual({ from: 0, to: 1000 })
    z.show(400, 200, 900, 1000)
    expect([z.zoomed, z.shown(900, 1000)]).toEqual([true, { from: 200, to: 400 }])
    z.show(-5, 1200, 900, 1000)
    expect([z.zoomed, z.shown(900, 1000)]).toEqual([false, { from: 0, to: 1000 }])
  })

  it('stands still in the past', () => {
    const z = new Zoom()
    z.show(200, 400, 900, 1000)
    expect(z.shown(50_000, 60_000)).toEqual({ from: 200, to: 400 })
  })

  it('follows the end in hops, as wide as before', () => {
    const z = new Zoom()
    z.show(600, 1000, 900, 1000)
    expect(z.follows).toBe(true)
    expect(z.shown(990, 1000)).toEqual({ from: 600, to: 1000 })
    expect(z.shown(1001, 1200)).toEqual({ from: 650, to: 1050 })
    expect(z.shown(1049, 1200)).toEqual({ from: 650, to: 1050 })
    expect(z.shown(5000, 6000)).toEqual({ from: 4600, to: 5000 })
  })

  it('goes nearer, further and aside, within what there is', () => {
    const z = new Zoom()
    z.show(400, 600, 900, 1000)
    z.by(0.5, 900, 1000)
    expect(z.shown(900, 1000)).toEqual({ from: 450, to: 550 })
    z.pan(-0.5, 900, 1000)
    expect(z.shown(900, 1000)).toEqual({ from: 400, to: 500 })
    z.pan(-9, 900, 1000)
    expect(z.shown(900, 1000)).toEqual({ from: 0, to: 100 })
    z.pan(99, 900, 1000)
    expect([z.shown(900, 1000), z.follows]).toEqual([{ from: 813, to: 913 }, true])
    for (let i = 0; i < 12; i++) z.by(2, 900, 1000)
    expect(z.zoomed).toBe(false)
    for (let i = 0; i < 30; i++) z.by(0.5, 900, 1000)
    const { from, to } = z.shown(900, 1000)
    expect(to - from).toBe(10)
  })
})
