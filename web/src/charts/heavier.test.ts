import { expect, it, vi } from 'vitest'

vi.stubGlobal('document', { documentElement: { dataset: {} }, addEventListener: () => undefined })
vi.stubGlobal('location', new URL('http://127.0.0.1/'))
const { heavier } = await import('./heavier')

it('makes lines heavier and points larger, in shapes too, and leaves the rest alone', () => {
  const shape = { type: 'group', children: [{ type: 'line', shape: {}, style: { lineWidth: 2, stroke: 'red' } }, { type: 'text', style: { text: 'x' } }] }
  const option = heavier({
    xAxis: { min: 1 },
    series: [
      { type: 'line', id: 'mean', lineStyle: { width: 2.4, color: 'blue' }, data: [[1, 2]] },
      { type: 'scatter', id: 'rows', symbolSize: 6, itemStyle: { borderWidth: 1.5, color: 'black' } },
      { type: 'custom', id: 'bands', renderItem: () => shape, data: [[0, 0]] },
      { type: 'custom', id: 'nothing', renderItem: () => null },
    ],
  }, 2)
  const series = option.series as ReadonlyArray<Record<string, unknown>>
  expect(option.xAxis).toEqual({ min: 1 })
  expect(series[0]).toEqual({ type: 'line', id: 'mean', lineStyle: { width: 4.8, color: 'blue' }, data: [[1, 2]] })
  expect(series[1]).toEqual({ type: 'scatter', id: 'rows', symbolSize: 12, itemStyle: { borderWidth: 3, color: 'black' } })
  const painted = (i: number): unknown => (series[i]?.['renderItem'] as () => unknown)()
  expect(painted(2)).toEqual({ type: 'group', children: [{ type: 'line', shape: {}, style: { lineWidth: 4, stroke: 'red' } }, { type: 'text', style: { text: 'x' } }] })
  expect(painted(3)).toBeNull()
})

it('is the option itself where nothing is to be heavier', () => {
  const option = { series: [{ type: 'line' as const, lineStyle: { width: 1 } }] }
  expect(heavier(option, 1)).toBe(option)
})
