import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { still, visit, serve, allow } = stage()

/** Opens the dialog where a file's rows are put. */
async function openCSV(w: Watched): Promise<void> {
  await w.page.getByRole('button', { name: '+ Your data' }).click()
  await w.page.locator('dialog').getByText('Table', { exact: true }).click()
}

async function paste(w: Watched, text: string): Promise<void> {
  await w.page.getByRole('textbox', { name: 'Paste a table' }).fill(text)
  await w.page.getByRole('button', { name: 'Preview' }).click()
}

const choose = (w: Watched, text: string | Buffer): Promise<void> =>
  w.page.getByRole('button', { name: 'choose a file', exact: true }).setInputFiles({ name: 'rows.csv', mimeType: 'text/csv', buffer: typeof text === 'string' ? Buffer.from(text) : text })
const learn = (w: Watched): Promise<void> => w.page.getByRole('button', { name: 'Train on this data' }).click()
/** Learns one column in place of another. */
const aim = async (w: Watched, target: string, before: string): Promise<void> => {
  await w.page.getByRole('checkbox', { name: `predict ${target}` }).check()
  await w.page.getByRole('checkbox', { name: `predict ${before}` }).uncheck()
}
const why = (w: Watched): Promise<string | null> => w.page.locator('#own-csv-why').textContent()
const caption = (w: Watched): Promise<string | null> => w.page.locator('.caption').textContent()

/** A file as a spreadsheet of half of Europe writes it. */
const EUROPEAN = [
  'speed (km/h);stop (m);road;wind',
  ...Array.from({ length: 40 }, (_, i) => `${10 + i},5;${i === 7 ? '' : `${(i * i) / 20}`.replace('.', ',')};${i % 2 === 0 ? 'wet' : 'dry'};${(i * 7) % 11},25`),
].join('\n')

/** Rows that are too many for one message. */
const long = (rows: number): string => ['x,y', ...Array.from({ length: rows }, (_, i) => `${(i / rows).toFixed(9)},${Math.sin(i / 100).toFixed(9)}`)].join('\n')

