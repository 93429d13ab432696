import { describe, expect, it } from 'vitest'
import type { Control, DataSpec } from '../generated/wire'
import { keyOf, readLink, takeToken, withKey, writeLink, type KnownLane } from './link'
import { pack, unpack } from './packed'
import type { Settings } from '../net/settings'

const control = (c: Partial<Control> & Pick<Control, 'name' | 'kind' | 'default'>): Control => ({
  label: c.name, help: '', unit: '', group: '', min: 0, max: 0, zero: false, step: 1, log: false, live: true, run: false, options: [], auto: '', advanced: false, when: { control: '', values: [] }, ...c,
})
const table = [
  control({ name: 'dataset', kind: 'choice', default: 'mcycle', run: true }),
  control({ name: 'eps', kind: 'number', default: 1e-6 }),
  control({ name: 'full', kind: 'switch', default: false }),
  control({ name: 'hidden', kind: 'layers', default: [64, 64] }),
]
const lane = (settings: Settings, name = 'A', colour = 0): KnownLane => ({ name, colour, settings: { eps: 1e-6, full: false, hidden: [64, 64], ...settings } })
const link = (run: Settings, lanes: readonly KnownLane[], more = {}): string => writeLink(table, { run, lanes, lesson: '', data: '', view: '', ...more })

describe('the address', () => {
  it('holds what is not at its default', () => {
    expect(link({ dataset: 'mcycle' }, [lane({})])).toBe('')
    expect(link({ dataset: 'sine' }, [lane({ eps: 0.001, full: true, hidden: [8, 128] })])).toBe('dataset=sine&eps=0.001&full=true&hidden=8,128')
  })

  it('names the lesson first', () => {
    expect(link({ dataset: 'sine' }, [lane({})], { lesson: 'eps' })).toBe('lesson=eps&dataset=sine')
    expect(readLink(table, '#lesson=eps&dataset=sine').lesson).toBe('eps')
  })

  it('is read back', () => {
    const asked = readLink(table, '#dataset=sine&eps=3e-9&full=true&hidden=8,128')
    expect(asked).toEqual({ controls: { dataset: 'sine', eps: 3e-9, full: true, hidden: [8, 128] }, lesson: '', lanes: [], data: '', view: '', paused: false })
    expect(readLink(table, '#unknown=1&eps=0.5&paused').controls).toEqual({ eps: 0.5 })
    expect(readLink(table, '#paused').paused).toBe(true)
    expect(readLink(table, '').controls).toEqual({})
  })

  it('says auto of a lane whose number is left to the program, and reads it back', () => {
    const decay = control({ name: 'decay', kind: 'number', default: 'auto', auto: '1 by the rows' })
    const lanes: KnownLane[] = [{ name: 'A', colour: 0, settings: { decay: 0.1 } }, { name: 'B', colour: 1, settings: { decay: 'auto' } }]
    const text = writeLink([decay], { run: {}, lanes, lesson: '', data: '', view: '' })
    expect(text).toContain('decay:auto')
    expect(readLink([decay], `#${text}`)).toMatchObject({ controls: { decay: 0.1 }, lanes: [{ controls: {} }, { controls: { decay: 'auto' } }] })
    expect(writeLink([decay], { run: {}, lanes: [{ name: 'A', colour: 0, settings: { decay: 'auto' } }], lesson: '', data: '', view: '' })).toBe('')
  })

  it.each(['d2u + mu*du + 400*u', 'sin(x) - u^2 = 0', 'a~b:c,d', '100 %7E & more', 'mu=1:learned, k=-4e2'])('holds a text, of one lane and of several: %s', (text) => {
    const equation = control({ name: 'equation', kind: 'text', default: '' })
    const lanes: KnownLane[] = [{ name: 'A', colour: 0, settings: { equation: '' } }, { name: 'B', colour: 1, settings: { equation: text } }]
    const one = writeLink([equation], { run: {}, lanes: [{ name: 'A', colour: 0, settings: { equation: text } }], lesson: '', data: '', view: '' })
    const two = writeLink([equation], { run: {}, lanes, lesson: '', data: '', view: '' })
    // Some programs escape more than they must.
    for (const hash of [one, one.replaceAll('*', '%2A').replaceAll(':', '%3A')]) expect(readLink([equation], `#${hash}`).controls).toEqual({ equation: text })
    for (const hash of [two, two.replaceAll('~', '%7E').replaceAll('*', '%2A')]) {
      expect(readLink([equation], `#${hash}`)).toMatchObject({ controls: {}, lanes: [{ name: 'A', controls: {} }, { name: 'B', controls: { equation: text } }] })
    }
    // And one that has none beside one that has.
    const back = writeLink([equation], { run: {}, lanes: lanes.toReversed(), lesson: '', data: '', view: '' })
    expect(readLink([equation], `#${back}`)).toMatchObject({ controls: { equation: text }, lanes: [{ controls: {} }, { controls: { equation: '' } }] })
  })

  it('leaves what is no number as it is, for the server to refuse by its name', () => {
    expect(readLink(table, '#eps=tiny&hidden=64,x').controls).toEqual({ eps: 'tiny', hidden: '64,x' })
    expect(readLink(table, '#eps=1e999&hidden=').controls).toEqual({ eps: '1e999', hidden: '' })
  })

  it('holds the key, but not that the rows are one’s own', () => {
    const hash = writeLink(table, { run: { dataset: 'own' }, lanes: [lane({ eps: 0.5 })], lesson: '', data: '', view: '' }, 'a&b')
    expect(hash).toBe('eps=0.5&key=a%26b')
    expect(keyOf(`#${hash}`)).toBe('a&b')
    expect(keyOf('#eps=1')).toBeUndefined()
    expect(withKey(`#paused&${hash}`, 'c')).toBe('eps=0.5&key=c')
    expect(withKey('', undefined)).toBe('')
  })

  it('does not keep a token', () => {
    expect(takeToken('#token=s3cret&eps=0.5')).toEqual({ token: 's3cret', rest: '#eps=0.5' })
    expect(takeToken('#token=s3cret')).toEqual({ token: 's3cret', rest: '' })
    expect(takeToken('#hidden=8,8')).toEqual({ token: null, rest: '#hidden=8,8' })
  })
})

