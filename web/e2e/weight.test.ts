import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const dist = resolve(import.meta.dirname, '../site/dist')

/** What a page asks for that trains by itself, besides or later: Go's script, the report's, and what keeps a site. */
const OF_ENGINE = /^(go|report|offline|engine-worker|engine)-/

describe('the page', () => {
  it('weighs at most 450 KB, gzipped', () => {
    const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((f) => f.isFile() && /\.(js|css|html|svg)$/.test(f.name) && !OF_ENGINE.test(f.name))
    const sizes = files.map((f) => ({ name: f.name, bytes: gzipSync(readFileSync(join(f.parentPath, f.name)), { level: 9 }).length }))
    const total = sizes.reduce((sum, f) => sum + f.bytes, 0)
    console.log(`${(total / 1024).toFixed(0)} KB gzipped in ${files.length} files: ${sizes.filter((f) => f.bytes > 4096).map((f) => `${f.name} ${(f.bytes / 1024).toFixed(0)}`).join(', ')}`)
    expect(total).toBeLessThan(450 * 1024)
  })
})
