import { describe, expect, it } from 'vitest'
import { bytesOf, type Watched } from './harness'
import { stage } from './stage'

const { server, visit } = stage()

const FILES = 8 // of one page

async function openExport(w: Watched): Promise<void> {
  await w.page.getByRole('button', { name: 'export and import' }).click()
  await w.page.locator('#export [data-format=zip]').waitFor()
}

describe('the export panel', () => {
  it('gives every format as a file with its name, of the lane in focus', async () => {
    const w = await visit(`${server.url}#paused&lane=A~0&lane=my+lane~1~lr:0.01`)
    await expect.poll(() => w.step()).toBe(0)
    await w.page.getByRole('button', { name: 'how many steps' }).click()
    await w.page.getByRole('menuitem', { name: '100 steps', exact: true }).click()
    await expect.poll(() => w.step()).toBe(100)
    const formats = (await (await fetch(new URL('api/formats', server.url))).json()) as ReadonlyArray<{ name: string; file: string }>
    const names = new Set<string>()
    // Chromium gives one page no more than ten files.
    for (let i = 0; i < formats.length; i += FILES) {
      const page = await visit(w.toWatch)
      await page.page.getByRole('button', { name: 'model my lane', exact: true }).click()
      await openExport(page)
      await expect.poll(() => page.page.locator('.export-step').textContent()).toBe('100')
      const links = page.page.locator('#export a[data-format]')
      expect((await links.evaluateAll((all) => all.map((a) => (a as HTMLElement).dataset['format']))).sort()).toEqual(formats.map((f) => f.name).sort())
      for (const { name, file } of formats.slice(i, i + FILES)) {
        const [download] = await Promise.all([page.page.waitForEvent('download'), page.page.locator(`#export [data-format="${name}"]`).click()])
        expect(await download.failure(), name).toBeNull()
        expect(download.suggestedFilename()).toMatch(/^gnllviz-mcycle-my_lane-step100(-[A-Za-z_]+)?\.[a-z]+$/)
        expect(download.suggestedFilename().split('.').at(-1)).toBe(file.split('.').at(-1))
        expect((await bytesOf(download)).length, name).toBeGreaterThan(100)
        names.add(download.suggestedFilename())
      }
    }
    expect(names.size).toBe(formats.length)
  })

  it('has a module that predicts in a browser, with nothing else', async () => {
    const w = await visit(`${server.url}#paused&members=2`)
    await expect.poll(() => w.step()).toBe(0)
    await w.page.getByRole('button', { name: 'how many steps' }).click()
    await w.page.getByRole('menuitem', { name: '100 steps', exact: true }).click()
    await expect.poll(() => w.step()).toBe(100)
    const id = await w.page.evaluate(() => document.querySelector('gnll-app')?.store.id ?? '')
    const ask = (path: string): Promise<Response> => fetch(new URL(`api/runs/${id}/${path}`, server.url))
    const text = await (await ask('export?format=javascript')).text()
    const places = [-10, 2.4, 14.6, 30, 57.6, 1e3]
    interface Predicted { readonly mean: readonly number[]; readonly std: readonly number[] }
    const want = (await (await ask(`predict?${places.map((x) => `x=${x}`).join('&')}`)).json()) as Predicted
    const blank = await w.page.context().newPage()
    // As a text, since vitest makes something of its own of an import.
    const got: Predicted = await blank.evaluate(`import(URL.createObjectURL(new Blob([${JSON.stringify(text)}], { type: 'text/javascript' }))).then((m) => m.predict(${JSON.stringify(places.map((x) => [x]))}))`)
    await blank.close()
    for (const part of ['mean', 'std'] as const) {
      expect(got[part].length).toBe(places.length)
      // The engine computes in float32.
      got[part].forEach((v, i) => { expect(Math.abs(v - (want[part][i] ?? NaN)), `${part} at ${places[i]}`).toBeLessThan(1e-5 * (Math.abs(v) + 50)) })
    }
  })

  it('is open to who only watches', async () => {
    const a = await visit()
    await a.drawn()
    const b = await visit(a.toWatch)
    await b.drawn()
    await openExport(b)
    const [download] = await Promise.all([b.page.waitForEvent('download'), b.page.getByRole('link', { name: 'download: JSON' }).click()])
    expect(download.suggestedFilename()).toMatch(/^gnllviz-mcycle-A-step\d+\.json$/)
  })

  it('says that it takes the lane as it is now, whatever is looked back at', async () => {
    const w = await visit(`${server.url}#speed=1000`)
    await w.drawn()
    await expect.poll(() => w.step()).toBeGreaterThan(50)
    const bar = w.page.locator('gnll-timeline').getByRole('slider')
    await bar.press('Home')
    await bar.press('PageUp')
    await expect.poll(() => w.step()).toBe(10)
    await openExport(w)
    await expect.poll(() => w.page.locator('gnll-export-of').textContent()).toContain('not at step 10')
  })

  it('says which pictures a map has not', async () => {
    const w = await visit()
    await w.drawn()
    const two = (await (await fetch(new URL('api/datasets', server.url))).json()) as ReadonlyArray<{ name: string; inputs: readonly unknown[] }>
    await w.page.getByRole('combobox', { name: 'data set' }).selectOption(two.find((d) => d.inputs.length === 2)?.name ?? '')
    await openExport(w)
    await expect.poll(() => w.page.locator('#export').textContent()).toContain('Not available for a map')
    expect(await w.page.locator('#export [data-format=fit-svg]').count()).toBe(0)
    expect(await w.page.locator('#export [data-format=loss-svg]').count()).toBe(1)
  })

  it.each([
    ['light', { width: 1440, height: 900 }],
    ['dark', { width: 360, height: 740 }],
  ] as const)('can be used by everybody, %s, %o', async (colorScheme, viewport) => {
    const w = await visit(server.url, { colorScheme, viewport })
    await w.drawn()
    const button = w.page.getByRole('button', { name: 'export and import' })
    await button.focus()
    await w.page.keyboard.press('Enter')
    await w.page.locator('#export [data-format=zip]').waitFor()
    expect(await w.violations()).toEqual([])
    const box = await w.page.locator('#export').boundingBox()
    expect(box && box.x >= 0 && box.y >= 0 && box.x + box.width <= viewport.width && box.y + box.height <= viewport.height).toBe(true)
    expect(await w.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
    // Every file and the way back are reached by the tab key.
    const reached = new Set<string>()
    for (let i = 0; i < 40; i++) {
      reached.add(await w.page.evaluate(() => document.activeElement?.getAttribute('data-format') ?? document.activeElement?.getAttribute('aria-label') ?? ''))
      await w.page.keyboard.press('Tab')
    }
    expect([...reached]).toEqual(expect.arrayContaining(['zip', 'json', 'onnx', 'fit-gif', 'choose a model or a table']))
    await button.focus()
    await w.page.keyboard.press('Escape')
    await w.page.locator('#export').waitFor({ state: 'hidden' })
  })
})
