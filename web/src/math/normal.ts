/** The standard normal distribution, to about seven digits. */

/** The share below z. */
export function below(z: number): number {
  // Half the complementary error function at |z|/√2, by Abramowitz and Stegun's 7.1.26.
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const tail = 0.5 * t * Math.exp(-x * x) * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return z < 0 ? tail : 1 - tail
}

/** How far to both sides the middle reaches that holds so large a share, in standard deviations. */
export function reachOf(share: number): number {
  if (!(share > 0)) return 0
  let [low, high] = [0, 8]
  for (let i = 0; i < 50; i++) {
    const z = (low + high) / 2
    if (1 - 2 * below(-z) < share) low = z
    else high = z
  }
  return (low + high) / 2
}
