import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeFrames, effective, lanePictures } from './frame'
import { FRAME_KIND, SCALARS, TARGET_SCORES } from '../generated/wire'

// Written by the Go side's test, so that both read the same bytes.
const testdata = resolve(import.meta.dirname, '../../../server/wire/testdata')
const file = readFileSync(resolve(testdata, 'frame.bin'))
const bytes = (): ArrayBuffer => Uint8Array.from(file).buffer

interface Golden {
  readonly columns: ReadonlyArray<ReadonlyArray<number | null>>
  readonly scalars: Readonly<Record<string, number>>
  readonly [head: string]: unknown
}
const golden = JSON.parse(readFileSync(resolve(testdata, 'frame.json'), 'utf8')) as Golden

const decode = (buffer: ArrayBuffer) => decodeFrames(buffer)[0]

describe('decodeFrames', () => {
  it('reads what Go wrote', () => {
    const frame = decode(bytes())
    if (frame?.kind !== 'fit') throw new Error('not a fit frame')
    expect(frame).toMatchObject({
      lane: golden['lane'], generation: golden['generation'], revision: golden['revision'],
      step: golden['step'], dataRevision: golden['data_revision'],
    })
    for (const name of SCALARS) expect(frame.scalars[name]).toBe(golden.scalars[name])
    for (const [column, want] of [[frame.mean, golden.columns[0]], [frame.std, golden.columns[1]]] as const) {
      expect(Array.from(column, (v) => (Number.isFinite(v) ? v : null))).toEqual(want)
    }
  })

  it('copies nothing', () => {
    const buffer = bytes()
    const frame = decode(buffer)
    expect(frame?.kind === 'fit' && frame.mean.buffer === buffer).toBe(true)
  })

  it('reads several frames back to back, each with columns of its own', () => {
    const both = new Uint8Array(2 * file.byteLength)
    both.set(file, 0)
    both.set(file, file.byteLength)
    both[file.byteLength + 6] = 5
    const frames = decodeFrames(both.buffer)
    expect(frames.map((f) => f.lane)).toEqual([golden['lane'], 5])
    const [a, b] = frames
    if (a?.kind !== 'fit' || b?.kind !== 'fit') throw new Error('not fit frames')
    expect(b.mean).toEqual(a.mean)
    expect(b.mean.byteOffset - a.mean.byteOffset).toBe(file.byteLength)
    expect(b.scalars).toEqual(a.scalars)
    expect(() => decodeFrames(both.buffer.slice(0, 2 * file.byteLength - 4))).toThrow('of which there are')
  })

  it('counts columns that are far from 0 from their origins, in double', () => {
    const grid = readFileSync(resolve(testdata, 'grid.bin'))
    const columns = (JSON.parse(readFileSync(resolve(testdata, 'grid.json'), 'utf8')) as Golden).columns
    const [frame, after] = decodeFrames(Uint8Array.from([...grid, ...file]).buffer)
    if (frame?.kind !== 'grid') throw new Error('not a grid frame')
    expect([Array.from(frame.x), Array.from(frame.y ?? [])]).toEqual(columns)
    expect(columns[0]?.[1]).toBe(1720000000.5)
    expect(after?.kind).toBe('fit')
  })

  it('refuses what is no frame', () => {
    const edit = (at: number, value: number): ArrayBuffer => {
      const buffer = bytes()
      new DataView(buffer).setUint8(at, value)
      return buffer
    }
    expect(() => decodeFrames(new ArrayBuffer(8))).toThrow('shorter than its header')
    expect(() => decodeFrames(edit(0, 0x20))).toThrow('GNLL')
    expect(() => decodeFrames(edit(4, 9))).toThrow('version 9')
    expect(() => decodeFrames(edit(28, 200))).toThrow('declares')
    expect(decodeFrames(edit(5, 99))).toEqual([])
  })
})

