import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Signal, signal } from '@preact/signals-core'
import { describe, expect, it } from 'vitest'
import { PRESETS } from '../math/bands'
import { lookAs, PARTS, SHARED, viewOf } from './presented'
import { View } from './view'
import { Zoom } from './zoom'

/** The members of a view that say something of it and are in no list. */
function forgotten(view: View): string[] {
  const parts = (list: object, of: object): string[] => Object.keys(of).filter((key) => !(key in list))
  const says = Object.entries(view).filter(([, value]) => value instanceof Signal || value instanceof Zoom).map(([key]) => key)
  return [...says.filter((key) => !(key in PARTS)), ...parts(PARTS.loss, view.loss.value), ...parts(PARTS.maps, view.maps.value)]
}

/** Of each shared part the texts that it can have but for the first, or examples. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = { bands: ['sigma,0.5,1,2', 'percent,20', 'percent,10.5,90,99.9'], smoothing: ['0', '0.975'], pair: ['0,2', '14,15'] }
const textsOf = ({ name, options }: (typeof SHARED)[number]): readonly string[] => (options.length > 0 ? options.slice(1) : (EXAMPLES[name] ?? []))

describe('what those who follow see', () => {
  it('has a place for all that a view says', () => {
    expect(forgotten(new View())).toEqual([])
    const more = Object.assign(new View(), { newcomer: signal(1) })
    more.setLoss({ newer: 1 } as object)
    expect(forgotten(more)).toEqual(['newcomer', 'newer'])
    expect(new Set(SHARED.map(({ name }) => name)).size).toBe(SHARED.length)
  })

  it('is each part as the presenter has it, and as at first where nothing is said', () => {
    for (const part of SHARED) {
      const texts = textsOf(part)
      expect(texts.length, part.name).toBeGreaterThan(0)
      for (const text of texts) {
        const [presenter, viewer] = [new View(), new View()]
        part.set(presenter, text)
        const { view = '' } = viewOf(presenter, null)
        expect(view).toBe(`${part.name}:${text}`)
        lookAs(viewer, view)
        expect(viewOf(viewer, null)).toEqual(viewOf(presenter, null))
        lookAs(viewer, '')
        expect(viewOf(viewer, null)).toEqual(viewOf(new View(), null))
      }
    }
  })

  it('is as long at most as the server lets it be', () => {
    const go = readFileSync(resolve(import.meta.dirname, '../../../server/wire/person.go'), 'utf8')
    const most = Number(/MaxView = (\d+)/.exec(go)?.[1])
    const signs = /viewText = letters \+ digits \+ "(.*)"/.exec(go)?.[1] ?? 'no such line'
    const view = new View()
    for (const part of SHARED) part.set(view, textsOf(part).toSorted((a, b) => b.length - a.length)[0] ?? '')
    const { view: text = '' } = viewOf(view, null)
    expect(text.split('~')).toHaveLength(SHARED.length)
    expect(text.replace(/[a-zA-Z0-9]/g, '').split('').filter((c) => !signs.includes(c))).toEqual([])
    expect(text.length).toBeLessThanOrEqual(most)
  })

  it('passes over what it does not know', () => {
    const view = new View()
    lookAs(view, 'panel:hologram~bands:percent,0,50~smoothing:7~pair:x~of:another version~scale:log')
    expect(viewOf(view, null).view).toBe('scale:log')
    expect(view.bands.value).toBe(PRESETS[0].bands)
  })
})
