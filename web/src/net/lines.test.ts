import { describe, expect, it } from 'vitest'
import { decodeBase64, EventReader } from './lines'

describe('events', () => {
  const stream = 'event: stream\ndata: {"id":"X"}\n\ndata: {"type":"welcome"}\n\nevent: frames\ndata: AAEC/w==\n\n'
  const events = [{ name: 'stream', data: '{"id":"X"}' }, { name: '', data: '{"type":"welcome"}' }, { name: 'frames', data: 'AAEC/w==' }]

  it('are read whole', () => {
    expect(new EventReader().read(stream)).toEqual(events)
  })

  it('are read in whatever pieces they come', () => {
    for (const size of [1, 2, 7, 31]) {
      const reader = new EventReader()
      const got = []
      for (let i = 0; i < stream.length; i += size) got.push(...reader.read(stream.slice(i, i + size)))
      expect(got).toEqual(events)
    }
  })

  it('carry bytes', () => {
    expect([...new Uint8Array(decodeBase64('AAEC/w=='))]).toEqual([0, 1, 2, 255])
  })
})
