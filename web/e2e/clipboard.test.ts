import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

// What uses the clipboard stands in one file, as files run side by side and all
// pages of a browser have one clipboard.

const { still } = stage()

/** Opens the dialog where a file's rows are put. */
async function openCSV(w: Watched): Promise<void> {
  await w.page.getByRole('button', { name: '+ Your data' }).click()
  await w.page.locator('dialog').getByText('Table', { exact: true }).click()
}

async function paste(w: Watched, text: string): Promise<void> {
  await w.page.getByRole('textbox', { name: 'Paste a table' }).fill(text)
  await w.page.getByRole('button', { name: 'Preview' }).click()
}

/** A file as a spreadsheet of half of Europe writes it. */
const EUROPEAN = [
  'speed (km/h);stop (m);road;wind',
  ...Array.from({ length: 40 }, (_, i) => `${10 + i},5;${i === 7 ? '' : `${(i * i) / 20}`.replace('.', ',')};${i % 2 === 0 ? 'wet' : 'dry'};${(i * 7) % 11},25`),
].join('\n')

/** Rows that are too many for one message. */
const long = (rows: number): string => ['x,y', ...Array.from({ length: rows }, (_, i) => `${(i / rows).toFixed(9)},${Math.sin(i / 100).toFixed(9)}`)].join('\n')

describe('pasting', () => {
  it.each([
    ['few lines', 30],
    // Which would take the browser minutes by itself.
    ['very many lines', 60_000],
  ])('takes a moment and puts them where the cursor is: %s', async (_, count) => {
    const w = await still()
    await w.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await openCSV(w)
    const area = w.page.getByRole('textbox', { name: 'Paste a table' })
    await paste(w, `${EUROPEAN}\n`)
    await w.page.getByRole('button', { name: 'Train on this data' }).waitFor()
    // Instead of what there is.
    const text = long(count)
    await w.page.evaluate((t) => navigator.clipboard.writeText(t), text)
    await area.press('Control+a')
    await area.press('Control+v')
    expect(await area.inputValue()).toBe(text)
    // What was read is not what there is now.
    await w.page.getByRole('button', { name: 'Preview' }).click()
    await expect.poll(() => w.page.locator('dialog .note').first().textContent()).toContain(`${count} rows`)
    // And after it.
    await w.page.evaluate((t) => navigator.clipboard.writeText(t), `\n${text}`)
    await area.press('Control+End')
    await area.press('Control+v')
    expect(await area.inputValue()).toBe(`${text}\n${text}`)
  })
})

async function openShare(w: Watched): Promise<void> {
  await w.page.getByRole('button', { name: 'share this run' }).click()
  // The tests' server is at an address whose links lead nobody else anywhere.
  await w.page.locator('#share .local-links').evaluate((e) => { (e as HTMLDetailsElement).open = true })
  await w.page.locator('#share .qr-code').waitFor()
}

const link = (w: Watched, name: string): Promise<string> => w.page.locator(`#link-${name}`).inputValue()

describe('the share panel', () => {
  it('gives every link to the clipboard', async () => {
    const w = await still({ eps: 0.01 })
    await w.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await openShare(w)
    for (const [name, label] of [['watch', 'View only'], ['steer', 'Can edit'], ['copy', 'Own copy'], ['embed', 'Embed']] as const) {
      await w.page.getByRole('button', { name: `copy link: ${label}` }).click()
      await expect.poll(() => w.page.evaluate(() => navigator.clipboard.readText())).toBe(await link(w, name))
    }
    expect(await link(w, 'embed')).toMatch(/^<iframe src="http:\/\/[^"]+\/embed\/[a-z2-7]{16}" /)
    await w.page.locator('#share').getByText('a new run for each viewer').click()
    await expect.poll(() => link(w, 'embed')).toMatch(/^<iframe src="http:\/\/[^"]+\/embed\/#eps=0\.01" /)
  })
})
