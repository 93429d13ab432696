import { describe, expect, it } from 'vitest'
import { LEAST, Silence } from './silence'

/** A clock wound by hand, whose timers can be late. */
class Hand {
  time = 1_000_000
  #timers: Array<{ due: number; then: () => void }> = []

  now(): number { return this.time }

  after(ms: number, then: () => void): () => void {
    const timer = { due: this.time + ms, then }
    this.#timers.push(timer)
    return () => { this.#timers = this.#timers.filter((t) => t !== timer) }
  }

  /** Lets time pass; what is due rings at its time, or where the page slept, at the end. */
  pass(ms: number, asleep = false): void {
    const end = this.time + ms
    for (;;) {
      const [next] = this.#timers.filter((t) => t.due <= end).sort((a, b) => a.due - b.due)
      if (!next) break
      this.#timers = this.#timers.filter((t) => t !== next)
      this.time = asleep ? end : Math.max(this.time, next.due)
      next.then()
    }
    this.time = end
  }
}

function begun(): { clock: Hand; silence: Silence; broken: () => number } {
  const clock = new Hand()
  let n = 0
  const silence = new Silence(() => { n++ }, clock)
  silence.begin()
  return { clock, silence, broken: () => n }
}

describe('silence', () => {
  it('is a break within ten seconds, and not before three signs of life are missing', () => {
    const { clock, silence, broken } = begun()
    for (let i = 0; i < 100; i++) {
      clock.pass(2000)
      silence.heard()
    }
    clock.pass(LEAST - 1)
    expect(broken()).toBe(0)
    clock.pass(1)
    expect(broken()).toBe(1)
    expect(LEAST).toBeLessThan(8000)
    clock.pass(1e6)
    expect(broken()).toBe(1)
  })

  it('is none while the page sleeps, until it was given time to hear', () => {
    const { clock, silence, broken } = begun()
    silence.heard()
    clock.pass(3_600_000, true)
    expect(broken()).toBe(0)
    clock.pass(1000)
    silence.heard()
    clock.pass(LEAST - 1)
    expect(broken()).toBe(0)
    clock.pass(3_600_000, true)
    clock.pass(2999)
    expect(broken()).toBe(0)
    clock.pass(1)
    expect(broken()).toBe(1)
  })

  it('is looked into at once when somebody doubts', () => {
    const { clock, silence, broken } = begun()
    clock.pass(1000)
    silence.heard()
    clock.pass(1000)
    silence.check()
    clock.pass(2999)
    expect(broken()).toBe(0)
    clock.pass(1)
    expect(broken()).toBe(1)
  })

  it('lasts longer on a line that has shown to be slow, and not for ever', () => {
    const { clock, silence, broken } = begun()
    clock.pass(100)
    silence.heard()
    clock.pass(6000) // a long message
    silence.heard()
    clock.pass(17_000)
    expect(broken()).toBe(0)
    silence.heard()
    for (let i = 0; i < 40; i++) {
      clock.pass(2000)
      silence.heard()
    }
    clock.pass(LEAST)
    expect(broken()).toBe(1)
  })

  it('gives a line that brings nothing twice as long each time', () => {
    const { clock, silence, broken } = begun()
    clock.pass(LEAST)
    expect(broken()).toBe(1)
    silence.begin()
    clock.pass(2 * LEAST - 1)
    expect(broken()).toBe(1)
    clock.pass(1)
    expect(broken()).toBe(2)
    silence.begin()
    clock.pass(100)
    silence.heard()
    silence.begin()
    clock.pass(LEAST)
    expect(broken()).toBe(3)
  })

  it('is nothing to a line that has ended', () => {
    const { clock, silence, broken } = begun()
    silence.end()
    clock.pass(1e6)
    expect(broken()).toBe(0)
  })
})
