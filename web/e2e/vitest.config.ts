import { configDefaults, defineConfig } from 'vitest/config'

// The page against the real program in a real browser. Files run side by side;
// those that measure (*.long.test.ts) run one after the other, by npm run e2e:long.
const long = process.env['LONG'] !== undefined
const shots = process.env['SHOTS'] !== undefined
const include = shots ? ['shots.ts'] : long ? ['*.long.test.ts'] : ['*.test.ts']

export default defineConfig({
  cacheDir: '../node_modules/.vite-e2e',
  test: {
    root: import.meta.dirname,
    include,
    exclude: [...configDefaults.exclude, ...(long ? [] : ['*.long.test.ts'])],
    globalSetup: 'global.ts',
    fileParallelism: !long,
    maxWorkers: 3,
    // Nobody waits for these but a test that fails: a machine may be busy with other things.
    expect: { poll: { timeout: 60_000, interval: 60 } },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
