import type { Area, Figure } from './echarts'
import { entry, type Ramp } from './colours'
import { pixelRatio } from './heavier'
import { positionOf, type Tint } from './tint'

/**
 * A canvas beside the chart's own, which it shows as one image. Hundreds of marks
 * that a chart would keep an element for each are painted in one go.
 */
export class Layer {
  readonly #canvas = document.createElement('canvas')

  /** Paints over what was there, in pixels from the area's upper left, with so much room around it. */
  paint(area: Area, margin: number, draw: (c: CanvasRenderingContext2D) => void): Figure {
    const ratio = pixelRatio()
    const [width, height] = [area.width + 2 * margin, area.height + 2 * margin]
    const size = [Math.round(width * ratio), Math.round(height * ratio)] as const
    const c = this.#canvas.getContext('2d')
    if (this.#canvas.width !== size[0] || this.#canvas.height !== size[1]) [this.#canvas.width, this.#canvas.height] = size
    if (c) {
      c.setTransform(ratio, 0, 0, ratio, 0, 0)
      c.clearRect(0, 0, width, height)
      c.translate(margin, margin)
      draw(c)
    }
    return this.shown(area, margin)
  }

  /** What was painted last. */
  shown(area: Area, margin: number): Figure {
    return {
      type: 'image',
      style: { image: this.#canvas, x: area.x - margin, y: area.y - margin, width: area.width + 2 * margin, height: area.height + 2 * margin },
    }
  }
}

/** A small picture with a pixel for each place of a map, to be drawn large. */
export class Heat {
  readonly canvas: HTMLCanvasElement
  #image: ImageData | null = null
  #pixels = new Uint32Array(0)

  constructor(canvas = document.createElement('canvas')) {
    this.canvas = canvas
  }

  /** Values row by row, the lowest row first. Where there is none nothing is painted. */
  paint(values: ArrayLike<number>, columns: number, tint: Tint): void {
    const rows = Math.floor(values.length / columns)
    const c = this.canvas.getContext('2d')
    if (!c || rows === 0) return
    if (this.#image?.width !== columns || this.#image.height !== rows) {
      [this.canvas.width, this.canvas.height] = [columns, rows]
      this.#image = c.createImageData(columns, rows)
      this.#pixels = new Uint32Array(this.#image.data.buffer)
    }
    const { packed } = tint.ramp
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const t = positionOf(tint, values[row * columns + column] ?? NaN)
        this.#pixels[(rows - 1 - row) * columns + column] = Number.isNaN(t) ? 0 : (packed[entry(t)] ?? 0)
      }
    }
    c.putImageData(this.#image, 0, 0)
  }

  /** Stretched over the area, so that the outermost places lie on its edges. */
  shown({ x, y, width, height }: Area): Figure {
    const { width: columns, height: rows } = this.canvas
    return { type: 'image', style: { image: this.canvas, x, y, width, height, sx: 0.5, sy: 0.5, sWidth: columns - 1, sHeight: rows - 1 } }
  }
}

/** A ramp as a picture, its greatest on top. */
export function barOf(ramp: Ramp): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  const n = ramp.packed.length;
  [canvas.width, canvas.height] = [1, n]
  const c = canvas.getContext('2d')
  const image = c?.createImageData(1, n)
  if (!c || !image) return canvas
  new Uint32Array(image.data.buffer).set(ramp.packed.toReversed())
  c.putImageData(image, 0, 0)
  return canvas
}
