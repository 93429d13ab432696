import { effect } from '@preact/signals-core'
import { expect, it, vi } from 'vitest'
import { placeOfControl, Places } from './places'

/** An element, as far as a place is one, with a field. */
function element(): { readonly it: HTMLElement; readonly focus: ReturnType<typeof vi.fn> } {
  const focus = vi.fn()
  return { it: { querySelector: () => ({ focus }) } as unknown as HTMLElement, focus }
}

it('come and go, and who looked for one hears of it', () => {
  const places = new Places()
  const [a, b] = [element().it, element().it]
  const seen: Array<HTMLElement | null> = []
  const stop = effect(() => { seen.push(places.find('fit', 'map')) })
  places.put('map', a)
  places.put('fit', b)
  places.drop('fit', a) // another element's name is not its own to take back
  places.drop('fit', b)
  stop()
  expect(seen).toEqual([null, a, b, a])
})

it('take the focus as soon as they are there', async () => {
  const places = new Places()
  const [late, other] = [element(), element()]
  const name = placeOfControl('equation')
  places.focus(name)
  places.put('fit', other.it)
  places.put(name, late.it)
  await Promise.resolve()
  expect([late.focus.mock.calls.length, other.focus.mock.calls.length]).toEqual([1, 0])
  places.focus('fit')
  expect(other.focus).toHaveBeenCalledOnce()
})
