import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type decode from 'jsqr'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Watched } from './harness'
import { stage } from './stage'

const { server, visit, serve } = stage()

const decoder = readFileSync(createRequire(import.meta.url).resolve('jsqr'), 'utf8')

/** Step 0 of a run that waits, whatever it did before. */
async function begin(w: Watched): Promise<void> {
  if ((await w.where()).state === 'playing') await w.pause()
  await w.page.getByRole('button', { name: 'Reset' }).click()
  await expect.poll(() => w.step()).toBe(0)
}

async function steps(w: Watched, n: 100 | 1000): Promise<void> {
  const before = await w.step()
  await w.page.getByRole('button', { name: 'how many steps' }).click()
  await w.page.getByRole('menuitem', { name: n === 100 ? '100 steps' : /^1.000 steps/ }).click()
  await w.stands(before + n)
}

/** Every figure of the run that the page shows, to many digits: the fit's and the noise's, lane by lane. */
async function figures(w: Watched): Promise<unknown> {
  await expect.poll(async () => (await w.page.locator('.metrics tbody').textContent()) ?? '').toMatch(/\d/)
  const names = await w.page.locator('.lane-name').allTextContents()
  const id = new URL(w.page.url()).pathname.split('/').at(-1) ?? ''
  return w.page.evaluate(async ({ run, lanes }) => {
    const read = async (path: string): Promise<unknown> => (await fetch(`../api/runs/${run}/${path}`)).json()
    const { lanes: known, step } = (await read('state')) as { lanes: Array<{ lane: number; name: string; colour: number; controls: unknown }>; step: number }
    const predicted = await Promise.all(known.map((l) => read(`predict?lane=${l.lane}&x=5&x=15&x=25&x=45`)))
    const strip = (p: unknown): unknown => ({ ...(p as Record<string, unknown>), revision: 0 })
    return {
      step, names: lanes, looks: known.map(({ name, colour, controls }) => ({ name, colour, controls })),
      mean: predicted.map((p) => (strip(p) as { mean: unknown }).mean), std: predicted.map((p) => (strip(p) as { std: unknown }).std),
      // Which is the best is told of several frames.
      metrics: [...document.querySelectorAll('.metrics td.figure')].map((e) => [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.textContent).join('')),
    }
  }, { run: id, lanes: names })
}

async function openShare(w: Watched): Promise<void> {
  await w.page.getByRole('button', { name: 'share this run' }).click()
  // The tests' server is at an address whose links lead nobody else anywhere.
  await w.page.locator('#share .local-links').evaluate((e) => { (e as HTMLDetailsElement).open = true })
  await w.page.locator('#share .qr-code').waitFor()
}

const link = (w: Watched, name: string): Promise<string> => w.page.locator(`#link-${name}`).inputValue()

