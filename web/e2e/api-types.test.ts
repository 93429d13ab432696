import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { stage } from './stage'

const { server } = stage()
const web = resolve(import.meta.dirname, '..')

it('the page reads answers by the types that the program describes', async () => {
  const check = promisify(execFile)('node', ['generate.mjs', server.url, '--check'], { cwd: web })
  await expect(check).resolves.toMatchObject({ stderr: '' })
})
