import { html, type TemplateResult } from 'lit'

const icon = (path: string): TemplateResult => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${path}></path></svg>`

export const PLAY = icon('M4 2.500v11l9.500-5.500z')
export const PAUSE = icon('M3.500 2.500h3v11h-3zM9.500 2.500h3v11h-3z')
export const STOP = icon('M3.500 3.500h9v9h-9z')
export const RESET = icon('M8 2.700V.6L4.300 3.600 8 6.600V4.400a3.900 3.900 0 1 1-3.900 3.900H2.400A5.600 5.600 0 1 0 8 2.700z')
/** Play, from the very beginning. */
export const REPLAY = icon('M2.500 3h1.800v10H2.500zM6 2.800v10.400l8-5.200z')