describe('an address', () => {
  it('makes a run with the same lanes and the same bits', async () => {
    const a = await visit()
    await a.drawn()
    await begin(a)
    await a.type('seed', '7')
    // A lane that is gone leaves its number to nobody.
    for (const lane of ['B', 'C', 'D']) {
      await a.page.getByRole('button', { name: '+ Compare' }).click()
      await a.page.getByRole('button', { name: `model ${lane}`, exact: true }).waitFor()
    }
    const panel = a.page.locator('.popup:popover-open')
    await a.page.getByRole('button', { name: 'model B: name' }).click()
    await panel.getByRole('button', { name: 'Remove' }).click()
    await a.page.getByRole('button', { name: 'model C: name' }).click()
    await panel.getByRole('button', { name: 'colour 5', exact: true }).click()
    await panel.getByRole('textbox', { name: 'name' }).fill('β ~ 1, “odd” & more')
    await panel.getByRole('textbox', { name: 'name' }).press('Enter')
    await a.page.locator('.lane-name').nth(1).click()
    await a.page.locator('[data-control=loss] select').selectOption('beta_nll')
    await a.type('beta', '1')
    await a.page.getByRole('button', { name: 'model D', exact: true }).click()
    await a.type('lr', '1e-2')
    await a.settled()
    await begin(a)
    await steps(a, 100)

    await openShare(a)
    const copy = await link(a, 'copy')
    expect(copy).not.toContain('key=')
    expect(new URL(copy).pathname).toBe('/')
    const b = await visit(copy)
    await b.drawn()
    await begin(b)
    await steps(b, 100)
    expect(await figures(b)).toEqual(await figures(a))
    expect(await b.lanes()).toEqual(['A*', 'β ~ 1, “odd” & more', 'D'])
    expect(new URL(b.page.url()).pathname).not.toBe(new URL(a.page.url()).pathname)
    // What the copy's own address says is the same again.
    await expect.poll(() => b.settings()).toBe(new URL(copy).hash)
  })

  it('of one lane, as addresses once were, still works', async () => {
    const w = await visit(`${server.url}#dataset=sine&eps=0.01&hidden=8,8&unknown=1`)
    await w.drawn()
    expect([await w.value('eps'), await w.page.getByRole('combobox', { name: 'data set' }).inputValue()]).toEqual(['1e-2', 'sine'])
    expect(await w.lanes()).toEqual(['A*'])
  })

  it('can have a run wait for its first step', async () => {
    const w = await visit(`${server.url}#paused&eps=0.01`)
    await w.page.getByRole('button', { name: 'Play', exact: true }).waitFor()
    await expect.poll(() => w.step()).toBe(0)
    await expect.poll(() => w.settings()).toBe('#eps=0.01')
  })

  it('that is edited by hand changes what it says of lanes, and how they are shown', async () => {
    const w = await visit(`${server.url}#lane=A~0&lane=B~1~eps:0.01`)
    await w.drawn()
    await w.page.getByRole('button', { name: 'model B', exact: true }).click()
    await expect.poll(() => w.value('eps')).toBe('1e-2')
    // The page may be about to write its address itself, as after a click, and be late.
    await w.page.getByRole('button', { name: 'model A', exact: true }).click()
    await w.page.getByRole('button', { name: 'model B', exact: true }).click()
    await w.page.evaluate(() => {
      location.hash = location.hash.replace('eps:0.01', 'eps:0.1').replace('lane=A~0', 'lr=0.001&view=bands:sigma~loss:nll&lane=A~0')
      const begun = performance.now()
      while (performance.now() - begun < 600);
    })
    await expect.poll(() => w.value('eps')).toBe('0.1')
    await expect.poll(() => w.value('lr')).toBe('1e-3')
    await expect.poll(() => w.page.locator('wa-radio[value=sigma]').getAttribute('aria-checked')).toBe('true')
    await w.page.getByRole('button', { name: 'model A', exact: true }).click()
    await expect.poll(() => w.value('eps')).toBe('1e-6')
    await expect.poll(() => w.settings()).toBe('#lr=0.001&lane=A~0&lane=B~1~eps:0.1&view=bands:sigma~loss:nll')
    // And the other way round.
    await w.page.getByRole('button', { name: /½, 1, 2 σ/ }).first().click()
    await w.page.locator('wa-radio[value=percent]').click()
    await w.page.keyboard.press('Escape')
    await expect.poll(() => w.settings()).toContain('view=loss:nll')
    const other = await visit(server.url + (await w.settings()))
    await other.drawn()
    await expect.poll(() => other.page.locator('wa-radio[value=nll]').getAttribute('aria-checked')).toBe('true')
  })

  it.each([
    ['a formula', 'formula'],
    ['a file', 'csv'],
  ])('brings own rows along: %s', async (_, kind) => {
    const a = await visit()
    await a.drawn()
    await a.page.getByRole('button', { name: '+ Your data' }).click()
    if (kind === 'csv') {
      await a.page.locator('dialog').getByText('Table', { exact: true }).click()
      await a.page.getByRole('textbox', { name: 'Paste a table' }).fill(['größe,"a~b, c:d"', ...Array.from({ length: 120 }, (_v, i) => `${i / 7},${Math.sin(i)}`)].join('\n'))
      await a.page.getByRole('button', { name: 'Preview' }).click()
    } else {
      await a.page.locator('dialog').getByText('Formula', { exact: true }).click()
      await a.page.locator('#own-mean').fill('2 * sin(x) + 1')
    }
    await a.page.getByRole('button', { name: 'Train on this data' }).click()
    await expect.poll(() => a.settings()).toContain(`data=${kind}~`)
    await begin(a)
    await steps(a, 100)
    await openShare(a)
    const copy = await link(a, 'copy')
    expect(copy.length).toBeLessThan(8000)
    if (kind === 'formula') expect(copy).toContain('data=formula~2+*+sin(x)+%2B+1~')
    const b = await visit(copy)
    await b.drawn()
    await begin(b)
    await steps(b, 100)
    expect(await b.page.getByRole('combobox', { name: 'data set' }).inputValue()).toBe('own')
    expect(await figures(b)).toEqual(await figures(a))
    // Who watches knows the rows too, and edits elsewhere leave them alone.
    const viewer = await visit(b.toWatch)
    await viewer.drawn()
    await expect.poll(() => viewer.settings()).toContain(`data=${kind}~`)
    await b.page.evaluate(() => { location.hash = `eps=0.1&${location.hash.slice(1)}` })
    await expect.poll(() => b.value('eps')).toBe('0.1')
    expect(await b.page.getByRole('combobox', { name: 'data set' }).inputValue()).toBe('own')
  })

  it('whose rows cannot be read is told, not fatal', async () => {
    const w = await visit(`${server.url}#data=csv~y~x~AAAA&eps=0.01`)
    await w.drawn()
    expect(await w.page.locator('.caption').textContent()).toContain('The data in the link cannot be read')
    expect(await w.value('eps')).toBe('1e-2')
  })
})

