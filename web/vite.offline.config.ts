import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { defineConfig } from 'vite'

// The service worker of a static site: one classic file, named by its content, beside the
// page that vite.config.ts has built.
export default defineConfig({
  define: { 'process.env.NODE_ENV': '"production"' },
  publicDir: false,
  plugins: [{
    name: 'hashed',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue
        file.fileName = `assets/offline-${createHash('sha256').update(file.code).digest('hex').slice(0, 8)}.js`
      }
    },
  }],
  build: {
    outDir: 'site/dist',
    emptyOutDir: false,
    target: 'es2023',
    lib: { entry: resolve(import.meta.dirname, 'src/offline.ts'), formats: ['iife'], name: 'offline', fileName: () => 'offline.js' },
  },
})