describe('lanes in the address', () => {
  it('have a name, a colour and what they have different from the first', () => {
    expect(link({}, [lane({ eps: 0.5 }), lane({ eps: 0.5, hidden: [8, 8] }, 'B', 1), lane({}, 'C', 4)]))
      .toBe('eps=0.5&lane=A~0&lane=B~1~hidden:8,8&lane=C~4~eps:0.000001')
    expect(link({}, [lane({}, 'alone', 0)])).toBe('lane=alone~0')
    expect(link({}, [lane({}, 'A', 3)])).toBe('lane=A~3')
  })

  it.each(['B', 'β-NLL ½', 'a~b:c,d', '100 % & more = #1?', '%7E', 'a+b', '"<>'])('come back whatever they are called: %s', (name) => {
    const hash = link({}, [lane({}), lane({ full: true }, name, 11)])
    expect(hash).not.toMatch(/[ #<>"]/)
    // Some programs escape more than they must.
    for (const text of [hash, hash.replaceAll('~', '%7E').replaceAll(':', '%3A')]) {
      expect(readLink(table, `#${text}`).lanes).toEqual([{ name: 'A', colour: 0, controls: {} }, { name, colour: 11, controls: { full: true } }])
    }
  })

  it('that are written by hand may leave out what goes without saying', () => {
    expect(readLink(table, '#lane=A&lane=B~~eps:1~nonsense~dataset:sine').lanes).toEqual([
      { name: 'A', colour: 0, controls: {} }, { name: 'B', colour: 1, controls: { eps: 1 } },
    ])
  })
})

describe('own rows in the address', () => {
  const rows = (n: number): string => ['x,y', ...Array.from({ length: n }, (_, i) => `${i / 7},${Math.sin(i)}`)].join('\n')

  it.each<[string, DataSpec]>([
    ['a formula', { formula: { mean: 'sin(x) + 1', std: '0.1 + 0.1 * abs(x)', from: -3, to: 3.5, rows: 200 } }],
    ['a formula of two inputs', { formula: { mean: 'x1 % 2', std: 'x2 > 0 ? 1 : 2', from: 0, to: 1e3, rows: 50, inputs: 2 } }],
    ['a file', { csv: { text: rows(100), target: 'y', inputs: ['x'] } }],
    ['a file with odd names', { csv: { text: 'größe; "a~b, c:d" %\n1;2', target: 'a~b, c:d', inputs: ['größe', '%2C'] } }],
    ['a file of several targets', { csv: { text: 'a,b,"c,d"\n1,2,3', targets: ['b', 'c,d'], inputs: ['a'] } }],
  ])('come back as they were: %s', async (_, data) => {
    const packed = await pack(data)
    const hash = link({ dataset: 'own' }, [lane({})], { data: packed })
    expect(await unpack(readLink(table, `#${hash}`).data)).toEqual(data)
  })

  it('of the columns in use come back as a file of these alone', async () => {
    const kept = { inputs: [{ name: 'größe', unit: 'm' }, { name: 'a "b", c', unit: '' }], target: { name: 'y', unit: '' }, count: 2, x: [0.1, 1e-23, -3, 1 / 3], y: [1, 2.5e12] }
    const { csv } = await unpack(readLink(table, `#${link({}, [lane({})], { data: await pack({ rows: kept }) })}`).data)
    expect(csv).toEqual({ text: '"größe (m)","a ""b"", c","y"\n0.1,1e-23,1\n-3,0.3333333333333333,2500000000000\n', target: 'y', inputs: ['größe (m)', 'a "b", c'] })
    expect(await pack({ rows: { ...kept, test: 1 } })).toBe('')
    const { target, ...rest } = kept
    const several = { ...rest, targets: [target, { name: 'z, "w"', unit: 'm' }], y: [1, 2, 3, 4] }
    expect((await unpack(await pack({ rows: several }))).csv).toEqual({ text: '"größe (m)","a ""b"", c","y","z, ""w"" (m)"\n0.1,1e-23,1,2\n-3,0.3333333333333333,3,4\n', targets: ['y', 'z, "w" (m)'], inputs: ['größe (m)', 'a "b", c'] })
    const encoding = [{ name: 'colour', kind: 'values', values: ['blue', 'red ~,%'] }]
    const words = { inputs: [{ name: 'colour=blue', unit: '' }, { name: 'colour=red ~,%', unit: '' }], encoding, target: { name: 'y', unit: '' }, count: 4, x: [1, 0, 0, 1, 1, 0, 0, 1], y: [1, 2, 3, 4] }
    expect(await unpack(readLink(table, `#${link({}, [lane({})], { data: await pack({ rows: { ...words, sha256: 'ab' } }) })}`).data)).toEqual({ rows: words })
  })

  it('are readable where they can be', async () => {
    expect(link({}, [], { data: await pack({ formula: { mean: 'sin(x)', std: '0.1', from: -3, to: 3, rows: 200 } }) })).toBe('data=formula~sin(x)~0.1~-3~3~200')
  })

  it('are left out where they are too many', async () => {
    const packed = await pack({ csv: { text: rows(150), target: 'y', inputs: ['x'] } })
    expect(packed.length).toBeGreaterThan(1000)
    expect(await pack({ csv: { text: rows(3000), target: 'y', inputs: ['x'] } })).toBe('')
    // With lanes that leave them no room.
    const long = 'ü~'.repeat(100)
    const lanes = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => lane({}, name + long))
    expect(link({}, lanes, { data: packed })).not.toContain('data=')
    expect(link({}, lanes, { data: packed }).length).toBeLessThan(8000)
  })

  it.each(['', 'csv', 'formula~x', 'formula~x~1~a~3~9', 'csv~y~x~????', 'csv~y~x~AAAA', 'words~x', `csv~y~x~${'A'.repeat(7000)}`])('that are none are told: %s', async (text) => {
    await expect(unpack(text)).rejects.toThrow()
  })

  it('do not grow beyond all bounds', async () => {
    const packed = await pack({ csv: { text: '0'.repeat(2 << 20), target: 'y', inputs: [] } })
    expect(packed.length).toBeLessThan(6000)
    await expect(unpack(packed)).rejects.toThrow('too large')
  })
})
