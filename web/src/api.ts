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

  /** The run under that id, made with the settings unless it exists; without an id a new one. */
  async openRun(settings: Settings, id?: string): Promise<{ readonly run: Summary; readonly made: boolean }> {
    const response = await this.#fetch(id === undefined ? 'api/runs' : this.#run(id), {
      method: id === undefined ? 'POST' : 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(settings),
    })
    return { run: (await response.json()) as Summary, made: response.status === 201 }
  }

  live(id: string): URL {
    const url = new URL(`${this.#run(id)}/live`, this.root)
    url.protocol = url.protocol.replace('http', 'ws')
    return url
  }

  #run(id: string): string {
    return `api/runs/${encodeURIComponent(id)}`
  }

  async #ask<T>(path: string): Promise<T> {
    return (await (await this.#fetch(path)).json()) as T
  }

  async #fetch(path: string, init?: RequestInit): Promise<Response> {
    const response = await fetch(new URL(path, this.root), init)
    if (!response.ok) {
      const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string }
      throw new Problem(response.status, problem.detail ?? problem.title ?? `the server answered ${response.status}`)
    }
    return response
  }
}
