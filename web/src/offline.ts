import { precacheAndRoute, type PrecacheEntry } from 'workbox-precaching'

// The service worker of a page on a static host: it keeps all files at the first visit, and
// answers with them from then on. sw.js, which has the list of them, begins with it.

const scope = self as unknown as {
  readonly files: Array<PrecacheEntry | string>
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
  addEventListener(type: 'activate' | 'install', then: (e: { waitUntil(what: Promise<unknown>): void }) => void): void
}

// A run is named behind a ?, and the document is the same.
precacheAndRoute(scope.files, { ignoreURLParametersMatching: [/^run$/] })
scope.addEventListener('install', () => { void scope.skipWaiting() })
scope.addEventListener('activate', (e) => { e.waitUntil(scope.clients.claim()) })
