import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const frames: Array<() => void> = []

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame))
})

afterEach(() => {
  vi.unstubAllGlobals()
})

it('does each job once in a frame, and what a job asks for in the same', async () => {
  const { inFrame, notInFrame } = await import('./frame')
  const done: string[] = []
  const chart = (): void => { done.push('chart') }
  const store = (): void => {
    done.push('store')
    inFrame(chart)
  }
  const gone = (): void => { done.push('gone') }
  for (const job of [store, store, gone]) inFrame(job)
  notInFrame(gone)
  expect(frames).toHaveLength(1)
  frames.shift()?.()
  expect(done).toEqual(['store', 'chart'])
  inFrame(chart)
  expect(frames).toHaveLength(1)
})

it('goes on after a job that fails', async () => {
  frames.length = 0
  vi.resetModules()
  const { inFrame } = await import('./frame')
  const done: string[] = []
  inFrame(() => { throw new Error('broken') })
  inFrame(() => { done.push('next') })
  expect(() => { frames.shift()?.() }).toThrow('broken')
  frames.shift()?.()
  expect(done).toEqual(['next'])
})
