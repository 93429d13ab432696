import { createServer, connect, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A relay between a page and its server that can treat connections as networks and proxies do. */
export class Relay {
  /** Whether it lets websockets through. */
  sockets = true
  /** How many websockets it was asked for. */
  asked = 0
  readonly #server: Server
  readonly #open = new Set<Socket>()
  #hushed = new WeakSet<Socket>()

  constructor(to: string) {
    const { hostname, port } = new URL(to)
    this.#server = createServer((near) => {
      const far = connect(Number(port), hostname)
      for (const [from, into] of [[near, far], [far, near]] as const) {
        this.#open.add(from)
        from.on('data', (chunk: Buffer) => {
          if (this.#hushed.has(from)) return
          if (from === near && /^upgrade: *websocket\r$/im.test(chunk.toString('latin1'))) {
            this.asked++
            if (!this.sockets) {
              near.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
              return
            }
          }
          into.write(chunk)
        })
        from.on('end', () => { if (!this.#hushed.has(from)) into.end() })
        from.on('error', () => { into.destroy() })
        from.on('close', () => {
          this.#open.delete(from)
          if (!this.#hushed.has(from)) into.destroy()
        })
      }
    })
  }

  async start(): Promise<string> {
    await new Promise<void>((listening) => { this.#server.listen(0, '127.0.0.1', listening) })
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /** Carries nothing more on the connections that there are, and ends none; new ones are served. */
  hush(): void {
    for (const socket of this.#open) this.#hushed.add(socket)
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    await new Promise((closed) => this.#server.close(closed))
  }
}
