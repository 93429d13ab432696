import type { Asked, FromEngine, Head, Run, ToEngine } from './engine-messages'

// The worker in which Go is: it fetches the program, and passes on what the page asks for.
// web/worker is the other side.

/** A request as Go takes it: it answers by head, chunk and end, and puts abort there. */
interface Request extends Asked {
  head(status: number, headers: Head['headers']): void
  chunk(data: Uint8Array<ArrayBuffer>): void
  end(error: string): void
  elsewhere(run: Run): void
  abort?(): void
}

/** What Go and this file have of one another. */
interface Shared {
  lessons: string | undefined
  ready(): void
  failed(why: string): void
  request?(request: Request): void
  connect?(run: string, port: MessagePort): void
  load?(run: Run): void
  report?(script: Uint8Array<ArrayBuffer>): void
}

interface Scope {
  gnllviz: Shared
  readonly Go: new () => { readonly importObject: WebAssembly.Imports; run(instance: WebAssembly.Instance): Promise<void> }
  onmessage: ((e: MessageEvent<ToEngine>) => void) | null
  postMessage(message: FromEngine, transfer?: Transferable[]): void
}

const scope = self as unknown as Scope
const requests = new Map<number, Request>()
/** What is asked for is done in order, some of it once something was fetched. */
let before: Promise<void> = Promise.resolve()
let reported = false

scope.onmessage = ({ data }) => {
  if (data.type === 'abort') {
    requests.get(data.id)?.abort?.()
    return
  }
  before = before.then(() => take(data)).catch((e: unknown) => {
    scope.postMessage({ type: 'failed', why: e instanceof Error ? e.message : String(e) })
  })
}

async function take(message: Exclude<ToEngine, { readonly type: 'abort' }>): Promise<void> {
  const go = scope.gnllviz as Shared | undefined
  switch (message.type) {
    case 'begin':
      await begin(message.program, message.go, message.lessons)
      break
    case 'connect':
      go?.connect?.(message.run, message.port)
      break
    case 'load':
      if (!reported) go?.report?.(new Uint8Array(await (await fetched(message.report)).arrayBuffer()))
      reported = true
      go?.load?.(message.run)
      break
    case 'request':
      ask(message.id, message.asked)
  }
}

function ask(id: number, asked: Asked): void {
  const request: Request = {
    ...asked,
    head: (status, headers) => { scope.postMessage({ type: 'head', id, head: { status, headers } }) },
    chunk: (data) => { scope.postMessage({ type: 'chunk', id, data }, [data.buffer]) },
    end: (error) => {
      requests.delete(id)
      scope.postMessage({ type: 'end', id, error })
    },
    elsewhere: (run) => {
      requests.delete(id)
      scope.postMessage({ type: 'elsewhere', id, run }, [run.manifest.buffer, ...Object.values(run.blobs).map((b) => b.buffer)])
    },
  }
  requests.set(id, request)
  scope.gnllviz.request?.(request)
}

async function begin(program: string, goURL: string, lessons: string | undefined): Promise<void> {
  const [source, text] = await Promise.all([
    fetched(program).then(wasm),
    lessons === undefined ? undefined : fetched(lessons).then((r) => r.text()),
    import(/* @vite-ignore */ goURL),
  ])
  const go = new scope.Go()
  const { instance } = await WebAssembly.instantiateStreaming(source, go.importObject)
  await new Promise<void>((ready, failed) => {
    scope.gnllviz = { lessons: text, ready, failed: (why) => { failed(new Error(why)) } }
    go.run(instance).then(() => { failed(new Error('the engine has ended')) }, failed)
  })
  scope.postMessage({ type: 'ready' })
}

async function fetched(address: string): Promise<Response> {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`${address}: ${response.status}`)
  return response
}

const GZIP = 0x1f

/**
 * The program as it is compiled while it comes. It lies packed on the server, and some
 * servers say so to the browser, which unpacks it then.
 */
async function wasm(response: Response): Promise<Response> {
  if (!response.body) throw new Error('the engine is empty')
  const [look, whole] = response.body.tee()
  const reader = look.getReader()
  const { value } = await reader.read()
  void reader.cancel()
  const stream = value?.[0] === GZIP ? whole.pipeThrough(new DecompressionStream('gzip')) : whole
  return new Response(stream, { headers: { 'Content-Type': 'application/wasm' } })
}
