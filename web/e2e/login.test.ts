import { describe, expect, it } from 'vitest'
import { bytesOf } from './harness'
import { stage } from './stage'

const TOKEN = 'chosen by us & nobody else'
const { server, visit, serve, allow } = stage('--token', TOKEN)

describe('a server that asks for a token', () => {
  it('lets in who opens the address that it printed, which then has the token no more', async () => {
    expect(server.printed).toContain('#token=')
    const w = await visit(server.printed)
    await w.drawn()
    expect(w.page.url()).not.toContain('token')
    expect(w.page.url()).toMatch(/\/r\/[a-z2-7]{16}#key=/)
    await w.type('eps', '1e-3')
    await expect.poll(() => w.settings()).toBe('#eps=0.001')
    // The cookie is enough from then on.
    const again = await w.context.newPage()
    await again.goto(server.url)
    await again.waitForURL(/\/r\/[a-z2-7]{16}#key=/)
    expect(await again.locator('.login').count()).toBe(0)
  })

  it('keeps the settings that stand beside the token', async () => {
    const w = await visit(`${server.printed}&eps=0.01`)
    await w.drawn()
    expect(await w.value('eps')).toBe('1e-2')
    expect(w.page.url()).not.toContain('token')
  })

  it('is asked for by a form, which says that a token is wrong', async () => {
    allow(/401/)
    const w = await visit(`${server.url}#eps=0.01`)
    const field = w.page.getByLabel('Enter the access token')
    await field.waitFor()
    expect(await field.evaluate((e) => e === document.activeElement)).toBe(true)
    expect(await w.page.locator('#token-why').textContent()).toContain('enter the access token')
    expect(await w.violations()).toEqual([])
    await field.fill('a wrong token')
    await field.press('Enter')
    await expect.poll(() => w.page.locator('#token-why').textContent()).toContain('wrong token')
    expect(await field.inputValue()).toBe('')
    await field.fill(TOKEN)
    await w.page.getByRole('button', { name: 'Continue' }).click()
    await w.drawn()
    expect(await w.value('eps')).toBe('1e-2')
  })

  it('tells that the token in an address is wrong', async () => {
    allow(/401/)
    const w = await visit(`${server.url}#token=a+wrong+token`)
    await expect.poll(() => w.page.locator('#token-why').textContent()).toContain('wrong token')
    expect(w.page.url()).not.toContain('token')
  })

  it('lets anybody watch a run whose address is known', async () => {
    const a = await visit(server.printed)
    await a.drawn()
    const b = await visit(a.toWatch)
    await b.drawn()
    await b.page.getByText('View only. The owner').waitFor()
    // And steer, who was given the key; that the run cannot be made is no trouble then.
    allow(/401/)
    const c = await visit(a.page.url())
    await c.drawn()
    await c.type('eps', '1e-2')
    await expect.poll(() => a.value('eps')).toBe('1e-2')
  })

  it('says before a tap that a copy needs the token, and what there is without', async () => {
    const a = await visit(server.printed)
    await a.drawn()
    await a.type('eps', '0.25')
    await a.settled()
    await a.pause()
    const b = await visit(a.toWatch)
    await b.drawn()
    const viewer = b.page.locator('gnll-viewer')
    await viewer.getByText('(needs the access token)').waitFor()
    await viewer.getByRole('button', { name: 'Make my own copy: needs this server’s access token' }).click()
    const popup = viewer.getByRole('dialog')
    await popup.getByLabel('access token').waitFor()
    expect(await b.violations()).toEqual([])
    // The lighter way: the model, for one's own installation.
    const saved = b.page.waitForEvent('download')
    await popup.getByRole('link', { name: 'Save the model (JSON)' }).click()
    const model = JSON.parse((await bytesOf(await saved)).toString()) as { readonly format?: string }
    expect(Object.keys(model).length).toBeGreaterThan(3)
    allow(/401/)
    await popup.getByLabel('access token').fill('a wrong token')
    await popup.getByRole('button', { name: 'Copy with token' }).click()
    await popup.getByRole('alert').getByText('wrong token').waitFor()
    await popup.getByLabel('access token').fill(TOKEN)
    await popup.getByRole('button', { name: 'Copy with token' }).click()
    await b.page.getByText('Your own copy.').waitFor()
    expect(await b.value('eps')).toBe('0.25')
    // Who has logged in is asked no more.
    const again = await b.context.newPage()
    await again.goto(a.toWatch)
    await again.locator('gnll-viewer').getByRole('button', { name: 'Make my own copy', exact: true }).waitFor()
  })

  it('is logged in to again after a restart, on whichever page', async () => {
    allow(/40[14]|ERR_CONNECTION_REFUSED|WebSocket/)
    const own = await serve('--token', TOKEN)
    const w = await visit(own.printed)
    await w.drawn()
    await w.type('eps', '1e-2')
    await expect.poll(() => w.settings()).toBe('#eps=0.01')
    await own.stop()
    await w.page.getByText(/reconnecting in \d+ s/).waitFor()
    await own.start()
    // The cookie was the old process's.
    await expect.poll(() => w.page.locator('.caption').textContent()).toContain('enter the access token')
    const other = await w.context.newPage()
    await other.goto(own.printed)
    await other.waitForURL(/\/r\//)
    await other.close()
    await expect.poll(() => w.page.locator('.caption').textContent()).toContain('training started again')
    expect(await w.value('eps')).toBe('1e-2')
  })
})
