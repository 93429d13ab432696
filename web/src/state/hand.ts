const GESTURES = ['pointerdown', 'pointermove', 'pointerup', 'click', 'keydown', 'input', 'change', 'wheel'] as const

let moves = false

/** Whether what happens just now is done by somebody at this page, not by what the server tells. */
export function byHand(): boolean {
  return moves
}

for (const name of GESTURES) {
  // What others dispatch meanwhile is a part of it. Where somebody keeps it from coming
  // back up, it is over with its task.
  addEventListener(name, ({ isTrusted }) => {
    if (!isTrusted) return
    moves = true
    setTimeout(() => { moves = false })
  }, { capture: true, passive: true })
  addEventListener(name, ({ isTrusted }) => { if (isTrusted) moves = false }, { passive: true })
}
