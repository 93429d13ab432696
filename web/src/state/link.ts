import type { LaneOrder } from '../net/api'
import type { Control, ControlValue } from '../generated/wire'
import { parseValue, sameValue, valueText, type Settings } from '../net/settings'

// What stands in an address after #, for instance
//
//   dataset=sine&seed=7&lane=A~0&lane=B~1~loss:beta_nll~beta:1&view=bands:sigma&key=...
//
// Controls by their names are the run's and the first lane's, as far as they are
// not at their defaults; a lane has its name, its colour and what it has different
// from the first. Names that this page does not know are left out, so that a link from
// another version works.

/** A lane as the page knows it: with the value of every control. */
export interface KnownLane {
  readonly name: string
  readonly colour: number
  readonly settings: Settings
}

/** What an address says. */
export interface Link {
  readonly run: Settings
  /** The name of the lesson that is on, or empty. */
  readonly lesson: string
  readonly lanes: readonly KnownLane[]
  /** The user's own rows, packed; empty if there are none. */
  readonly data: string
  /** How the page shows things. */
  readonly view: string
}

/** What was read from an address: what a run is to begin with, and what is the page's. */
export interface Asked {
  readonly controls: Settings
  /** The name of a lesson, which says all else; or empty. */
  readonly lesson: string
  /** Each with what it has different from the controls; none: one lane, as the server makes it. */
  readonly lanes: readonly LaneOrder[]
  readonly data: string
  readonly view: string
  readonly paused: boolean
}

/** Beyond this some programs cut an address. */
const LONGEST = 8000 // characters

/** The part of an address after #; data that would make it too long are left out. */
export function writeLink(controls: readonly Control[], link: Link, key?: string): string {
  const text = write(controls, link, key)
  return text.length > LONGEST ? write(controls, { ...link, data: '' }, key) : text
}

/** Whether an address says what the rows are. */
export function holdsData(hash: string): boolean {
  return parameters(hash).has('data')
}

export function readLink(controls: readonly Control[], hash: string): Asked {
  const said = parameters(hash)
  return {
    controls: pick(controls, (name) => said.get(name)),
    lesson: said.get('lesson') ?? '',
    lanes: said.getAll('lane').map((text, i) => readLane(controls.filter((c) => !c.run), text, i)),
    data: said.get('data') ?? '',
    view: said.get('view') ?? '',
    paused: said.has('paused'),
  }
}

/** What a page within another one shows beside the picture. */
export interface Shown {
  readonly parts: ReadonlySet<string>
  /** Only these controls; empty: all of them. */
  readonly controls: readonly string[]
}

/** Reads show=controls,loss and controls=eps,full. */
export function readShown(hash: string): Shown {
  const list = (name: string): string[] => (parameters(hash).get(name) ?? '').split(',').filter((word) => word !== '')
  const controls = list('controls')
  return { parts: new Set([...list('show'), ...(controls.length === 0 ? [] : ['controls'])]), controls }
}

/** The run's key in the part after #. */
export function keyOf(hash: string): string | undefined {
  return parameters(hash).get('key') ?? undefined
}

/** The same with that key instead of its own. */
export function withKey(hash: string, key: string | undefined): string {
  const others = hash.replace(/^#/, '').split('&').filter((p) => p !== '' && !/^(key|paused)(=|$)/.test(p))
  return [...others, ...(key === undefined ? [] : [`key=${encode(key)}`])].join('&')
}

/** Takes a token out of the part after #: what is left is what may stand in the address. */
export function takeToken(hash: string): { readonly token: string | null; readonly rest: string } {
  const parts = hash.replace(/^#/, '').split('&').filter((p) => p !== '')
  const rest = parts.filter((p) => !p.startsWith('token=')).join('&')
  return { token: parameters(hash).get('token'), rest: rest === '' ? '' : `#${rest}` }
}

/** The parts of a list within a parameter, such as B~1~loss:beta_nll. */
export function items(text: string): string[] {
  return text === '' ? [] : text.split('~')
}

/**
 * A text as a part of such a list. The escapes are within those of the address, so
 * that a program which escapes more of an address than it must changes nothing.
 */
export function item(text: string): string {
  return text.replace(/[%~:,]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

export function fromItem(text: string): string {
  return text.replace(/%(25|7E|3A|2C)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
}

function parameters(hash: string): URLSearchParams {
  return new URLSearchParams(hash.replace(/^#/, ''))
}

/** What needs no escape after # has none: hidden=64,64 is what people read. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%(2C|3A|2F)/g, (escape) => decodeURIComponent(escape)).replaceAll('%20', '+')
}

function write(controls: readonly Control[], { run, lesson, lanes, data, view }: Link, key?: string): string {
  const [first] = lanes
  const settings = { ...run, ...first?.settings }
  const parts: Array<readonly [name: string, value: string]> = controls
    .filter((c) => isSaid(c, settings[c.name], c.default))
    .map((c) => [c.name, valueText(settings[c.name] ?? c.default)])
  if (lesson !== '') parts.unshift(['lesson', lesson])
  if (first && (lanes.length > 1 || first.name !== 'A' || first.colour !== 0)) {
    parts.push(...lanes.map((l): readonly [string, string] => ['lane', writeLane(controls, l, first.settings)]))
  }
  if (data !== '') parts.push(['data', data])
  if (view !== '') parts.push(['view', view])
  if (key !== undefined) parts.push(['key', key])
  return parts.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
}

function isSaid(c: Control, value: ControlValue | undefined, otherwise: ControlValue): boolean {
  // That rows are one's own says nothing elsewhere: there they are not.
  return value !== undefined && !sameValue(value, otherwise) && !(c.name === 'dataset' && value === 'own')
}

function writeLane(controls: readonly Control[], { name, colour, settings }: KnownLane, first: Settings): string {
  const differs = controls.filter((c) => !c.run && isSaid(c, settings[c.name], first[c.name] ?? c.default))
  return [item(name), String(colour), ...differs.map((c) => `${c.name}:${inLane(c, valueText(settings[c.name] ?? c.default))}`)].join('~')
}

/** A value as a part of a lane: in a text stands whatever people wrote. */
function inLane(c: Control, text: string): string {
  return c.kind === 'text' ? item(text) : text
}

function readLane(controls: readonly Control[], text: string, i: number): LaneOrder {
  const [name = '', colour = '', ...pairs] = items(text)
  const texts = new Set(controls.filter((c) => c.kind === 'text').map((c) => c.name))
  const said = new Map(pairs.map((pair) => {
    const at = pair.indexOf(':')
    const [c, value] = [pair.slice(0, at), pair.slice(at + 1)]
    return [c, texts.has(c) ? fromItem(value) : value]
  }))
  return { name: fromItem(name), colour: /^\d+$/.test(colour) ? Number(colour) : i, controls: pick(controls, (n) => said.get(n)) }
}

function pick(controls: readonly Control[], said: (name: string) => string | null | undefined): Settings {
  return Object.fromEntries(controls.flatMap((c) => {
    const text = said(c.name) ?? null
    return text === null ? [] : [[c.name, parseValue(c, text)]]
  }))
}
