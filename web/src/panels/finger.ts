/** How near a finger must come down to the middle of the thumb, in pixels: half of what a finger hits. */
const REACH = 24

/** How far a finger goes before it is said what it means, in pixels. */
const SLOP = 8

/** A movement is sideways if it goes that many times as far along as across. */
const SIDEWAYS = 1.5

/** Taps are told as those of a mouse, too, somewhat later, in ms. */
const ECHO = 400

/**
 * What a finger on a slider means. A thumb that is dragged sideways moves it; a swipe that
 * begins on the slider scrolls the page, whatever the browser's own slider makes of it.
 */
export class Finger {
  #down: { readonly id: number; readonly x: number; readonly y: number; readonly on: boolean } | null = null
  #meant = true
  #byTouch = false
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Whether a movement of the slider is one that somebody wants. */
  get meant(): boolean {
    return this.#meant
  }

  /** Something comes down; thumb is where the middle of the thumb is. */
  down({ pointerId: id, pointerType, isPrimary, clientX: x, clientY: y }: PointerEvent, thumb: number): void {
    if (!isPrimary) return
    clearTimeout(this.#timer)
    this.#byTouch = pointerType === 'touch'
    this.#meant = !this.#byTouch
    this.#down = this.#byTouch ? { id, x, y, on: Math.abs(x - thumb) <= REACH } : null
  }

  move({ pointerId, clientX, clientY }: PointerEvent): void {
    const down = this.#down
    if (down?.id !== pointerId) return
    const [along, across] = [Math.abs(clientX - down.x), Math.abs(clientY - down.y)]
    if (Math.max(along, across) < SLOP) return
    this.#meant = down.on && along > SIDEWAYS * across
    this.#down = null // it is said once
  }

  /** It is gone, or the page scrolls. What the browser says of it after this is no longer of it. */
  up({ pointerType }: PointerEvent): void {
    if (pointerType !== 'touch') return
    this.#down = null
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => { this.#forget() }, ECHO)
  }

  /** Whether a press of a mouse is the echo of a finger's. */
  get echoes(): boolean {
    return this.#byTouch
  }

  #forget(): void {
    this.#meant = true
    this.#byTouch = false
  }
}
