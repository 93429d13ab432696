import { afterEach, describe, expect, it } from 'vitest'
import { Run, type Watched } from './harness'
import { Relay } from './relay'
import { stage } from './stage'

let relays: Relay[] = []

// After the pages are closed: hooks run the other way round.
afterEach(async () => {
  for (const r of relays) await r.stop()
  relays = []
})

const { server, visit, serve, allow } = stage()

async function through(sockets = true): Promise<{ relay: Relay; w: Watched }> {
  const relay = new Relay(server.url)
  relays.push(relay)
  relay.sockets = sockets
  const w = await visit(await relay.start())
  await w.drawn()
  return { relay, w }
}

/** Waits for the websocket after the ones that there were, and for the page to call it live. */
async function reopened(w: Watched, relay: Relay, asked: number): Promise<void> {
  await expect.poll(() => relay.asked).toBeGreaterThan(asked)
  await w.says(({ link }) => link === 'live')
}

describe('a line that goes dead without a word', () => {
  it.each(['playing', 'paused'])('is noticed and opened again while the run is %s', async (state) => {
    const { relay, w } = await through()
    if (state === 'paused') await w.pause()
    const [asked, step] = [relay.asked, await w.step()]
    const begun = performance.now()
    relay.hush()
    await reopened(w, relay, asked)
    const seconds = (performance.now() - begun) / 1000
    console.log(`${state}: reopened ${seconds.toFixed(1)} s after the last sign of life`)
    // What the page promises is tested with a clock of its own in silence.test.ts; here
    // the program's signs of life are real, and so is the machine's haste.
    expect(relay.asked).toBe(asked + 1)
    await Run.of(w.page).command({ type: 'play' })
    await w.past(step)
    await w.type('eps', '1e-2')
    await w.settled()
  })

  it.each(['online', 'focus', 'visibilitychange'])('is looked into at once at %s', async (event) => {
    const { relay, w } = await through()
    await w.pause()
    const { asked } = relay
    relay.hush()
    await w.page.evaluate((name) => (name === 'visibilitychange' ? document : window).dispatchEvent(new Event(name)), event)
    const begun = performance.now()
    await reopened(w, relay, asked)
    console.log(`${event}: reopened after ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  })
})

describe('where no websocket gets through', () => {
  it('the page goes by events and says so, and by a websocket as soon as one gets through', async () => {
    allow(/WebSocket connection/)
    const { relay, w } = await through(false)
    await w.says(({ link }) => link === 'events')
    await w.page.getByText('Connected by server-sent events').waitFor()
    await w.page.locator('gnll-status .events').waitFor()
    await w.past(await w.step())
    await w.type('eps', '1e-2')
    await w.settled()
    expect(await w.revision()).toBeGreaterThan(0)
    const step = await w.pause()
    await w.page.getByRole('button', { name: 'Play', exact: true }).click()
    await w.past(step)
    // Many changes in a row arrive in their order.
    for (const eps of ['1e-3', '2e-3', '3e-3', '4e-3']) await w.type('eps', eps)
    await w.settled()
    expect(await w.value('eps')).toBe('4e-3')

    // Who has no key only watches.
    const other = await visit(w.toWatch)
    await other.says(({ link }) => link === 'events')
    await other.drawn()
    expect(await other.page.locator('[data-control=eps] .field input').isDisabled()).toBe(true)
    await w.type('eps', '5e-3')
    await expect.poll(() => other.value('eps')).toBe('5e-3')

    // A break is mended here too.
    relay.hush()
    const before = await w.step()
    await w.past(before)
    await w.says(({ link }) => link === 'events')

    relay.sockets = true
    await w.page.evaluate(() => window.dispatchEvent(new Event('online')))
    await w.says(({ link }) => link === 'live')
    await w.page.getByText('Connected by server-sent events').waitFor({ state: 'detached' })
    await w.past(await w.step())
    await w.type('eps', '6e-3')
    await w.settled()
  })

  it('the page finds its run again after the server was restarted', async () => {
    allow(/WebSocket connection|ERR_|404/)
    const own = await serve()
    const relay = new Relay(own.url)
    relays.push(relay)
    relay.sockets = false
    const w = await visit(await relay.start())
    await w.says(({ link }) => link === 'events')
    await w.drawn()
    await w.type('eps', '1e-2')
    await w.settled()
    const { generation } = await w.where()
    await own.stop()
    await w.says(({ link }) => link === 'waiting')
    await own.start()
    await w.says((where) => where.link === 'events' && where.generation !== generation)
    await w.drawn()
    expect(await w.value('eps')).toBe('1e-2')
  })
})
