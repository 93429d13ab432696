import { expect, it } from 'vitest'
import { stage } from './stage'

const { server, visit } = stage()

it('noise chart and loss count the clamped points of the same moment, in every frame that is painted', async () => {
  const w = await visit(`${server.url}#speed=300&eps=0.1`)
  await w.drawn()
  await w.page.locator('gnll-clamped[data-clamped]').waitFor({ state: 'attached' })
  const frames = w.page.evaluate(() => new Promise<string[]>((done) => {
    const seen: string[] = []
    const look = (): void => {
      requestAnimationFrame(() => {
        // After everything else that the frame has to do.
        setTimeout(() => {
          const said = ['#noise-chart', 'gnll-clamped'].map((of) => document.querySelector<HTMLElement>(of)?.dataset['clamped'])
          seen.push(said.join(' | '))
          if (seen.length < 400) look()
          else done(seen)
        })
      })
    }
    look()
  }))
  for (const eps of ['0.3', '1e-3', '1', '0.05', '0.2']) {
    await w.type('eps', eps)
    await expect.poll(() => w.value('eps')).not.toBe('')
  }
  const all = await frames
  expect(new Set(all).size).toBeGreaterThan(3)
  for (const said of all) {
    const [noise, anatomy] = said.split(' | ')
    expect(noise).toMatch(/^\d+ of 106$/)
    expect(anatomy).toBe(noise)
  }
})