describe('lanePictures', () => {
  /** The golden frame's bytes, said to be of another kind and lane. */
  const as = (kind: keyof typeof FRAME_KIND, lane: number): Uint8Array => {
    // Two columns of four are four of two, which every kind is content with.
    const b = Uint8Array.from(file)
    const view = new DataView(b.buffer)
    view.setUint8(5, FRAME_KIND[kind])
    view.setUint8(6, lane)
    view.setUint32(28, 2, true)
    view.setUint16(32, 4, true)
    return b
  }
  const message = (...parts: Uint8Array[]): ArrayBuffer => Uint8Array.from(parts.flatMap((p) => [...p])).buffer

  it('puts together what belongs to a lane, and leaves out what is not whole', () => {
    const whole = (lane: number): Uint8Array[] => (['fit', 'rows', 'calibration', 'pit'] as const).map((kind) => as(kind, lane))
    const pictures = lanePictures(decodeFrames(message(...whole(4), as('fit', 7), as('rows', 7), ...whole(5))))
    expect(pictures.map((p) => p.lane)).toEqual([4, 5])
    for (const p of pictures) expect([p.fit.lane, p.rows.lane, p.calibration.lane, p.pit.lane]).toEqual([p.lane, p.lane, p.lane, p.lane])
    expect(pictures[0]?.rows.pullMean.length).toBe(2)
  })

  it('have a residual where there is an equation', () => {
    const whole = (lane: number): Uint8Array[] => (['fit', 'rows', 'calibration', 'pit'] as const).map((kind) => as(kind, lane))
    const pictures = lanePictures(decodeFrames(message(...whole(4), ...whole(5), as('residual', 5))))
    expect(pictures.map((p) => p.residual?.residual.length)).toEqual([undefined, 2])
  })
})

describe('frames of several targets', () => {
  /** A frame of a kind with these columns, counted from these origins. */
  const frameOf = (kind: keyof typeof FRAME_KIND, columns: readonly (readonly number[])[], origins: readonly number[] = []): Uint8Array => {
    const count = columns[0]?.length ?? 0
    const b = new Uint8Array(40 + 4 * count * columns.length + 8 * origins.length)
    b.set(file.subarray(0, 8))
    const view = new DataView(b.buffer)
    view.setUint8(5, FRAME_KIND[kind])
    view.setUint8(6, 3)
    view.setUint8(7, origins.length > 0 ? 1 : 0)
    view.setUint32(28, count, true)
    view.setUint16(32, columns.length, true)
    columns.flat().forEach((v, i) => { view.setFloat32(40 + 4 * i, v, true) })
    origins.forEach((v, i) => { view.setFloat64(40 + 4 * count * columns.length + 8 * i, v, true) })
    return b
  }
  const fit = (): Uint8Array => {
    const b = Uint8Array.from(file)
    b[6] = 3
    return b
  }
  const others = (): Uint8Array[] => (['rows', 'calibration', 'pit'] as const).map((kind) => frameOf(kind, [[1], [2], [3], [4]]))
  const message = (...parts: Uint8Array[]): ArrayBuffer => Uint8Array.from(parts.flatMap((p) => [...p])).buffer

  it('have a mean and a standard deviation of each, and scores by name', () => {
    const scores = TARGET_SCORES.map((_, i) => [i, i + 0.5, i + 0.25])
    const [picture] = lanePictures(decodeFrames(message(fit(), ...others(), frameOf('targets', [[1, 2], [3, 4], [5, 6], [7, 8]], [0, 0, 1e9, 0]), frameOf('targetScores', scores))))
    expect(picture?.targets?.grid.map((t) => [[...t.mean], [...t.std]])).toEqual([[[1, 2], [3, 4]], [[1e9 + 5, 1e9 + 6], [7, 8]]])
    expect(picture?.targets?.rows).toBeNull()
    expect([...(picture?.targets?.scores.test_nll ?? [])]).toEqual([1, 1.5, 1.25])
    const [few] = lanePictures(decodeFrames(message(fit(), ...others(), frameOf('targets', [[1], [2], [3], [4]]), frameOf('targetRows', [[9], [8], [7], [6]]), frameOf('targetScores', scores))))
    expect(few?.targets?.rows?.map((t) => [...t.mean, ...t.std])).toEqual([[9, 8], [7, 6]])
  })

  it('are not there of one target', () => {
    expect(lanePictures(decodeFrames(message(fit(), ...others())))[0]?.targets).toBeNull()
  })
})

describe('effective', () => {
  it('never goes below the floor, and lets NaN be seen', () => {
    const frame = decode(bytes())
    if (frame?.kind !== 'fit') throw new Error('not a fit frame')
    const { floor } = frame.scalars
    frame.std.set([floor / 2, floor * 2, NaN])
    expect([0, 1, 2].map((i) => effective(frame, i))).toEqual([floor, floor * 2, NaN])
  })
})
