import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { Run, type Watched } from './harness'
import { stage } from './stage'

const { still } = stage()

const PANELS = ['gnll-metrics', 'gnll-anatomy', 'gnll-pull', 'gnll-calibration', 'gnll-loss', 'gnll-fit', 'gnll-status', '[role=alert]', '.caption']

/** The texts of the page in which there are figures, as they are seen or heard. */
function texts(w: Watched): Promise<string[]> {
  return w.page.evaluate((panels) => [...document.querySelectorAll(panels.join(','))].flatMap((panel) => {
    const found: string[] = []
    const walk = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT)
    while (walk.nextNode()) found.push((walk.currentNode.textContent ?? '').trim())
    return [...found, ...[...panel.querySelectorAll('[aria-valuetext]')].map((e) => e.getAttribute('aria-valuetext') ?? '')].filter((t) => /\d/.test(t))
  }), PANELS)
}

/** The digits that count of a number, but of a whole one, which is a count or a step. */
function digitsOf(number: string): number {
  if (!/[.e]/.test(number)) return 0
  return (number.split('e')[0] ?? '').replace('.', '').replace(/^0+/, '').length
}

async function shortNumbers(w: Watched): Promise<void> {
  const all = await texts(w)
  expect(all.length).toBeGreaterThan(30)
  for (const text of all) {
    for (const [number] of text.matchAll(/\d[\d.]*(?:e[-+−]?\d+)?/g)) expect(digitsOf(number), `${number} in “${text}”`).toBeLessThanOrEqual(4)
  }
}

/** No cell of a row reaches into the next, and none is cut off. */
async function apart(rows: Locator): Promise<void> {
  const bad = await rows.evaluateAll((list) => list.flatMap((row) => {
    const widths = [...row.children].flatMap((cell) => {
      const seen: Array<{ left: number; right: number; top: number; text: string }> = []
      const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
      while (walk.nextNode()) {
        const text = walk.currentNode as Text
        if (text.data.trim() === '' || text.parentElement?.closest('.unseen, [popover]') || (text.parentElement && getComputedStyle(text.parentElement).visibility === 'hidden')) continue
        const range = document.createRange()
        range.selectNodeContents(text)
        const { left, right, top } = range.getBoundingClientRect()
        if (right > left) seen.push({ left, right, top, text: text.data.trim() })
      }
      return seen.length === 0 ? [] : [{ left: Math.min(...seen.map((s) => s.left)), right: Math.max(...seen.map((s) => s.right)), top: Math.min(...seen.map((s) => s.top)), text: seen.map((s) => s.text).join(' ') }]
    })
    return widths.flatMap((c, i) => {
      const next = widths[i + 1]
      // A grid goes on in its next line.
      return next && Math.abs(next.top - c.top) < 10 && c.right > next.left - 1 ? [`${c.text} | ${next.text}: ${c.right} > ${next.left}`] : []
    })
  }))
  expect(bad).toEqual([])
}

describe('numbers', () => {
  it('have at most four digits that count, when all is well and when training has gone wrong', async () => {
    const w = await still({}, 400)
    await shortNumbers(w)
    const run = Run.of(w.page)
    await w.page.locator('[data-control=optimizer] wa-radio', { hasText: 'sgd' }).click()
    await w.type('lr', '1')
    await expect.poll(() => w.value('lr')).toBe('1')
    await run.command({ type: 'step', steps: 3000 })
    await w.says(({ state, step }) => state !== 'playing' && Number(step) > 400)
    await w.stands((await run.summary()).step)
    await shortNumbers(w)
    await w.page.getByRole('button', { name: 'loss as a table' }).click()
    await shortNumbers(w)
  })

  it('stand in columns that never run together, with units', async () => {
    for (const lanes of [2, 3, 6]) {
      const order = { lanes: Array.from({ length: lanes }, (_, i) => ({ name: `model ${i + 1}`, controls: { eps: 10 ** (i - 6), ...(i === 0 ? { optimizer: 'sgd', lr: 1 } : {}) } })) }
      const w = await still(order, 4) // the first of them is about to diverge
      for (const width of [360, 390, 820, 1280, 1440]) {
        await w.page.setViewportSize({ width, height: 800 })
        await apart(w.page.locator('.metrics tr'))
        await apart(w.page.locator('.norms'))
      }
      const of = (id: string): Promise<string | null> => w.page.locator(`.metrics tr[data-metric=${id}]`).textContent()
      expect(await of('nll')).toContain('nats/point')
      for (const id of ['rmse', 'crps', 'sharpness', 'interval_95', 'mae']) expect(await of(id)).toMatch(/\(g\)|g\s*$/)
      await w.close()
    }
  })
})

describe('the best model', () => {
  const best = (w: Watched): Promise<number> => w.page.locator('.metrics tbody .figure.best').count()

  it('is none of two copies, and says so; and is the one that is clearly better', async () => {
    const w = await still({ lanes: [{ name: 'A' }, { name: 'B' }] }, 200)
    const run = Run.of(w.page)
    for (const step of [400, 600, 800]) {
      await run.to(step)
      await w.stands(step)
      expect(await best(w)).toBe(0)
    }
    expect(await w.page.locator('.metrics tr[data-metric=nll]').textContent()).toContain('no clear best')
    await w.type('eps', '10')
    await expect.poll(() => w.page.locator('.metrics tr[data-metric=nll]').getAttribute('data-best')).toBe('B')
    expect(await w.page.locator('.metrics tr[data-metric=nll]').textContent()).not.toContain('no clear best')
  })
})
