/** A request, as a server would get it. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Uint8Array<ArrayBuffer> | null
}

/** How an answer begins. */
export interface Head {
  readonly status: number
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
}

/** A run as one program gives it to another. */
export interface Run {
  readonly id: string
  readonly name: string
  readonly manifest: Uint8Array<ArrayBuffer>
  readonly blobs: Readonly<Record<string, Uint8Array<ArrayBuffer>>>
}

/** What the page says to a worker with an engine. */
export type ToEngine =
  | { readonly type: 'begin'; readonly program: string; readonly go: string; readonly lessons: string | undefined }
  | { readonly type: 'request'; readonly id: number; readonly asked: Asked }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'connect'; readonly run: string; readonly port: MessagePort }
  | { readonly type: 'load'; readonly run: Run; readonly report: string }

/** What the worker says. */
export type FromEngine =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly why: string }
  | { readonly type: 'head'; readonly id: number; readonly head: Head }
  | { readonly type: 'chunk'; readonly id: number; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: 'end'; readonly id: number; readonly error: string }
  | { readonly type: 'elsewhere'; readonly id: number; readonly run: Run }
