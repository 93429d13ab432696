import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** A value that tells when it has become another one. */
export class Signal<T> {
  #value: T
  readonly #listeners = new Set<(value: T) => void>()

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  set value(next: T) {
    if (Object.is(next, this.#value)) return
    this.#value = next
    for (const listener of this.#listeners) listener(next)
  }

  /** Calls the listener at each later value until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** Renders its element again whenever one of the signals changes. */
export class Watch implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #signals: ReadonlyArray<Pick<Signal<unknown>, 'subscribe'>>
  #stop: Array<() => void> = []

  constructor(host: ReactiveControllerHost, ...signals: ReadonlyArray<Pick<Signal<unknown>, 'subscribe'>>) {
    this.#host = host
    this.#signals = signals
    host.addController(this)
  }

  hostConnected(): void {
    this.#stop = this.#signals.map((s) => s.subscribe(() => { this.#host.requestUpdate() }))
    this.#host.requestUpdate()
  }

  hostDisconnected(): void {
    for (const stop of this.#stop) stop()
    this.#stop = []
  }
}
