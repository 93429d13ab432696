let go: () => void = () => undefined
/** Settled once the first fit is painted. */
export const painted = new Promise<void>((resolve) => { go = resolve })

/** The first fit is painted: whatever waited for it may come. */
export function fitIsPainted(): void {
  go()
}
