import { defineConfig } from 'vitest/config'

// The page against the real program in a real browser. One file at a time, one
// test after the other: they share two cores, and latencies are measured.
export default defineConfig({
  cacheDir: '../node_modules/.vite-e2e',
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    exclude: process.env['SHOTS'] === undefined ? ['shots.test.ts'] : [],
    fileParallelism: false,
    // The shortest wait that bears a busy machine; what is in time is not slowed by it.
    expect: { poll: { timeout: 5000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
