let context: CanvasRenderingContext2D | null = null

/** How wide a line of text will be painted, in CSS pixels. */
export function textWidth(text: string, font: string): number {
  context ??= document.createElement('canvas').getContext('2d')
  if (!context) return 7 * text.length
  context.font = font
  return context.measureText(text).width
}
