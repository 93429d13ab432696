/** The share of the pull of all rows that the tenth which pulls hardest has; NaN where nothing pulls. */
export function concentration(pulls: ArrayLike<number>): number {
  const sizes = Float64Array.from(pulls, Math.abs).filter((v) => !Number.isNaN(v)).sort().reverse()
  const sum = (values: Float64Array): number => values.reduce((total, v) => total + v, 0)
  return sum(sizes.subarray(0, Math.ceil(sizes.length / 10))) / sum(sizes)
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

/** Of a dot that does not pull. */
export const LEAST = 1.7 // pixels, the radius
const MOST = 11 // and of the one that pulls hardest

/** How large a dot is that pulls so hard, where the hardest pull is so great: its area goes with the amount. */
export function radius(pull: number, most: number): number {
  const share = most > 0 ? Math.abs(pull) / most : 0
  return Math.sqrt(LEAST ** 2 + (MOST ** 2 - LEAST ** 2) * Math.min(1, share))
}
