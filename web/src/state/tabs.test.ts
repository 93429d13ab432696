import { describe, expect, it } from 'vitest'
import { TABS, tabsOf, type Room } from './tabs'

const desk: Room = { columns: true, height: 'middle', projector: false, equation: false, borrowed: false }

describe('tabs', () => {
  it.each<[string, Partial<Room>, readonly string[]]>([
    ['a desk has room for all panels', {}, []],
    ['a low window has room for the fit only', { height: 'short' }, TABS],
    ['so has a projector', { projector: true, height: 'tall' }, TABS],
    ['so has a page with an equation under the fit', { equation: true }, TABS],
    ['unless it is tall', { equation: true, height: 'tall' }, []],
    ['who has the simple page keeps its large fit in a lesson', { borrowed: true }, TABS],
    ['a page that scrolls has room', { columns: false, height: 'short', projector: true }, []],
  ])('%s', (_, room, tabs) => {
    expect(tabsOf({ ...desk, ...room })).toEqual(tabs)
  })
})
