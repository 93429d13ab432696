/** Colours along a scale, from 0 to its last entry. */
export interface Ramp {
  /** As an ImageData has them, seen as little-endian 32-bit numbers. */
  readonly packed: Uint32Array
  readonly css: readonly string[]
  /** Which of them are set off by a light edge, rather than a dark one. */
  readonly dark: readonly boolean[]
}

const STEPS = 256

/** Where a ramp begins and ends in OKLCH, and what it has on its way. */
interface Course {
  /** From 0 to 1. */
  readonly lightness: readonly [from: number, to: number]
  readonly chroma: readonly [from: number, halfway: number, to: number]
  /** In degrees. */
  readonly hue: readonly [from: number, to: number]
}

type RGB = readonly [red: number, green: number, blue: number]

/** From OKLCH to sRGB, each from 0 to 255; what a screen cannot show is cut off. */
export function fromOKLCH(l: number, c: number, hue: number): RGB {
  const [a, b] = [c * Math.cos((hue * Math.PI) / 180), c * Math.sin((hue * Math.PI) / 180)]
  const cones = [
    (l + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (l - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (l - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ] as const
  const mix = (x: number, y: number, z: number): number => {
    const linear = Math.min(1, Math.max(0, x * cones[0] + y * cones[1] + z * cones[2]))
    return Math.round(255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055))
  }
  return [
    mix(4.0767416621, -3.3077115913, 0.2309699292),
    mix(-1.2684380046, 2.6097574011, -0.3413193965),
    mix(-0.0041960863, -0.7034186147, 1.707614701),
  ]
}

function ramp(colour: (t: number) => RGB): Ramp {
  const colours = Array.from({ length: STEPS }, (_, i) => colour(i / (STEPS - 1)))
  return {
    packed: Uint32Array.from(colours, ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0),
    css: colours.map(([r, g, b]) => `rgb(${r} ${g} ${b})`),
    dark: colours.map(([r, g, b]) => 0.299 * r + 0.587 * g + 0.114 * b < 128),
  }
}

function along({ lightness, chroma: [begin, halfway, end], hue }: Course, t: number): RGB {
  const between = (from: number, to: number, share: number): number => from + share * (to - from)
  const chroma = t < 0.5 ? between(begin, halfway, 2 * t) : between(halfway, end, 2 * t - 1)
  return fromOKLCH(between(...lightness, t), chroma, between(...hue, t))
}

/** From the middle into two hues, that of what is too low and that of what is too high. */
function diverging(middle: number, end: number): Ramp {
  return ramp((t) => {
    const far = Math.abs(2 * t - 1)
    return along({ lightness: [middle, end], chroma: [0.006, 0.08, 0.155], hue: t < 0.5 ? [255, 255] : [52, 52] }, far)
  })
}

// Lightness grows evenly along each: equal steps look equal, and eyes that do not
// tell the hues apart still see which is more.

/** Of means: blue over green to yellow. */
export const MEAN = ramp((t) => along({ lightness: [0.3, 0.93], chroma: [0.13, 0.11, 0.16], hue: [282, 106] }, t))
/** Of standard deviations: violet over red to a pale yellow. */
export const STD = ramp((t) => along({ lightness: [0.24, 0.95], chroma: [0.1, 0.17, 0.07], hue: [292, 452] }, t))
/** Of differences: what is nothing looks like the page. */
export const DIFFERENCE = { light: diverging(0.97, 0.48), dark: diverging(0.26, 0.78) } as const

/** Which entry of a ramp stands for a position from 0 to 1; beyond them its ends do. */
export function entry(t: number): number {
  return Math.min(STEPS - 1, Math.max(0, Math.round(t * (STEPS - 1))))
}
