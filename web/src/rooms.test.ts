import { describe, expect, it } from 'vitest'

/** The rooms of the page from the ground up: a file imports its own room, and those below it. */
const ROOMS = ['generated', 'net', 'math', 'state', 'charts', 'panels'] as const

const sources: Readonly<Record<string, string>> = import.meta.glob('./**/*.ts', { query: '?raw', import: 'default', eager: true })

/** Files outside of the rooms are where pages begin; nobody imports them. */
function roomOf(path: string): number {
  const at = ROOMS.findIndex((room) => path.startsWith(`./${room}/`))
  return at < 0 ? ROOMS.length : at
}

function importsOf(path: string, source: string): string[] {
  const folder = path.split('/').slice(0, -1)
  return [...source.matchAll(/(?:from |import |import\()'(\.[^']*)'/g)].map(([, to = '']) => {
    const parts = [...folder]
    for (const part of to.split('/')) {
      if (part === '..') parts.pop()
      else if (part !== '.') parts.push(part)
    }
    return parts.join('/')
  }).filter((to) => to.startsWith('./')) // what is built lies outside of src
}

describe('imports', () => {
  const files = Object.entries(sources).filter(([path]) => !/\.(test|d)\.ts$/.test(path))

  it('go down, never up', () => {
    const up = files.flatMap(([path, source]) => importsOf(path, source).filter((to) => roomOf(to) > roomOf(path)).map((to) => `${path} imports ${to}`))
    expect(up).toEqual([])
    expect(files.length).toBeGreaterThan(150)
  })

  it('make no circles between files, not of types either', () => {
    const to = new Map(files.map(([path, source]) => [path, importsOf(path, source).map((p) => `${p}.ts`).filter((p) => p in sources)]))
    const done = new Set<string>()
    const circles: string[] = []
    const walk = (path: string, way: readonly string[]): void => {
      const at = way.indexOf(path)
      if (at >= 0) circles.push([...way.slice(at), path].join(' -> '))
      if (at >= 0 || done.has(path)) return
      for (const next of to.get(path) ?? []) walk(next, [...way, path])
      done.add(path)
    }
    for (const [path] of files) walk(path, [])
    expect(circles).toEqual([])
  })
})

describe('panels', () => {
  const panels = Object.entries(sources).filter(([path]) => /^\.\/panels\/.*(?<!\.test)\.ts$/.test(path))
  /** Who looks beyond its own element, and for what. */
  const LOOKS_UP: Readonly<Record<string, string>> = {
    './panels/help.ts': 'this.closest( of the row that it stands in, beside which it opens',
    './panels/opened.ts': 'document.querySelector( of whatever lies open, whosever it is',
  }

  it('do not reach into one another: what they share is in the view', () => {
    const reaches = panels.flatMap(([path, source]) =>
      [...source.matchAll(/document\.(?:querySelector|getElement)\w*\(|\.closest(?:<[^>]*>)?\(|getRootNode\(|querySelector(?:All)?(?:<[^>]*>)?\([`'"][^)]*gnll-/g)]
        .filter(([found]) => LOOKS_UP[path]?.includes(found) !== true)
        .map(([found]) => `${path}: ${found}`))
    expect(reaches).toEqual([])
    expect(panels.length).toBeGreaterThan(60)
  })

  it('are looked for by nothing below them', () => {
    const below = Object.entries(sources).filter(([path]) => /^\.\/(net|math|state|charts)\//.test(path) && !path.endsWith('.test.ts') && path !== './state/places.ts')
    expect(below.filter(([, source]) => /querySelector|getElementById|\.closest\(/.test(source)).map(([path]) => path)).toEqual([])
  })
})
