const due = new Set<() => void>()
let asked = 0

/**
 * Has something done in the next animation frame; what is asked for while one is under
 * way is done in that same one. However often it is asked for, it is done once.
 */
export function inFrame(job: () => void): void {
  due.add(job)
  if (asked === 0) asked = requestAnimationFrame(run)
}

/** Takes it back. */
export function notInFrame(job: () => void): void {
  due.delete(job)
}

function run(): void {
  try {
    // What is added meanwhile comes too.
    for (const job of due) {
      due.delete(job)
      job()
    }
  } finally {
    asked = due.size === 0 ? 0 : requestAnimationFrame(run)
  }
}
