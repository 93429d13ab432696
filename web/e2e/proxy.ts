import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const configurations = resolve(import.meta.dirname, '../../server/guide/proxies')

/** A name that every browser finds on its own machine. */
export const NAME = 'lab.localhost'

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const s = createServer()
  await new Promise<void>((listening) => { s.listen(0, '127.0.0.1', listening) })
  const { port } = s.address() as AddressInfo
  await new Promise((closed) => s.close(closed))
  return port
}

/** One place of a proxy: the guide's configuration with this test's names, and what the test does to it. */
export interface Place {
  readonly port: number
  /** The program behind it. */
  readonly to: string
  readonly edit?: (configuration: string) => string
}

/** nginx or Caddy, run as the guide says. */
export class Proxy {
  #process: ChildProcess | undefined
  #folder = ''

  constructor(readonly kind: 'nginx' | 'caddy') {}

  async start(places: readonly Place[]): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'gnllviz-proxy-'))
    const [pem, key] = [join(this.#folder, 'lab.pem'), join(this.#folder, 'lab.key')]
    await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`, '-out', pem, '-keyout', key])
    const written = places.map(({ port, to, edit = (c) => c }) => edit(readFileSync(join(configurations, this.kind === 'nginx' ? 'nginx.conf' : 'Caddyfile'), 'utf8'))
      .replace('listen 443', `listen 127.0.0.1:${port}`)
      .replace('https://lab.example', `https://${NAME}:${port}`)
      .replaceAll('/etc/ssl/lab.example.pem', pem).replaceAll('/etc/ssl/lab.example.key', key)
      .replaceAll('lab.example', NAME)
      .replaceAll('127.0.0.1:8080', new URL(to).host))
    const file = join(this.#folder, 'configuration')
    if (this.kind === 'nginx') {
      mkdirSync(join(this.#folder, 'temp'))
      const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((k) => `${k}_temp_path ${join(this.#folder, 'temp', k)};`).join('\n')
      // The map is the same in all places, and may stand once.
      const [map] = /map .*?\n}\n/s.exec(written[0] ?? '') ?? ['']
      const servers = written.map((c) => c.replace(map, ''))
      writeFileSync(file, `daemon off;\nmaster_process off;\npid ${join(this.#folder, 'pid')};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temp}\n${map}${servers.join('\n')}}\n`)
      this.#process = spawn('nginx', ['-p', this.#folder, '-e', 'stderr', '-c', file], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` } })
    } else {
      writeFileSync(file, `{\nadmin off\nauto_https disable_redirects\n}\n${written.join('\n')}`)
      this.#process = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', file], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: this.#folder, XDG_DATA_HOME: this.#folder, XDG_CONFIG_HOME: this.#folder } })
    }
    const child = this.#process
    let said = ''
    let ended = ''
    child.stderr?.on('data', (chunk: Buffer) => { said += chunk.toString() })
    child.once('error', (e) => { ended = `${e.message}; make proxies installs it` })
    child.once('exit', (code) => { ended = `it ended with ${code}` })
    for (const { port } of places) {
      while (!(await answers(port))) {
        if (ended !== '') throw new Error(`${this.kind}: ${ended}: ${said}`)
        await new Promise((later) => setTimeout(later, 10))
      }
    }
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (child?.exitCode === null && child.pid !== undefined) {
      await new Promise((ended) => {
        child.once('exit', ended)
        child.kill('SIGKILL')
      })
    }
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const s = connect(port, '127.0.0.1')
    s.once('connect', () => { s.destroy(); done(true) })
    s.once('error', () => { done(false) })
  })
}
