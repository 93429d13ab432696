import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// The page against the real program in a real browser. Files run side by side;
// those that measure (*.long.test.ts) run one after the other, by npm run e2e:long.
const long = process.env['LONG'] !== undefined
const shots = process.env['SHOTS'] !== undefined
const compares = process.env['OLD'] !== undefined
const include = shots ? ['shots.ts'] : compares ? ['compare.ts'] : long ? ['*.long.test.ts'] : ['*.test.ts']

// What a line or a proxy does takes time and little of the processor: these begin first,
// beside others, instead of being waited for at the end.
const waiting = ['live.test.ts', 'proxy.test.ts']

class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => Number(!waiting.includes(basename(moduleId)))
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  cacheDir: '../node_modules/.vite-e2e',
  test: {
    root: import.meta.dirname,
    include,
    exclude: [...configDefaults.exclude, ...(long ? [] : ['*.long.test.ts'])],
    globalSetup: 'global.ts',
    fileParallelism: !long,
    // A page takes a processor. More of them at once make each other slower, and paint more
    // frames meanwhile: on two processors, four files at once took a third more of them.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: WaitingFirst },
    // Nobody waits for these but a test that fails: a machine may be busy with other things.
    expect: { poll: { timeout: 60_000, interval: 60 } },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
