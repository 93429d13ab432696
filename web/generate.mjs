// Writes src/generated/api.ts: the types of what the program answers by HTTP, from its own
// description in OpenAPI. Messages, frames and tables are server/wire/gen's.
//
//   npm run generate
//   npm run generate -- --check   writes nothing, and fails if something would change
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const DESCRIPTION = new URL('../server/api/openapi.json', import.meta.url)
const FILE = new URL('src/generated/api.ts', import.meta.url)

/** What the page reads of the answers, and the name that it has there. */
const SCHEMAS = ['Curve', 'Format', 'Inspection', 'InspectedColumn', 'Lesson', 'Problem', 'Question', 'Spot']

/** What they hold and wire.ts has, more exactly: its values are controls' values. */
const WIRE = { DataSpec: 'DataSpec', LaneSpec: 'LaneSpec', Controls: 'Readonly<Record<string, ControlValue>>' }

const text = await types(JSON.parse(readFileSync(DESCRIPTION, 'utf8')))
const before = readFileSync(FILE, { encoding: 'utf8', flag: 'a+' })
if (!process.argv.includes('--check')) writeFileSync(FILE, text)
else if (text !== before) {
  console.error('src/generated/api.ts is not what the program describes; run npm run generate')
  process.exit(1)
}

async function types(api) {
  const all = api.components.schemas
  const used = new Set()
  const use = (name) => {
    if (used.has(name) || name in WIRE) return
    if (!(name in all)) throw new Error(`the description has no schema ${name}`)
    used.add(name)
    for (const [, other] of JSON.stringify(all[name]).matchAll(/#\/components\/schemas\/(\w+)"/g)) use(other)
  }
  SCHEMAS.forEach(use)
  const names = [...used].sort()
  const schemas = Object.fromEntries([...names, ...Object.keys(WIRE)].map((name) => [name, name in WIRE ? {} : plain(all[name])]))
  const made = astToString(await openapiTS({ openapi: api.openapi, info: api.info, paths: {}, components: { schemas } }, { immutable: true }))
  const body = /schemas: \{\n([^]*?)\n {4}\};/.exec(made)?.[1] ?? ''
  const members = body.replace(/^ {8}/gm, '')
    .replace(/^readonly (\w+): unknown;\n?/gm, '') // wire.ts has it
    .replace(/components\["schemas"\]\["(\w+)"\]/g, (_, name) => WIRE[name] ?? name)
    .replace(/^readonly (\w+): \{$/gm, 'export interface $1 {')
    .replace(/^\};$/gm, '}\n')
  return `// Made by web/generate.mjs of server/api/openapi.json, what the program says of itself. Do not edit.\nimport type { ControlValue, DataSpec, LaneSpec } from './wire'\n\n${members.trimEnd()}\n`
}

/** A schema without what TypeScript has no word for. */
function plain(schema) {
  return JSON.parse(JSON.stringify(schema, (key, value) => (key === 'format' && typeof value === 'string' ? undefined : value)))
}
