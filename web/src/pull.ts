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
