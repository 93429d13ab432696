import type { Format } from '../generated/api'
import { FROM_HEADER, Problem, type Api } from './api'

/** Where a run that was brought back is steered. */
export interface Back {
  readonly id: string
  readonly key: string
}

/** How the names of files of rows end; they may be packed besides. */
const TABLES = ['.csv', '.tsv', '.txt', '.dat']
const PACKED = '.gz'

/** Whether a file has rows rather than a model. */
export function hasRows(name: string): boolean {
  const lower = name.toLowerCase()
  return TABLES.some((end) => lower.endsWith(end) || lower.endsWith(end + PACKED))
}

/** What can be brought back, as a file input takes it: models in these formats, and rows. */
export function accepted(formats: readonly Format[]): string {
  const models = formats.filter((f) => f.read).map(({ file }) => file.slice(file.lastIndexOf('.')))
  return [...models, ...TABLES, PACKED].join(',')
}

/** Sends a model to the engine, which makes a run of it. */
export async function bringBack({ root, token, transport }: Api, file: File, progress: (share: number) => void): Promise<Back> {
  const { status, text } = await transport.upload(new URL('api/runs/import', root), file, {
    'Content-Type': 'application/octet-stream',
    [FROM_HEADER]: 'page',
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  }, progress)
  const { id, key, detail } = parse(text)
  if (status === 201 && id !== undefined && key !== undefined) return { id, key }
  throw new Problem(status, detail ?? `the server answered ${status}`)
}

function parse(text: string): Partial<Back & { readonly detail: string }> {
  try {
    return JSON.parse(text) as ReturnType<typeof parse>
  } catch {
    return {}
  }
}
