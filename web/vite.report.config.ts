import { resolve } from 'node:path'
import { defineConfig } from 'vite'

// The script of the report: one classic file, which server/artifact/chart puts into HTML.
export default defineConfig({
  // Libraries are usually built again by whoever uses them, with values of their own.
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: 'site/report',
    emptyOutDir: true,
    target: 'es2023',
    chunkSizeWarningLimit: 1200,
    lib: { entry: resolve(import.meta.dirname, 'src/report.ts'), formats: ['iife'], name: 'report', fileName: () => 'report.js' },
  },
})
