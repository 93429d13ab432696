import { pixelRatio } from './heavier'

/** How one dot looks; what has no colour is not painted. */
export interface Dot {
  readonly radius: number
  readonly fill: string | null
  /** Its outlines, the widest first: from how wide to what colour. */
  readonly edges: ReadonlyArray<readonly [width: number, colour: string]>
}

const AIR = 1 // pixels around a dot, in which its outline fades
const MOST = 2000 // kept; a theme's and a scale's are some hundreds

/**
 * Dots that are painted once for each look and then copied: of a thousand rows
 * most look like another one, and a copy takes a tenth of an arc's time.
 */
export class Dots {
  readonly #stamps = new Map<string, HTMLCanvasElement>()
  #ratio = 0

  /** The dot that looks like that, to be painted wherever there is one. */
  of(dot: Dot): HTMLCanvasElement {
    const ratio = pixelRatio()
    if (ratio !== this.#ratio || this.#stamps.size > MOST) this.#stamps.clear()
    this.#ratio = ratio
    const key = `${dot.radius} ${dot.fill ?? ''} ${dot.edges.join(' ')}`
    const stamp = this.#stamps.get(key) ?? stampOf(dot, ratio)
    this.#stamps.set(key, stamp)
    return stamp
  }

  paint(c: CanvasRenderingContext2D, stamp: HTMLCanvasElement, x: number, y: number): void {
    const size = stamp.width / this.#ratio
    // On whole pixels: between them each copy would be computed separately.
    const snap = (v: number): number => Math.round((v - size / 2) * this.#ratio) / this.#ratio
    c.drawImage(stamp, snap(x), snap(y), size, size)
  }
}

function stampOf({ radius, fill, edges }: Dot, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  const reach = radius + (edges[0]?.[0] ?? 0) / 2 + AIR
  canvas.width = canvas.height = 2 * Math.ceil(reach * ratio)
  const c = canvas.getContext('2d')
  if (!c) return canvas
  c.translate(canvas.width / 2, canvas.height / 2)
  c.scale(ratio, ratio)
  c.arc(0, 0, radius, 0, 2 * Math.PI)
  if (fill !== null) {
    c.fillStyle = fill
    c.fill()
  }
  for (const [width, colour] of edges) {
    c.lineWidth = width
    c.strokeStyle = colour
    c.stroke()
  }
  return canvas
}
