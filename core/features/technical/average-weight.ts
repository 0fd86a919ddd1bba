/** Weights of averages that begin with a plain mean, as Wilder (1978) and TA-Lib begin theirs. */

/**
 * Weight of the seen-th value in an average of which the first `length` values make the mean and later ones enter with `alpha`: in
 * average += weight (value - average) it is 1 / seen, then alpha; 0 for a `seen` below 1, before an average of averages begins.
 */
export function averageWeight(seen: number, length: number, alpha: number): number {
  if (seen > length) return alpha;
  return seen > 0 ? 1 / seen : 0;
}
