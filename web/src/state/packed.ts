import type { Column, CSVSpec, DataSpec, RowsSpec } from '../generated/wire'
import { fromItem, item, items } from './link'

// The user's own rows as a parameter of an address: a formula as it was written, a file
// deflated, and rows that were encoded as they are kept, since no text has their words.

const LONGEST = 6000 // characters; with the settings an address has twice that at most
const MOST_TEXT = 1 << 20 // characters that a file of an address can have when it is unpacked

/** The rows in one word, or nothing where they are too many for an address. */
export async function pack({ formula, csv, rows: kept }: DataSpec): Promise<string> {
  let text = ''
  if (formula) {
    const { mean, std, from, to, rows, inputs } = formula
    text = ['formula', item(mean), item(std), from, to, rows, ...(inputs === undefined ? [] : [inputs])].join('~')
  }
  if (kept && (kept.test ?? 0) > 0) return '' // one text cannot say which file a row is of
  if (kept?.encoding) {
    const { inputs, encoding, target, targets, count, x, y } = kept
    text = ['rows', await deflated(JSON.stringify({ inputs, encoding, target, targets, count, x, y }))].join('~')
    return text.length > LONGEST ? '' : text
  }
  const file = kept ? asText(kept) : csv
  if (file) {
    text = ['csv', (file.targets ?? [file.target ?? '']).map(item).join(','), (file.inputs ?? []).map(item).join(','), await deflated(file.text)].join('~')
  }
  return text.length > LONGEST ? '' : text
}

/** Rows as the text of a file with their columns alone, from which the same numbers are read. */
function asText({ inputs, target = { name: '', unit: '' }, targets = [target], x = [], y = [] }: RowsSpec): CSVSpec {
  const head = ({ name, unit }: Column): string => (unit === '' ? name : `${name} (${unit})`)
  const line = (cells: readonly string[]): string => `${cells.join(',')}\n`
  const quoted = [...inputs, ...targets].map((c) => `"${head(c).replaceAll('"', '""')}"`)
  const part = (list: readonly number[], width: number, i: number): readonly number[] => list.slice(i * width, (i + 1) * width)
  const rows = Array.from({ length: y.length / targets.length }, (_, i) => line([...part(x, inputs.length, i), ...part(y, targets.length, i)].map(String)))
  return { text: line(quoted) + rows.join(''), ...named(targets.map(head)), inputs: inputs.map(head) }
}

/** What is learned, as a file's choice of columns says it. */
function named(targets: readonly string[]): Pick<CSVSpec, 'target' | 'targets'> {
  return targets.length > 1 ? { targets } : { target: targets[0] ?? '' }
}

/** Reads what pack wrote; whether the rows are any good is the server's to say. Throws on anything else. */
export async function unpack(text: string): Promise<DataSpec> {
  if (text.length > LONGEST) throw new Error('it is too large')
  const [kind, ...parts] = items(text)
  if (kind === 'formula') {
    const [mean = '', std = '', from = '', to = '', rows = '', inputs] = parts
    return { formula: { mean: fromItem(mean), std: fromItem(std), from: number(from), to: number(to), rows: number(rows), ...(inputs === undefined ? {} : { inputs: number(inputs) }) } }
  }
  if (kind === 'csv') {
    const [targets = '', inputs = '', file = ''] = parts
    return { csv: { text: await inflated(file), ...named(targets.split(',').map(fromItem)), inputs: inputs === '' ? [] : inputs.split(',').map(fromItem) } }
  }
  if (kind === 'rows') return { rows: JSON.parse(await inflated(parts[0] ?? '')) as RowsSpec }
  throw new Error('neither a formula nor a table')
}

async function deflated(text: string): Promise<string> {
  return toBase64(await through(new CompressionStream('deflate-raw'), new TextEncoder().encode(text)))
}

async function inflated(text: string): Promise<string> {
  return new TextDecoder().decode(await through(new DecompressionStream('deflate-raw'), fromBase64(text)))
}

function number(text: string): number {
  const v = text.trim() === '' ? NaN : Number(text)
  if (!Number.isFinite(v)) throw new Error(`“${text}” is not a number`)
  return v
}

async function through(stream: CompressionStream | DecompressionStream, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    length += value.length
    if (length > MOST_TEXT) {
      await reader.cancel()
      throw new Error('it is too large')
    }
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** base64url, which needs no escape in an address. */
function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const b of bytes) binary += String.fromCharCode(b)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
}
