import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { Run, type Server, type Watched } from './harness'
import { freePort, NAME, Proxy, type Place } from './proxy'
import { stage } from './stage'

let proxies: Proxy[] = []

// After the pages are closed: hooks run the other way round.
afterEach(async () => {
  for (const p of proxies) await p.stop()
  proxies = []
})

const { visit, serve, allow } = stage()

async function begin(kind: 'nginx' | 'caddy', ...places: readonly Place[]): Promise<void> {
  const p = new Proxy(kind)
  proxies.push(p)
  await p.start(places)
}

const without = (...lines: readonly string[]) => (c: string): string => {
  for (const line of lines) {
    if (!c.includes(line)) throw new Error(`the guide's configuration has no ${line}`)
    c = c.replace(new RegExp(`^.*${line.replace(/\$/g, '\\$&')}.*\n`, 'm'), '')
  }
  return c
}

const open = (port: number, path = ''): Promise<Watched> => visit(`https://${NAME}:${port}/${path}`, { ignoreHTTPSErrors: true })

/** The page works: it draws, and a change is answered and painted. */
async function works(w: Watched, link: string): Promise<void> {
  await w.says((where) => where.link === link)
  await w.drawn()
  await w.past(await w.step())
  await w.type('eps', '1e-2')
  await w.settled()
  expect(await w.revision()).toBeGreaterThan(0)
  await w.page.getByRole('button', { name: 'Pause', exact: true }).click()
  await w.says(({ state }) => state === 'paused')
}

/** The log's lines about refusals. */
const refusals = (server: Server): string[] => readFileSync(server.log, 'utf8').split('\n').filter((l) => l.includes('request refused'))

describe('behind a proxy', () => {
  it.each(['nginx', 'caddy'] as const)('as the guide has it, %s lets websockets through', async (kind) => {
    allow(/ERR_TOO_MANY_RETRIES/) // Chromium may give a stream of HTTP/2 up on a busy machine; the page is checked below
    const port = await freePort()
    const server = await serve('--origin', `https://${NAME}:${port}`, '--trusted-proxy', '127.0.0.1')
    await begin(kind, { port, to: server.url })
    await works(await open(port), 'live')
    expect(refusals(server)).toEqual([])
  })

  it('nginx that changes the host and hides TLS is made up for by --origin', async () => {
    const port = await freePort()
    const server = await serve('--origin', `https://${NAME}:${port}`)
    await begin('nginx', { port, to: server.url, edit: without('Host $http_host', 'X-Forwarded-Proto') })
    await works(await open(port), 'live')
    expect(refusals(server)).toEqual([])
  })

  it.each([
    { wrong: 'that changes the host', edit: without('Host $http_host'), says: /must pass Host with its port/, code: 'origin_refused', host: '127.0.0.1:' },
    { wrong: 'that drops the port of the host', edit: (c: string): string => c.replace('Host $http_host', 'Host $host'), says: /must pass Host with its port/, code: 'origin_refused', host: `${NAME} ` },
    { wrong: 'that hides TLS', edit: without('X-Forwarded-Proto'), says: /must pass X-Forwarded-Proto/, code: 'origin_refused', host: `${NAME}:` },
    { wrong: 'that passes no Upgrade', edit: without('Upgrade $http_upgrade', 'Connection $connection_upgrade'), says: /must pass on Upgrade and Connection/, code: 'upgrade_missing', host: `${NAME}:` },
  ])('nginx $wrong: page and log say what it must pass, and events carry on', async ({ edit, says, code, host }) => {
    allow(/WebSocket connection|403 .*\/api\/connection|status of 403/)
    const port = await freePort()
    const server = await serve('--host', NAME)
    await begin('nginx', { port, to: server.url, edit })
    const w = await open(port)
    await w.says(({ link }) => link === 'events')
    const words = w.page.locator('gnll-caption', { hasText: 'Connected by server-sent events' })
    await expect.poll(() => words.textContent()).toMatch(says)
    console.log(`the page says: ${(await words.textContent())?.trim()}`)
    await works(w, 'events')
    const lines = refusals(server)
    console.log(`the log says: ${lines.join('\n')}`)
    expect(lines.length).toBe(1)
    for (const part of [`code=${code}`, `Host=${host}`, `Origin=https://${NAME}:${port}`, 'X-Forwarded-Proto=', 'X-Forwarded-Host=', 'X-Forwarded-For=127.0.0.1']) {
      expect(lines[0]).toContain(part)
    }
  })

  it('nginx that passes no Upgrade and keeps events back: the page says so, and goes on as soon as it is mended', async () => {
    allow(/WebSocket connection|ERR_/)
    const port = await freePort()
    const server = await serve('--host', NAME)
    const place = { port, to: server.url }
    await begin('nginx', { ...place, edit: (c) => without('Upgrade $http_upgrade', 'Connection $connection_upgrade')(c).replace('proxy_http_version 1.1;', '$&\n        proxy_ignore_headers X-Accel-Buffering;') })
    // A paused run says too little to fill the proxy's buffer.
    const run = await Run.make(server.url)
    const w = await open(port, `r/${run.id}#key=${run.key}`)
    await w.page.getByText('blocks or buffers them').waitFor()
    await w.page.getByText('must pass on Upgrade and Connection').waitFor()
    console.log(`the page says: ${(await w.page.locator('gnll-caption').textContent())?.trim()}`)
    await proxies.pop()?.stop()
    await begin('nginx', place)
    await w.says(({ link }) => link === 'events' || link === 'live')
    await w.page.evaluate(() => window.dispatchEvent(new Event('online'))) // it would try by itself, but later
    await w.says(({ link }) => link === 'live')
  })
})
