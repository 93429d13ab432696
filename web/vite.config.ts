import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const here = import.meta.dirname

/**
 * Puts src/early.js before everything else as a script that blocks: it is the
 * one thing that must have run before the first paint, or a remembered theme
 * would flash. Module scripts, which are all that Vite bundles, come later, and
 * the content security policy forbids a script inside the page.
 */
function early(): Plugin {
  const source = readFileSync(resolve(here, 'src/early.js'), 'utf8')
  const file = `assets/early-${createHash('sha256').update(source).digest('hex').slice(0, 8)}.js`
  return {
    name: 'early',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: file, source })
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_html, context) => {
        const up = /^\/(r|embed)\//.test(context.path) ? '../' : './'
        const src = context.server ? '/src/early.js' : up + file
        return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' as const }]
      },
    },
  }
}

/**
 * Has browsers fetch, beside the script that a document begins with, what that script
 * imports by and by: the page's parts, while its run is asked for.
 */
function ahead(): Plugin {
  return {
    name: 'ahead',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {}, chunk, path }) => {
        const up = /^\/(r|embed)\//.test(path) ? '../' : './'
        const chunks = (files: Iterable<string>) => [...files].map((file) => bundle[file]).filter((part) => part?.type === 'chunk')
        const begun = new Set(chunk ? [chunk.fileName, ...chunk.imports] : [])
        const later = new Set(chunks(begun).flatMap((part) => part.dynamicImports))
        for (const part of chunks(later)) part.imports.forEach((file) => later.add(file))
        return [...later].filter((file) => !begun.has(file))
          .map((file) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: up + file }, injectTo: 'head' as const }))
      },
    },
  }
}

// In development `npm run dev` serves the page and passes the interface and the
// help on to `gnllviz serve`, so that the Go side knows nothing of Vite.
const server = process.env['GNLLVIZ_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: './',
  plugins: [early(), ahead()],
  build: {
    outDir: 'site/dist',
    emptyOutDir: true,
    target: 'es2023',
    chunkSizeWarningLimit: 1200,
    // A data: URL for a font or an image would need the policy to allow it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Several documents of the page, because relative URLs must hold at / and
    // below it; and the frame of the help, whose text the server puts in.
    rolldownOptions: { input: ['index.html', 'r/index.html', 'embed/index.html', 'help.html'].map((file) => resolve(here, file)) },
  },
  server: { proxy: { '/api': { target: server, ws: true }, '/help': server, '/assets': server } },
  test: { include: ['src/**/*.test.ts'] },
})