/** What a camera reads of an element. */
async function decoded(page: Page, selector: string): Promise<string | undefined> {
  const image = `data:image/png;base64,${(await page.locator(selector).screenshot()).toString('base64')}`
  await page.evaluate(decoder)
  return page.evaluate(async (src) => {
    const picture = new Image()
    picture.src = src
    await picture.decode()
    const { width, height } = picture
    const c = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')
    c?.drawImage(picture, 0, 0)
    const pixels = c?.getImageData(0, 0, width, height).data
    const { jsQR } = window as unknown as { jsQR: typeof decode }
    return pixels && jsQR(pixels, width, height, { inversionAttempts: 'dontInvert' })?.data
  }, image)
}

describe('the share panel', () => {
  it('has codes that lead where it says', async () => {
    const w = await visit(`${server.url}#eps=0.01`, { colorScheme: 'dark' }) // where a code is the harder to read
    await w.drawn()
    await openShare(w)
    const { origin, pathname, hash } = new URL(w.page.url())
    const key = new URLSearchParams(hash.slice(1)).get('key') ?? ''
    await expect.poll(() => decoded(w.page, '#share .qr')).toBe(origin + pathname)
    await w.page.getByRole('button', { name: 'QR code: Can edit' }).click()
    await expect.poll(() => decoded(w.page, '#share .qr')).toBe(`${origin}${pathname}#key=${key}`)
    await w.page.getByRole('button', { name: 'QR code: Own copy' }).click()
    await expect.poll(() => decoded(w.page, '#share .qr')).toBe(`${origin}/#eps=0.01`)
    expect(await w.violations()).toEqual([])
    await w.page.getByRole('button', { name: 'QR code, Own copy: enlarge' }).click()
    const wall = w.page.locator('.qr-wall')
    await expect.poll(() => decoded(w.page, '.qr-wall')).toBe(`${origin}/#eps=0.01`)
    expect((await wall.locator('svg').boundingBox())?.height).toBeGreaterThan(700)
    expect(await w.violations()).toEqual([])
    await w.page.keyboard.press('Escape')
    await wall.waitFor({ state: 'hidden' })
  })

  it('leads with what to do instead, where its links would lead nobody else here', async () => {
    const w = await visit()
    await w.drawn()
    await w.page.getByRole('button', { name: 'share this run' }).click()
    const { port } = new URL(w.page.url())
    const command = `gnllviz --addr 0.0.0.0:${port}`
    await w.page.locator('#share').getByText(command, { exact: true }).waitFor()
    expect(await w.page.locator('#share').innerText()).toMatch(/^To share this, start the server so that others can reach it/)
    expect(await w.page.locator('#share .qr-code').count()).toBe(0)
    for (const field of await w.page.locator('#share .link-row input').all()) expect(await field.isVisible()).toBe(false)
    // The machine's own addresses, as it knows them.
    const { every, addresses } = (await (await fetch(new URL('api/addresses', server.url))).json()) as { every: boolean; addresses: string[] }
    expect(every).toBe(false)
    const said = await w.page.locator('#share .here .note').innerText()
    for (const address of addresses.filter((a) => !a.includes(':')).slice(0, 1)) expect(said).toContain(`http://${address}:${port}/`)
    expect(await w.violations()).toEqual([])
    await w.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await w.page.getByRole('button', { name: 'Copy the command' }).click()
    expect(await w.page.evaluate(() => navigator.clipboard.readText())).toBe(command)
    await w.page.getByText('Links that work on this computer only').click()
    await w.page.locator('#share .qr-code').waitFor()
    expect(await w.violations()).toEqual([])

    // A server that listens everywhere is asked for where it can be reached.
    const wide = await serve('--addr', '0.0.0.0:0', '--token', 'off')
    const here = new URL(wide.url)
    const x = await visit(`http://127.0.0.1:${here.port}/`)
    await x.drawn()
    await x.page.getByRole('button', { name: 'share this run' }).click()
    if (addresses.length > 0) {
      const page = x.page.locator('#share .here a').first()
      await page.waitFor()
      const there = new URL((await page.getAttribute('href')) ?? '')
      expect([there.hostname.replace(/^\[|\]$/g, ''), there.port, there.pathname]).toEqual([addresses[0], here.port, new URL(x.page.url()).pathname])
      expect(there.hash).toContain('key=')
    } else await x.page.locator('#share').getByText(/gnllviz --addr/).waitFor()
  })

  it('says what an address cannot do', async () => {
    const w = await visit()
    await w.drawn()
    await openShare(w)
    const warnings = w.page.locator('#share .warning')
    expect(await warnings.allTextContents()).toEqual([])
    await w.page.keyboard.press('Escape')
    await w.page.getByRole('button', { name: '+ Your data' }).click()
    await w.page.locator('dialog').getByText('Table', { exact: true }).click()
    const text = ['x,y', ...Array.from({ length: 2000 }, (_, i) => `${i / 7},${Math.sin(i * i)}`)].join('\n')
    await w.page.getByRole('button', { name: 'choose a file', exact: true }).setInputFiles({ name: 'rows.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await w.page.getByRole('button', { name: 'Train on this data' }).click()
    await expect.poll(() => w.rows()).toBe(1600)
    await openShare(w)
    await expect.poll(() => warnings.allTextContents()).toContainEqual(expect.stringContaining('too large for a link'))
    expect(await link(w, 'copy')).not.toContain('data=')
    await w.page.keyboard.press('Escape')
    await w.page.locator('[data-tool]').first().waitFor()
    await w.page.locator('.tools').getByText('erase').click()
    await w.page.getByRole('slider', { name: 'inspect the fit at x' }).press('Enter')
    await openShare(w)
    await expect.poll(() => warnings.allTextContents()).toContainEqual(expect.stringContaining('Edited and added points'))
  })

  it('shows who only watches how to watch', async () => {
    const a = await visit()
    await a.drawn()
    const b = await visit(a.toWatch)
    await b.drawn()
    await openShare(b)
    expect(await b.page.locator('#share .link-row label').allTextContents()).toEqual(['View only', 'Own copy', 'Embed'])
  })
})
