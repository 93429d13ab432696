import { describe, expect, it } from 'vitest'
import { controlNumber, controlValue, count, fixed, located, parseNumber, scientific, significant, tick } from './format'

describe('numbers', () => {
  it('are short and exact', () => {
    expect(scientific(1e-6)).toBe('1e-6')
    expect(scientific(1.25e-4)).toBe('1.25e-4')
    expect(scientific(0)).toBe('0')
    expect(significant(0.0502, 2)).toBe('0.050')
    expect(significant(-34.56, 3)).toBe('−34.6')
    expect(significant(1234567, 3)).toBe('1.23e6')
    expect(fixed(-0.001, 2)).toBe('0.00')
    expect(fixed(-0.64, 2)).toBe('−0.64')
    expect(tick(0.30000000000000004, 0.1)).toBe('0.3')
    expect(tick(-50, 50)).toBe('−50')
    expect(count(12480)).toBe('12\u202f480')
  })

  it('never have more than four digits that count', () => {
    expect(fixed(2.4292902346450647e25, 2)).toBe('2.43e25')
    expect([fixed(15.0812, 3), fixed(1234.56, 2), fixed(-123456.7, 2), fixed(99999.6, 1), fixed(0.0123456, 6), fixed(9999.6, 0)]).toEqual(['15.08', '1235', '−1.23e5', '1e5', '0.01235', '1e4'])
    expect([significant(123456, 3), significant(1234.5, 2), significant(9999.6, 4), significant(3.14159265, 9), significant(-7.4e-18, 2)]).toEqual(['1.23e5', '1235', '1e4', '3.142', '−7.4e-18'])
    // Those that tell ticks and places from one another have as many as it takes.
    expect([tick(12345, 5), located(1871.5, 99)]).toEqual(['12345', '1871.5'])
  })

  it('show what is not finite as a dash', () => {
    expect([fixed(NaN, 2), significant(Infinity, 2), scientific(NaN), count(NaN)]).toEqual(['–', '–', '–', '–'])
  })

  it('are told with auto, where it is known what that comes to', () => {
    const log = { kind: 'number', log: true, options: [] } as const
    expect(controlValue(log, 'auto', 1 / 106)).toBe('auto (9.43e-3)')
    expect(controlValue(log, 'auto')).toBe('auto')
    expect(controlValue(log, 0.5, 1 / 106)).toBe('0.5')
    expect(controlValue({ ...log, kind: 'choice', options: [{ value: 'auto', label: 'by itself', help: '' }] }, 'auto', 1)).toBe('by itself')
  })

  it('are read back as a field shows them', () => {
    const log = { kind: 'number', log: true } as const
    for (const v of [1e-12, 3e-3, 0.5, 10, 0]) expect(parseNumber(controlNumber(log, v))).toBe(v)
    expect(parseNumber('0,5')).toBe(0.5)
    expect(parseNumber('−2')).toBe(-2)
    expect(parseNumber('')).toBeNaN()
    expect(parseNumber('ten')).toBeNaN()
  })
})
