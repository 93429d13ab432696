import type { ReactiveController, ReactiveControllerHost } from 'lit'

const EVERY = 1000 // ms; a table that changes faster cannot be read

/** Renders its host now and then while that shows a chart as a table. */
export class TableClock implements ReactiveController {
  #timer: number | undefined

  constructor(readonly host: ReactiveControllerHost & { readonly asTable: boolean }) {
    host.addController(this)
  }

  hostConnected(): void {
    this.#timer = window.setInterval(() => { if (this.host.asTable) this.host.requestUpdate() }, EVERY)
  }

  hostDisconnected(): void {
    clearInterval(this.#timer)
  }
}
