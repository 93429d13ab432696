import { root } from '../net/root'

const YEAR = 365 * 24 * 60 * 60 // s

/**
 * What this browser remembers of how somebody likes to see the page, until it is kept
 * otherwise or not seen for a year. It is in cookies, as it is needed before the first
 * paint: whoever asks localStorage first waits until the browser has read its database,
 * 50 to 100 ms on a cold start.
 */
export function kept(name: string): string | undefined {
  // early.js reads them so, too.
  const [, value] = new RegExp(`(?:^|; )gnllviz\\.${name}=([^;]*)`).exec(cookies()) ?? []
  return value === undefined ? undefined : decodeURIComponent(value)
}

/** Remembers it; undefined forgets it. */
export function keep(name: string, value: string | undefined): void {
  const age = value === undefined ? 0 : YEAR
  try {
    document.cookie = `gnllviz.${name}=${encodeURIComponent(value ?? '')}; Path=${root.pathname}; Max-Age=${age}; SameSite=Lax`
  } catch {
    // Cookies can be forbidden, as in a frame without an origin: then it holds for this page only.
  }
}

function cookies(): string {
  try {
    return document.cookie
  } catch {
    return ''
  }
}