describe('an own file', () => {
  it('is pasted, its columns chosen, and learned; rows that lack a number are told', async () => {
    const w = await visit()
    await w.drawn()
    await openCSV(w)
    await paste(w, EUROPEAN)
    const note = w.page.locator('dialog .note').first()
    await expect.poll(() => note.textContent()).toMatch(/^40 rows, semicolon-separated, decimal comma, with header. 1 empty cell/)
    expect(await w.page.getByRole('row', { name: 'road' }).textContent()).toContain('2 words')
    const learned = (name: string): Promise<boolean> => w.page.getByRole('checkbox', { name: `predict ${name}` }).isChecked()
    const from = (name: string): Promise<boolean> => w.page.getByRole('checkbox', { name: `use ${name} as input` }).isChecked()
    expect([await learned('wind'), await from('speed'), await from('stop'), await from('road')]).toEqual([true, true, true, false])
    expect(await w.violations()).toEqual([])
    await aim(w, 'stop', 'wind')
    expect([await learned('wind'), await from('wind'), await from('stop')]).toEqual([false, true, false])
    expect(await w.page.getByRole('checkbox', { name: 'use stop as input' }).isDisabled()).toBe(true)
    await w.page.getByRole('checkbox', { name: 'use wind as input' }).uncheck()
    await learn(w)
    await expect.poll(() => w.page.locator('dialog[open]').count()).toBe(0)
    await expect.poll(() => caption(w)).toContain('rows is not used (first: row 9, column stop')
    expect(await caption(w)).toContain('stop against speed')
    await expect.poll(() => w.page.locator('.metrics .aside').textContent()).toMatch(/^31 training, 8 test/)
    expect(await w.page.getByRole('combobox', { name: 'data set' }).inputValue()).toBe('own')
    const step = await w.step()
    await expect.poll(() => w.step()).toBeGreaterThan(step)
    // Undo brings back the rows that there were.
    await w.page.getByRole('button', { name: 'undo', exact: true }).click()
    await expect.poll(() => w.page.getByRole('combobox', { name: 'data set' }).inputValue()).not.toBe('own')
    await w.page.getByRole('button', { name: 'redo', exact: true }).click()
    await expect.poll(() => w.page.locator('.metrics .aside').textContent()).toMatch(/^31 training, 8 test/)
  })

  it('is shown before it is learned: kinds, ranges, what is missing and odd, copies, and what stands for no value', async () => {
    const w = await visit()
    await w.drawn()
    await openCSV(w)
    // As Windows writes it, twice over.
    const rows = Array.from({ length: 30 }, (_, i) => `Köln ${i % 4};${i};${i % 10 === 3 ? '-200' : `${i % 7},25`};3;${i % 9 === 0 ? '5,0*' : `${(i * i) % 11},5`}`)
    const text = ['Ort;x;co;plant;y', ...rows, ...rows].join('\r\n')
    await choose(w, Buffer.from(text, 'latin1'))
    const holds = (name: string): Promise<string | null> => w.page.locator('.own-columns tr', { has: w.page.getByRole('rowheader', { name, exact: true }) }).textContent()
    await expect.poll(() => holds('Ort')).toMatch(/4 words.*—/s)
    expect(await holds('plant')).toContain('constant')
    expect(await holds('co')).toMatch(/numbers.*−200 to 6.25/s)
    expect(await holds('y')).toMatch(/numbers.*0.5 to 9.5.*8.*“5,0\*” in row 2/s)
    const from = (name: string): Promise<boolean> => w.page.getByRole('checkbox', { name: `use ${name} as input` }).isChecked()
    expect([await from('Ort'), await from('x'), await from('co'), await from('plant')]).toEqual([false, true, true, false])
    const odd = w.page.locator('.own-warnings')
    expect(await odd.textContent()).toContain('30 of 60 rows are duplicates')
    expect(await odd.textContent()).toContain('-200 occurs 6 times, far outside the rest')
    expect(await odd.textContent()).toContain('not UTF-8')
    expect(await w.page.getByRole('textbox', { name: 'Paste a table' }).inputValue()).toContain('Köln')
    expect(await w.violations()).toEqual([])
    // What stands for no value is named, and a row that needs it is left out.
    await w.page.getByRole('textbox', { name: 'value that means missing' }).fill('-200')
    await w.page.getByRole('textbox', { name: 'value that means missing' }).press('Tab')
    await expect.poll(() => holds('co')).toMatch(/0.25 to 6.25.*6/s)
    await w.page.getByRole('button', { name: 'Train on this data' }).waitFor()
    expect(await odd.textContent()).not.toContain('-200')
    await learn(w)
    // 6 rows lack co, 8 have a mark at y, and none both.
    await expect.poll(() => caption(w)).toContain('rows are not used (first: row 2, column y')
    await expect.poll(() => w.rows()).toBe(37)
  })

  it('has a column of words learned from, a column for each word', async () => {
    const w = await visit()
    await w.drawn()
    await openCSV(w)
    await paste(w, EUROPEAN)
    await aim(w, 'stop', 'wind')
    await w.page.getByRole('checkbox', { name: 'use road as input' }).check()
    await w.page.getByRole('checkbox', { name: 'use wind as input' }).uncheck()
    await learn(w)
    await expect.poll(() => caption(w)).toContain('stop against speed, road')
    const over = w.page.locator('.over').getByRole('combobox')
    await expect.poll(() => over.locator('option').allTextContents()).toEqual(expect.arrayContaining(['road=wet']))
    await over.selectOption('road=wet')
    const step = await w.step()
    await w.past(step)
  })

  it('is chosen from the disk, however long', async () => {
    const w = await visit()
    await w.drawn()
    const put = w.page.waitForRequest((r) => r.method() === 'PUT' && r.url().endsWith('/data'))
    await openCSV(w)
    await choose(w, long(5000))
    await expect.poll(() => w.page.locator('dialog .note').first().textContent()).toContain('5000 rows, comma-separated')
    await learn(w)
    expect((await (await put).response())?.ok()).toBe(true)
    await expect.poll(() => w.rows()).toBe(4000)
    expect(await caption(w)).toContain('y against x')
    const step = await w.step()
    await expect.poll(() => w.step()).toBeGreaterThan(step)
  })

  it.each([
    ['few rows', EUROPEAN, 31],
    ['rows that are too many for one message', long(5000), 4000],
  ])('comes again after the server went away: %s', async (_, text, train) => {
    allow(/ERR_CONNECTION_REFUSED|WebSocket/)
    const own = await serve()
    const w = await visit(own.url)
    await w.drawn()
    await openCSV(w)
    await choose(w, text)
    await learn(w)
    await expect.poll(() => w.rows()).toBe(train)
    await own.stop()
    await w.page.getByText(/reconnecting in \d+ s/).waitFor()
    await own.start()
    await expect.poll(() => caption(w)).toContain('training started again')
    expect(await w.page.getByRole('combobox', { name: 'data set' }).inputValue()).toBe('own')
    expect(await w.rows()).toBe(train)
  })

  it.each([
    ['nothing', '', /no rows|empty/],
    ['an ambiguous mark', 'y\n1,5\n2,5\n', /delimiter or a decimal mark/],
    ['rows of several lengths', 'x,y\n1,2\n3,4,5\n6,7\n', /row 3/],
  ])('that is none is told in the server’s words: %s', async (_, text, words) => {
    allow(/4\d\d/)
    const w = await still()
    await openCSV(w)
    await paste(w, text)
    await expect.poll(() => why(w)).toMatch(words)
    expect(await w.page.getByRole('button', { name: 'Train on this data' }).count()).toBe(0)
    // What was wrong is mended, and said no more.
    await paste(w, EUROPEAN)
    await w.page.getByRole('button', { name: 'Train on this data' }).waitFor()
    expect((await why(w))?.trim()).toBe('')
  })

  it.each([
    ['numbers beyond all bounds', '1e999', 'larger than 1e+18; use a larger unit'],
    ['words', 'calm', 'not a number'],
    ['currencies', '$3', 'currency signs are not supported'],
  ])('has nothing to be learned from %s, in the server’s words', async (_, cell, words) => {
    const w = await still()
    await openCSV(w)
    await paste(w, `x,y\n${Array.from({ length: 9 }, (_, i) => `${i},${cell}`).join('\n')}\n`)
    await learn(w)
    await expect.poll(() => why(w)).toContain(`contains text that cannot be used: "${cell}" (${words}`)
    expect(await why(w)).toContain('choose another column')
    expect(await w.page.getByRole('combobox', { name: 'data set' }).inputValue()).not.toBe('own')
  })

  it('has a column of words refused where it is chosen, and another taken', async () => {
    const w = await still()
    await openCSV(w)
    await paste(w, EUROPEAN)
    await aim(w, 'road', 'wind')
    await learn(w)
    await expect.poll(() => why(w)).toMatch(/road.*contains text that cannot be used: "wet"/)
    await aim(w, 'wind', 'road')
    await expect.poll(async () => (await why(w))?.trim()).toBe('')
    await w.page.getByRole('checkbox', { name: 'use road as input' }).uncheck()
    await learn(w)
    await expect.poll(() => caption(w)).toContain('wind against speed, stop')
  })

  it('of one column has nothing to learn from', async () => {
    const w = await still()
    await openCSV(w)
    await paste(w, 'x\n1\n2\n3\n4\n5\n')
    await w.page.getByText('You need at least two columns').waitFor()
    expect(await w.page.getByRole('button', { name: 'Train on this data' }).isDisabled()).toBe(true)
  })

  it('has a single number beyond all bounds left out', async () => {
    const w = await still()
    await openCSV(w)
    await paste(w, `x,y\n0,1e999\n${Array.from({ length: 20 }, (_, i) => `${i},${i % 3}`).join('\n')}\n`)
    await learn(w)
    await expect.poll(() => caption(w)).toContain('rows is not used (first: row 2, column y: larger than 1e+18')
  })

  it('that teaches nothing is refused in the server’s words, and the run goes on', async () => {
    const w = await visit()
    await w.drawn()
    await openCSV(w)
    await paste(w, `x,y\n${Array.from({ length: 9 }, (_, i) => `${i},5`).join('\n')}\n`)
    await learn(w)
    await expect.poll(() => why(w)).toContain('all complete rows have the same number')
    expect(await w.page.locator('dialog[open]').count()).toBe(1)
    await w.page.keyboard.press('Escape')
    const step = await w.step()
    await expect.poll(() => w.step()).toBeGreaterThan(step)
  })

  it('is not for who only watches', async () => {
    allow(/403/)
    const w = await still()
    const viewer = await visit(w.toWatch)
    await viewer.drawn()
    expect(await viewer.page.getByRole('button', { name: '+ Your data' }).isDisabled()).toBe(true)
    // Nor by another way than the page's.
    const refused = await viewer.page.evaluate(async (csv) => {
      const data = { csv: { text: csv, target: 'y', inputs: ['x'] } }
      const id = location.pathname.split('/').at(-1) ?? ''
      const response = await fetch(`../api/runs/${id}/data`, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(data) })
      return response.status
    }, long(100))
    expect(refused).toBe(403)
    expect(await w.page.getByRole('combobox', { name: 'data set' }).inputValue()).not.toBe('own')
  })
})
