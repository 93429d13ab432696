/**
 * Whether a page of another origin shows this one in a frame: the server says so where
 * browsers tell it (Sec-Fetch-Site), and who is around can be asked in any case.
 */
export function isFramed(): boolean {
  if (document.documentElement.dataset['framed'] !== undefined) return true
  try {
    for (let w: Window = window; w !== w.parent; w = w.parent) {
      if (w.parent.location.origin !== location.origin) return true
    }
  } catch {
    return true // of another origin there is not even an address to be read
  }
  return false
}
