/** How unevenly the rows pull. */
export interface Concentration {
  /** How many rows pull at all, NaN left out. */
  readonly rows: number
  /** How many rows the tenth is that pulls most: at least one, if there are any. */
  readonly top: number
  /** The part of the whole pull that is theirs, from 0 to 1; NaN where nothing pulls. */
  readonly share: number
}

/** The share of all pull, by amount, that the tenth of the rows has that pulls most. */
export function concentration(pulls: ArrayLike<number>): Concentration {
  const sizes = Float64Array.from(pulls, Math.abs).filter((v) => !Number.isNaN(v)).sort().reverse()
  const top = Math.ceil(sizes.length / 10)
  const sum = (values: Float64Array): number => values.reduce((total, v) => total + v, 0)
  return { rows: sizes.length, top, share: sum(sizes.subarray(0, top)) / sum(sizes) }
}

/** The greatest pull by amount; 0 where nothing pulls. */
export function greatest(pulls: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < pulls.length; i++) {
    const v = Math.abs(pulls[i] ?? NaN)
    if (v > most) most = v
  }
  return most
}
