import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Frame } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Run, type Watched } from './harness'
import { stage } from './stage'

const { visit, serve, allow } = stage()

const FRAMES = 6

/** A page of somebody else with six frames of a program, most of them where nobody sees them. */
const other = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://x').searchParams.get('of') ?? ''
  const frames = Array.from({ length: FRAMES }, (_, i) => {
    const hidden = ['', 'opacity: 0', 'visibility: hidden', 'position: absolute; left: -9999px', 'width: 1px; height: 1px', ''][i] ?? ''
    return `<iframe src="${url}embed/#seed=${i + 1}&amp;speed=max" width="360" height="240" title="frame ${i}" style="${hidden}"></iframe>`
  })
  response.writeHead(200, { 'Content-Type': 'text/html' })
  response.end(`<!doctype html><html lang="en"><title>a page of others</title><link rel="icon" href="data:,"><body>${frames.join('')}`)
})

beforeAll(() => new Promise<void>((ready) => { other.listen(0, '127.0.0.1', ready) }))
afterAll(() => { other.close() })

interface Listed { readonly id: string; readonly state: string; readonly step: number }

const list = async (url: string): Promise<Listed[]> => (await (await fetch(`${url}api/runs`)).json()) as Listed[]

/** Steps that all runs of a program have made, those included that are gone. */
async function steps(url: string): Promise<number> {
  return Number(/^gnllviz_steps_total (\S+)$/m.exec(await (await fetch(`${url}metrics`)).text())?.[1])
}

/** The frames, once each of them asks whether to begin. */
async function asking(w: Watched): Promise<Frame[]> {
  await expect.poll(() => w.page.frames().length).toBe(1 + FRAMES)
  const frames = w.page.frames().slice(1)
  for (const f of frames) await f.locator('.play-button').waitFor({ state: 'attached' })
  return frames
}

const step = (f: Frame): Promise<number> => f.evaluate(() => Number(document.documentElement.dataset['step'] ?? 0))

describe.each([
  ['another site', 'localhost'],
  ['another port of the same name', '127.0.0.1'],
])('six frames in a page of %s', (_, name) => {
  const elsewhere = (url: string): string => `http://${name}:${(other.address() as AddressInfo).port}/?of=${encodeURIComponent(url)}`

  it('begin nothing and end nothing before a click, and one by a click', async () => {
    allow(/^request to /)
    const s = await serve('--max-runs', '3')
    const mine = [await Run.make(s.url, { paused: true }), await Run.make(s.url, { paused: true })]
    const before = await list(s.url)
    const w = await visit(elsewhere(s.url))
    const [first] = await asking(w)
    expect(await list(s.url)).toEqual(before)
    expect(await steps(s.url)).toBe(0)

    await first?.getByRole('button', { name: 'Play', exact: true }).click()
    await expect.poll(() => first && step(first)).toBeGreaterThan(0)
    const after = await list(s.url)
    expect(after.length).toBe(3)
    for (const run of mine) expect(after.find((r) => r.id === run.id)).toMatchObject({ state: 'paused', step: 0 })
  })

  it('end no run of anybody else’s even when they are clicked', async () => {
    allow(/^request to |503/)
    const s = await serve('--max-framed-runs', '2')
    const mine = await Run.make(s.url, { paused: true })
    const frames = await asking(await visit(elsewhere(s.url)))
    const [a, b, last] = [frames[0], frames[1], frames[5]]
    for (const f of [a, b]) {
      await f?.getByRole('button', { name: 'Play', exact: true }).click({ force: true })
      await expect.poll(() => f && step(f)).toBeGreaterThan(0)
    }
    await last?.getByRole('button', { name: 'Play', exact: true }).click()
    await last?.getByText('--max-framed-runs').waitFor()
    const after = await list(s.url)
    expect(after.length).toBe(3)
    expect(after.find((r) => r.id === mine.id)).toMatchObject({ state: 'paused', step: 0 })
  })
})

it('a frame with a run’s key restarts it only after a click', async () => {
  allow(/^request to |404/)
  const s = await serve()
  const mine = await Run.make(s.url, { paused: true })
  const page = `<iframe src="${s.url}embed/${mine.id}#key=${mine.key}" width="720" height="480" title="gnllviz"></iframe>`
  const slides = createServer((_, response) => { response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><html lang="en"><title>slides</title><link rel="icon" href="data:,"><body>${page}`) })
  await new Promise<void>((ready) => { slides.listen(0, '127.0.0.1', ready) })
  try {
    const address = `http://localhost:${(slides.address() as AddressInfo).port}/`
    const w = await visit(address)
    // One that is there is shown, and steered, at once.
    await w.page.frameLocator('iframe').locator('#fit-chart canvas').waitFor()
    await fetch(`${s.url}api/runs/${mine.id}`, { method: 'DELETE', headers: { 'Run-Key': mine.key } })
    await w.page.goto(address)
    const play = w.page.frameLocator('iframe').getByRole('button', { name: 'Play', exact: true })
    await play.waitFor()
    expect(await list(s.url)).toEqual([])
    await play.click()
    await expect.poll(async () => (await list(s.url)).map((r) => r.id)).toEqual([mine.id])
  } finally {
    slides.close()
  }
})
