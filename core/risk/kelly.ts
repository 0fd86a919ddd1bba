/** Kelly's fraction with shrinkage for an uncertain probability. */

/**
 * Fraction of capital to risk at odds `b` (gain per unit of loss) when the success probability is `p` with standard error
 * `sigma`: s x (b p - (1 - p)) / b with s = e^2 / (e^2 + ((b + 1) sigma)^2), e = (b + 1) p - 1. Zero where the edge is not positive.
 * Source: Kelly (1956); Baker and McHale (2013), Optimal betting under parameter uncertainty.
 * @throws RangeError for odds that are not above zero
 */
export function shrunkKelly(p: number, odds: number, sigma: number): number {
  if (!(odds > 0)) throw new RangeError(`expected odds above 0, found ${odds}`);
  const edge = (odds + 1) * p - 1;
  if (!(edge > 0)) return 0;
  const shrinkage = edge ** 2 / (edge ** 2 + ((odds + 1) * sigma) ** 2);
  return (shrinkage * edge) / odds;
}
