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

/** Sends a model to the server, which makes a run of it; fetch would not tell how much has been sent. */
export function bringBack({ root, token }: Api, file: File, progress: (share: number) => void): Promise<Back> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest()
    request.open('POST', new URL('api/runs/import', root))
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader(FROM_HEADER, 'page')
    if (token !== undefined) request.setRequestHeader('Authorization', `Bearer ${token}`)
    request.upload.onprogress = ({ loaded, total }) => { progress(total > 0 ? loaded / total : 0) }
    request.onload = () => {
      const { id, key, detail } = parse(request.responseText)
      if (request.status === 201 && id !== undefined && key !== undefined) done({ id, key })
      else failed(new Problem(request.status, detail ?? `the server answered ${request.status}`))
    }
    request.onerror = () => {
      failed(new Error('The upload failed: the file cannot be read, the server does not answer, or the file is too large (--max-model-bytes).'))
    }
    request.send(file)
  })
}

function parse(text: string): Partial<Back & { readonly detail: string }> {
  try {
    return JSON.parse(text) as ReturnType<typeof parse>
  } catch {
    return {}
  }
}
