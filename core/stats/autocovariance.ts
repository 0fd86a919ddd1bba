/** Autocovariances and long-run variance of a series. */
import { mean } from './moments.js';

/** Autocovariances at lags 0..maximumLag with divisor n (the positive semidefinite ones); NaN in gives NaN out. */
export function autocovariances(values: ArrayLike<number>, maximumLag: number): Float64Array {
  const n = values.length;
  const centred = new Float64Array(n);
  const centre = mean(values);
  for (let i = 0; i < n; i++) centred[i] = values[i]! - centre;
  const out = new Float64Array(maximumLag + 1);
  for (let lag = 0; lag <= maximumLag && lag < n; lag++) {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += centred[i]! * centred[i - lag]!;
    out[lag] = sum / n;
  }
  return out;
}

/**
 * Variance of sqrt(n) times the mean, with Bartlett weights up to `lag`.
 * Source: Newey and West (1987). Default lag: floor(4 (n / 100)^(2/9)) (Newey and West 1994).
 */
export function neweyWest(values: ArrayLike<number>, lag = Math.floor(4 * (values.length / 100) ** (2 / 9))): number {
  const gamma = autocovariances(values, lag);
  let sum = gamma[0]!;
  for (let k = 1; k <= lag; k++) sum += 2 * (1 - k / (lag + 1)) * gamma[k]!;
  return sum;
}
