import { Signal } from '@preact/signals-core'
import { later } from './later'

/**
 * How this page shows things, by names that an address can hold: which bands,
 * which loss. It is the page's alone: no run and no other page knows of it.
 */
export class Looks {
  /** What the address is to say; only what is not as it is at first. */
  readonly text: Signal<string>
  /** What an address asked for, by name; names that no part of the page knows are kept. */
  #asked: ReadonlyMap<string, string>
  readonly #choices = new Map<string, { readonly options: readonly string[]; readonly first: string; readonly signal: Signal<string> }>()

  constructor(text = '') {
    this.#asked = read(text)
    this.text = new Signal(text)
  }

  /** The choice of that name, the same one for whoever asks. */
  choice(name: string, options: readonly string[], first: string): Signal<string> {
    let choice = this.#choices.get(name)
    if (!choice) {
      choice = { options, first, signal: new Signal(among(options, this.#asked.get(name), first)) }
      this.#choices.set(name, choice)
      later(choice.signal, () => { this.#write() })
    }
    return choice.signal
  }

  /** Somebody has edited the address. */
  read(text: string): void {
    this.#asked = read(text)
    for (const [name, { options, first, signal }] of this.#choices) signal.value = among(options, this.#asked.get(name), first)
    this.#write()
  }

  #write(): void {
    const others = [...this.#asked].filter(([name]) => !this.#choices.has(name))
    const own = [...this.#choices].filter(([, c]) => c.signal.value !== c.first).map(([name, c]): [string, string] => [name, c.signal.value])
    this.text.value = [...own, ...others].map((pair) => pair.join(':')).join('~')
  }
}

/** Reads bands:sigma~loss:nll. */
function read(text: string): Map<string, string> {
  return new Map(text.split('~').filter((pair) => pair.includes(':')).map((pair): [string, string] => {
    const at = pair.indexOf(':')
    return [pair.slice(0, at), pair.slice(at + 1)]
  }))
}

function among(options: readonly string[], asked: string | undefined, first: string): string {
  return asked !== undefined && options.includes(asked) ? asked : first
}
