/** Log-odds of probabilities and back: the scale on which predictions are combined and calibrated. */

/** Probabilities are kept this far from 0 and 1, so log-odds stay within +-13.8. */
const PROBABILITY_FLOOR = 1e-6;

/** log(p / (1 - p)) of p clipped to [1e-6, 1 - 1e-6]; NaN for NaN. */
export function logOdds(p: number): number {
  const q = Math.min(1 - PROBABILITY_FLOOR, Math.max(PROBABILITY_FLOOR, p));
  return Math.log(q / (1 - q));
}

/** Log-odds of each probability, same length. */
export function logOddsOf(p: ArrayLike<number>): Float64Array {
  const out = new Float64Array(p.length);
  for (let i = 0; i < out.length; i++) out[i] = logOdds(p[i]!);
  return out;
}

/** 1 / (1 + exp(-z)) in [0, 1], without overflow; NaN for NaN. */
export function logistic(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** log(1 + exp(z)), without overflow. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}
