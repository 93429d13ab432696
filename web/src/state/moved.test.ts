import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'

/** A browser with these cookies and that storage, which writes down who asks the storage. */
function browser(cookie: string, stored: Readonly<Record<string, string>>): { readonly cookies: Map<string, string>; readonly storage: Map<string, string>; readonly asked: string[] } {
  const cookies = new Map(cookie.split('; ').filter((c) => c !== '').map((c) => c.split('=') as [string, string]))
  const storage = new Map(Object.entries(stored))
  const asked: string[] = []
  vi.stubGlobal('location', { href: 'http://localhost/', origin: 'http://localhost', pathname: '/', hash: '' })
  vi.stubGlobal('document', {
    baseURI: 'http://localhost/', documentElement: { dataset: {} },
    get cookie() { return [...cookies].map((pair) => pair.join('=')).join('; ') },
    set cookie(text: string) {
      const [name = '', value = ''] = (text.split(';')[0] ?? '').split('=')
      if (text.includes('Max-Age=0')) cookies.delete(name)
      else cookies.set(name, value)
    },
  })
  const storageOf = (): object => ({
    getItem: (k: string) => { asked.push(k); return storage.get(k) ?? null },
    setItem: (k: string, v: string) => { asked.push(k); storage.set(k, v) },
    removeItem: (k: string) => { asked.push(k); storage.delete(k) },
  })
  vi.stubGlobal('localStorage', storageOf())
  vi.stubGlobal('sessionStorage', storageOf())
  return { cookies, storage, asked }
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

describe('what this browser remembers', () => {
  it('asks no storage for what is needed at once', async () => {
    const { asked } = browser('gnllviz.mode=full; gnllviz.dismissed=paint%2Ceps; gnllviz.name=Ada%20%E5%B1%B1', {})
    const { rememberedMode } = await import('./mode')
    const { dismissed } = await import('./prompts')
    const { rememberedName, rememberName } = await import('./name')
    const { View } = await import('./view')
    expect([rememberedMode(), [...dismissed.value], rememberedName(), new View().mode.value]).toEqual(['full', ['paint', 'eps'], 'Ada 山', 'full'])
    rememberName('')
    expect(rememberedName()).toBe('')
    expect(asked).toEqual([])
  })

  it('is taken over once from where earlier versions had it, unless there is newer', async () => {
    const { cookies, storage, asked } = browser('gnllviz.name=Bea', { 'gnllviz.mode': 'full', 'gnllviz.dismissed': 'compare', 'gnllviz.name': 'Ada' })
    const { moveKept } = await import('./moved')
    const { kept } = await import('./kept')
    expect(moveKept()).toBe(true)
    expect([kept('mode'), kept('dismissed'), kept('name'), storage.size]).toEqual(['full', 'compare', 'Bea', 0])
    const before = asked.length
    expect(moveKept()).toBe(false)
    expect(asked.length).toBe(before)
    expect(cookies.get('gnllviz.moved')).toBe('yes')
  })

  it('is in storage only where nothing at the start asks for it', () => {
    // Answers are read once a lesson is on; numbers, originals and one's own runs once a fit is painted.
    const modules = resolve(import.meta.dirname, '..')
    const asking = readdirSync(modules, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && /\b(local|session)Storage\./.test(readFileSync(join(modules, name), 'utf8')))
    expect(asking.toSorted()).toEqual(['state/answers.ts', 'state/copied.ts', 'state/mine.ts', 'state/moved.ts', 'state/name.ts'])
  })
})
