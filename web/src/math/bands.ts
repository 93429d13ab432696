import { PICTURE } from '../generated/wire'
import { below, reachOf } from './normal'

/** In what a band is measured: the share that it holds, or standard deviations. */
export type BandUnit = 'percent' | 'sigma'

/** The nested bands around the mean. */
export interface Bands {
  readonly unit: BandUnit
  /** From the narrowest to the widest, one to three. */
  readonly levels: readonly number[]
}

export const MOST_BANDS = PICTURE.opacities.length

/** What a level may be, and what one more begins with. */
export const LEVELS: Readonly<Record<BandUnit, { readonly min: number; readonly max: number; readonly step: number; readonly sign: string; readonly usual: number }>> = {
  percent: { min: 1, max: 99.9, step: 1, sign: '%', usual: 90 },
  sigma: { min: 0.1, max: 4, step: 0.1, sign: 'σ', usual: 3 },
}

/** The choices that one click makes. */
export const PRESETS = [
  { name: `${PICTURE.levels.join(', ')} %`, help: 'about ½σ, 1σ and 2σ: intervals that contain this percentage of the prediction', bands: { unit: 'percent', levels: PICTURE.levels } },
  { name: '½, 1, 2 σ', help: 'half, one and two standard deviations', bands: { unit: 'sigma', levels: [0.5, 1, 2] } },
] as const satisfies ReadonlyArray<{ readonly name: string; readonly help: string; readonly bands: Bands }>

/** How far each band reaches in standard deviations, the widest first. */
export function reaches({ unit, levels }: Bands): readonly number[] {
  return levels.map((level) => reach(unit, level)).sort((a, b) => b - a)
}

/** The widest band, in words and in standard deviations. */
export function widest({ unit, levels }: Bands): { readonly name: string; readonly reach: number } {
  const level = Math.max(...levels)
  return { name: nameOf(unit, [level]), reach: reach(unit, level) }
}

/** The share that the widest band holds, from 0 to 1. */
export function held(bands: Bands): number {
  return 1 - 2 * below(-widest(bands).reach)
}

/** The bands as a button has them. */
export function bandsName({ unit, levels }: Bands): string {
  const sorted = levels.toSorted((a, b) => a - b)
  return PRESETS.find((p) => p.bands.unit === unit && String(p.bands.levels) === String(sorted))?.name ?? nameOf(unit, sorted)
}

/** The same bands in the other unit, in round numbers. */
export function inUnit({ unit: from, levels }: Bands, unit: BandUnit): Bands {
  const { min, max } = LEVELS[unit]
  const convert = (level: number): number => {
    const z = reach(from, level)
    const round = unit === 'sigma' ? Math.round(10 * z) / 10 : Math.round(100 * (1 - 2 * below(-z)))
    return Math.min(max, Math.max(min, round))
  }
  return from === unit ? { unit, levels } : { unit, levels: levels.map(convert) }
}

function reach(unit: BandUnit, level: number): number {
  return unit === 'sigma' ? level : reachOf(level / 100)
}

function nameOf(unit: BandUnit, levels: readonly number[]): string {
  return `${levels.join(', ')} ${LEVELS[unit].sign}`
}
