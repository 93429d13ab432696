import { Signal } from '@preact/signals-core'
import { keep } from './kept'

/** Whether type and strokes are as large as the back row needs them; early.js has already put it on the page. */
export const projector = new Signal(document.documentElement.dataset['projector'] !== undefined)

/** Whether the page has the whole screen. */
export const fullscreen = new Signal(false)

export function setProjector(on: boolean): void {
  const { dataset } = document.documentElement
  if (on) dataset['projector'] = ''
  else delete dataset['projector']
  keep('projector', on ? 'on' : undefined)
  projector.value = on
}

export async function toggleFullscreen(): Promise<void> {
  try {
    if (document.fullscreenElement) await document.exitFullscreen()
    else await document.documentElement.requestFullscreen()
  } catch {
    // A browser may forbid it: then all is as it was.
  }
}

document.addEventListener('fullscreenchange', () => { fullscreen.value = document.fullscreenElement !== null })
