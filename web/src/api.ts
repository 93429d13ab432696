import type { ChartOption } from './charts/echarts'
import type { Control, Data, Summary } from './generated/wire'
import type { Settings } from './settings'

/** The server's own words for why it did not do as asked. */
export class Problem extends Error {
  constructor(readonly status: number, detail: string) {
    super(detail)
  }
}

export interface Skeletons {
  readonly fit: ChartOption
  readonly noise: ChartOption
  readonly loss: ChartOption
}

/** The server's HTTP interface, seen from wherever the page is served. */
export class Api {
  /** The address of the page's root, with a slash at the end. */
  constructor(readonly root: URL) {}

  controls(): Promise<readonly Control[]> {
    return this.#ask('api/controls')
  }

  charts(data: Pick<Data, 'name'>): Promise<Skeletons> {
    return this.#ask(`api/charts/${encodeURIComponent(data.name)}`)
  }

  makeRun(settings: Settings): Promise<Summary> {
    return this.#ask('api/runs', 'POST', settings)
  }

  /** Makes the run under that id, unless it exists. */
  ensureRun(id: string, settings: Settings): Promise<Summary> {
    return this.#ask(this.#run(id), 'PUT', settings)
  }

  run(id: string): Promise<Summary> {
    return this.#ask(this.#run(id))
  }

  live(id: string): URL {
    const url = new URL(`${this.#run(id)}/live`, this.root)
    url.protocol = url.protocol.replace('http', 'ws')
    return url
  }

  #run(id: string): string {
    return `api/runs/${encodeURIComponent(id)}`
  }

  async #ask<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
    const init: RequestInit = body === undefined
      ? { method }
      : { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
    const response = await fetch(new URL(path, this.root), init)
    if (!response.ok) {
      const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string }
      throw new Problem(response.status, problem.detail ?? problem.title ?? `the server answered ${response.status}`)
    }
    return (await response.json()) as T
  }
}
