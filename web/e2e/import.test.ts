import { describe, expect, it } from 'vitest'
import { bytesOf, type Watched } from './harness'
import { stage } from './stage'

const { server, visit, still, allow } = stage()

const REFUSED = /422|400/

/** Drags a file over the page, says whether it was told where to drop it, and drops it. */
async function drop(w: Watched, ...files: ReadonlyArray<{ name: string; text: string }>): Promise<boolean> {
  const data = await w.page.evaluateHandle((list) => {
    const transfer = new DataTransfer()
    for (const f of list) transfer.items.add(new File([f.text], f.name))
    return transfer
  }, files)
  await w.page.dispatchEvent('body', 'dragenter', { dataTransfer: data })
  await w.page.dispatchEvent('body', 'dragover', { dataTransfer: data })
  const told = await w.page.locator('#drop').isVisible()
  await w.page.dispatchEvent('body', 'drop', { dataTransfer: data })
  await w.page.locator('#drop').waitFor({ state: 'hidden' })
  return told
}

async function exported(w: Watched): Promise<string> {
  await w.page.getByRole('button', { name: 'export and import' }).click()
  const [download] = await Promise.all([w.page.waitForEvent('download'), w.page.getByRole('link', { name: 'download: JSON' }).click()])
  await w.page.keyboard.press('Escape')
  return (await bytesOf(download)).toString('utf8')
}

const why = (w: Watched): Promise<string | null> => w.page.locator('#export .why').textContent()

/** The page's own words for what the lane predicts. */
const figures = (w: Watched): Promise<string> => w.page.locator('.metrics tbody').textContent().then((t) => (t ?? '').replace(/\s+/g, ' '))

describe('a model that is dropped on the page', () => {
  it('can be imported as a run at the same step, with its past, and trains on with the same bits', async () => {
    const w = await visit(`${server.url}#paused&seed=4&hidden=16`)
    await expect.poll(() => w.step()).toBe(0)
    const step = async (): Promise<void> => {
      const before = await w.step()
      await w.page.getByRole('button', { name: 'how many steps' }).click()
      await w.page.getByRole('menuitem', { name: '100 steps', exact: true }).click()
      await expect.poll(() => w.step()).toBe(before + 100)
      await expect.poll(() => w.page.locator('gnll-metrics').getAttribute('data-step')).toBe(String(before + 100))
    }
    await step()
    const [id, there, file] = [new URL(w.page.url()).pathname, await figures(w), await exported(w)]
    await step()
    const later = await figures(w)
    expect(await drop(w, { name: 'model.json', text: file })).toBe(true)
    await w.page.waitForURL((url) => url.pathname !== id && url.hash.includes('key='))
    await expect.poll(() => w.step()).toBe(100)
    await expect.poll(() => figures(w)).toBe(there)
    await expect.poll(() => w.page.locator('.caption').textContent()).toContain(`imported at step 100, from run ${id.split('/').at(-1) ?? ''}, model A`)
    await expect.poll(() => w.settings()).toContain('seed=4')
    // Its curve is there, from the first step on.
    const history = await w.page.evaluate(async (at) => ((await (await fetch(`${at}/history`)).json()) as { points: number[][] }).points.map((p) => p[1]), `../api/runs/${new URL(w.page.url()).pathname.split('/').at(-1) ?? ''}`)
    expect([history[0], history.at(-1)]).toEqual([0, 100])
    await step()
    expect(await figures(w)).toBe(later)
    // The browser leads back to where it was dropped.
    await w.page.goBack()
    await expect.poll(() => w.step()).toBe(200)
  })

  it('is chosen by who has no mouse, too', async () => {
    const w = await still({}, 0)
    const [id, file] = [new URL(w.page.url()).pathname, await exported(w)]
    await w.page.getByRole('button', { name: 'export and import' }).click()
    await w.page.getByLabel('choose a model or a table').setInputFiles({ name: 'm.json', mimeType: 'application/json', buffer: Buffer.from(file) })
    await w.page.waitForURL((url) => url.pathname !== id)
    await w.page.getByRole('button', { name: 'Play', exact: true }).waitFor()
  })

  it('is refused with the reason where it is none, and everything stays as it is', async () => {
    allow(REFUSED)
    const w = await visit()
    await w.drawn()
    const [id, file] = [new URL(w.page.url()).pathname, await exported(w)]
    for (const [text, reason] of [
      [file.slice(0, file.length / 2), 'cut short'],
      [file.replace('"version":1,', '"version":7,'), 'version 7'],
      ['{"a":1}', 'no model of gnllviz'],
      ['<script>alert(1)</script>', 'Cannot import <script>.json'],
    ] as const) {
      await drop(w, { name: '<script>.json', text })
      await expect.poll(() => why(w)).toContain(reason)
      expect(await w.violations()).toEqual([])
    }
    await drop(w, { name: 'a.json', text: '{}' }, { name: 'b.json', text: '{}' })
    await expect.poll(() => why(w)).toContain('one at a time')
    expect(new URL(w.page.url()).pathname).toBe(id)
    // What was said is gone when the panel is opened again.
    await w.page.keyboard.press('Escape')
    await w.page.getByRole('button', { name: 'export and import' }).click()
    await expect.poll(() => why(w)).toBe('')
  })
})

describe('a table that is dropped on the page', () => {
  const rows = ['speed,stop', ...Array.from({ length: 30 }, (_, i) => `${i},${i * i}`)].join('\n')

  it('becomes rows to learn', async () => {
    const w = await visit()
    await w.drawn()
    await drop(w, { name: 'rows.csv', text: rows })
    await expect.poll(() => w.page.locator('dialog .note').first().textContent()).toContain('30 rows')
    await w.page.getByRole('button', { name: 'Train on this data' }).click()
    await expect.poll(() => w.rows()).toBe(24)
  })

  it('is not taken while a dialog is open, which keeps what was written', async () => {
    const w = await visit()
    await w.drawn()
    await w.page.getByRole('button', { name: '+ Your data' }).click()
    const field = w.page.locator('dialog[open] textarea')
    await field.fill('cos(x)')
    expect(await drop(w, { name: 'rows.csv', text: rows })).toBe(false)
    expect(await field.inputValue()).toBe('cos(x)')
  })

  it('is for who steers', async () => {
    const a = await visit()
    await a.drawn()
    const b = await visit(a.toWatch)
    await b.drawn()
    await drop(b, { name: 'rows.csv', text: rows })
    await expect.poll(() => why(b)).toContain('only the owner')
  })
})
