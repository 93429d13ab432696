import { mkdirSync, rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { launchServer, LOGS, Server, TROUBLE } from './harness'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the one browser of all files takes connections. */
    browser: string
    /** The address of the one program that the files share which ask for no other. */
    server: string
  }
}

/** One browser and one program for all files: a context in a browser is cheap, a process is not. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  rmSync(TROUBLE, { recursive: true, force: true })
  mkdirSync(LOGS, { recursive: true })
  const server = new Server()
  const [browser] = await Promise.all([launchServer(), server.start()])
  provide('browser', browser.wsEndpoint())
  provide('server', server.url)
  return async () => {
    await browser.close()
    await server.stop()
  }
}
