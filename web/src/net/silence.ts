import { ALIVE_SECONDS } from '../generated/wire'

const ALIVE = ALIVE_SECONDS * 1000

/** How long a line may be silent: three signs of life are missing, and some more for the way. ms */
export const LEAST = 3.5 * ALIVE
const MOST = 60_000
/** What follows a wake or a question: one sign of life, with some time for the way. ms */
const SOON = 1.5 * ALIVE
/** A silence that a message ended after so long shows that the line is slow. ms */
const SLOW = 1.75 * ALIVE
/** For how long a slow line is remembered. ms */
const MEMORY = 60_000
/** A timer that is later than this was held up: the page slept, or nobody saw it. ms */
const HELD_UP = 1000

interface Clock {
  now(): number
  after(ms: number, then: () => void): () => void
}

const real: Clock = {
  // Not performance.now(), which stands still on some machines while they sleep.
  now: () => Date.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms)
    return () => { clearTimeout(timer) }
  },
}

/**
 * Notices when a line has gone dead without a word, as lines do behind routers and
 * after a laptop's sleep. The server says something every ALIVE_SECONDS; so much
 * longer a silence is a break. A line that has just shown to be slow, on which a
 * long message takes its time, has three times its longest silence.
 */
export class Silence {
  #heard = 0
  /** When it is a break. */
  #due = 0
  /** When the timer rings. */
  #rings = 0
  #longest = 0
  #longestAt = 0
  /** Lines in a row that brought nothing at all. */
  #empty = 0
  #any = false
  #stop: (() => void) | null = null

  constructor(readonly broken: () => void, readonly clock = real) {}

  /** A new line: it has as long to open and to say something. */
  begin(): void {
    this.end()
    this.#any = false
    this.#heard = this.clock.now()
    this.#expect(this.#heard + this.#patience())
  }

  heard(): void {
    const now = this.clock.now()
    const gap = now - this.#heard
    if (gap >= this.#longest || now - this.#longestAt > MEMORY) {
      this.#longest = gap
      this.#longestAt = now
    }
    this.#heard = now
    this.#any = true
    this.#empty = 0
    const due = now + this.#patience()
    // Where it is later, the timer that runs finds out when it rings.
    if (due < this.#rings) this.#expect(due)
    else this.#due = due
  }

  /** Somebody has reason to doubt: something must come soon. */
  check(): void {
    if (!this.#stop) return
    const soon = this.clock.now() + Math.max(SOON, this.#patience() - LEAST)
    if (soon < this.#due) this.#expect(soon)
  }

  end(): void {
    this.#stop?.()
    this.#stop = null
  }

  /** How long the silence may last now. */
  #patience(): number {
    if (!this.#any) return Math.min(MOST, LEAST * 2 ** this.#empty)
    return this.#longest < SLOW ? LEAST : Math.min(MOST, 3 * this.#longest)
  }

  #expect(due: number): void {
    this.#due = this.#rings = due
    this.#stop?.()
    this.#stop = this.clock.after(Math.max(0, due - this.clock.now()), () => { this.#ring(due) })
  }

  #ring(due: number): void {
    this.#stop = null
    const now = this.clock.now()
    if (now < this.#due) {
      this.#expect(this.#due)
    } else if (now - due > HELD_UP) {
      // What came meanwhile may not have been delivered yet.
      this.#expect(now + SOON)
    } else {
      if (!this.#any) this.#empty++
      this.broken()
    }
  }
}
