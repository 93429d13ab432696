import { describe, expect, it } from 'vitest'
import type { Control } from '../generated/wire'
import { fromPosition, hasSlider, keyed, moved, stepped, toPosition } from './ladder'

const base: Control = {
  name: 'c', label: '', help: '', unit: '', group: '', kind: 'number', default: 1e-6,
  min: 1e-12, max: 10, zero: false, step: 0.1, log: true, live: true, run: false, options: [], auto: '', advanced: false, when: { control: '', values: [] },
}
const batch: Control = { ...base, kind: 'integer', default: 32, min: 1, max: 1024 }
const share: Control = { ...base, default: 80, min: 10, max: 95, step: 1, log: false }

describe('a log slider', () => {
  it('hits the decades with ten steps', () => {
    let v = 1e-6
    for (let i = 0; i < 10; i++) v = stepped(base, v, 1)
    expect(v).toBe(1e-5)
    expect(stepped(base, 1e-6, 10)).toBe(1e-5)
    expect(stepped(base, 1e-6, -10)).toBe(1e-7)
  })

  it('stays within its range', () => {
    expect(stepped(base, 10, 1)).toBe(10)
    expect(stepped(base, 1e-12, -1)).toBe(1e-12)
    expect(fromPosition(base, 99)).toBe(10)
  })

  it('gives values as people choose them', () => {
    expect(fromPosition(base, Math.log10(0.0012345))).toBe(0.0012)
    expect(toPosition(base, 1e-3)).toBeCloseTo(-3)
  })

  it('has 0 at its left end where the control allows it', () => {
    const c = { ...base, zero: true }
    expect(fromPosition(c, toPosition(c, 0))).toBe(0)
    expect(fromPosition(c, toPosition(c, c.min))).toBe(c.min)
    expect(stepped(c, c.min, -1)).toBe(0)
    expect(stepped(c, 0, 1)).toBe(c.min)
  })

  it('moves whole numbers by at least one', () => {
    expect(stepped(batch, 1, 1)).toBe(2)
    expect(stepped(batch, 2, -1)).toBe(1)
    expect(stepped(batch, 32, 10)).toBe(320)
  })
})

describe('a slider', () => {
  it('answers the keys', () => {
    expect(keyed(share, 80, 'ArrowRight', false)).toBe(81)
    expect(keyed(share, 80, 'ArrowDown', true)).toBe(70)
    expect(keyed(share, 50, 'Home', false)).toBe(80)
    expect(keyed({ ...base, default: 'auto', auto: '1 by the rows' }, 0.1, 'Home', false)).toBe('auto')
    expect(moved(share, 50, 'Home', false)).toBeNull()
    expect(keyed(share, 50, 'Tab', false)).toBeNull()
  })

  it('is for ranges that it can reach', () => {
    expect([base, batch, share].map(hasSlider)).toEqual([true, true, true])
    expect(hasSlider({ ...share, min: 0, max: 4294967295 })).toBe(false)
  })
})
