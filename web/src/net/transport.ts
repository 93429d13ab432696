import type { Hello } from '../generated/wire'
import { EventsLine, SocketLine, type Line, type LineListener } from './lines'

/** Where the API and the lines to a run are. Nothing else in the page asks where a run lives. */
export interface Transport {
  readonly engine: 'server' | 'page'
  fetch(address: URL, init?: RequestInit): Promise<Response>
  /** As fetch of a POST, telling how much has been sent. */
  upload(address: URL, file: File, headers: Readonly<Record<string, string>>, progress: (share: number) => void): Promise<Uploaded>
  /** The line that is tried first, which is to say the hello itself once it is open. */
  line(address: URL, key: string | undefined, listener: LineListener): Line
  /** Another line, which says the hello as it opens. */
  events(address: URL, hello: Hello, listener: LineListener): Line
}

export interface Uploaded {
  readonly status: number
  readonly text: string
}

/** HTTP and a websocket, to the server that the page comes from. */
export const server: Transport = {
  engine: 'server',
  fetch: (address, init) => fetch(address, init),
  upload: (address, file, headers, progress) => new Promise((done, failed) => {
    // fetch would not tell how much has been sent.
    const request = new XMLHttpRequest()
    request.open('POST', address)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded, total }) => { progress(total > 0 ? loaded / total : 0) }
    request.onload = () => { done({ status: request.status, text: request.responseText }) }
    request.onerror = () => {
      failed(new Error('The upload failed: the file cannot be read, the server does not answer, or the file is too large (--max-model-bytes).'))
    }
    request.send(file)
  }),
  line: (address, key, listener) => new SocketLine(address, key, listener),
  events: (address, hello, listener) => new EventsLine(address, hello, listener),
}
