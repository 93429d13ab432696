import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('answers are read by the types that the program describes', async () => {
  const check = promisify(execFile)('node', ['generate.mjs', '--check'], { cwd: resolve(import.meta.dirname, '../..') })
  await expect(check).resolves.toMatchObject({ stderr: '' })
}, 120_000) // it compiles, beside whatever else the machine does
