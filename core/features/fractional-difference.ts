/** Fractional differentiation with a window of fixed width (Hosking 1981; Lopez de Prado 2018, section 5.5). */
import type { Feature } from './feature.js';

/**
 * w0 = 1, w(k) = -w(k-1) (d - k + 1) / k, up to the last weight of at least `cut` in size (a zero ends them).
 * @throws RangeError when d is negative, or cut is not positive.
 */
export function fractionalWeights(d: number, cut: number): Float64Array {
  if (!(d >= 0) || !(cut > 0)) throw new RangeError(`expected d of at least 0 and a cut above 0, found d ${d} and cut ${cut}`);
  const weights = [1];
  for (let k = 1; ; k++) {
    const weight = (-weights[k - 1] * (d - k + 1)) / k;
    if (Math.abs(weight) < cut) return Float64Array.from(weights);
    weights.push(weight);
  }
}

/** The weighted sum of each value and those before it; NaN until the window is full (weights - 1 bars). weights steps a bar. */
export function fractionalDifference(values: Float64Array, weights: Float64Array): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  for (let t = weights.length - 1; t < values.length; t++) {
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k] * values[t - k];
    out[t] = sum;
  }
  return out;
}

/** d = 0.4, weights below 0.001 dropped. */
const WEIGHTS = fractionalWeights(0.4, 0.001);

export const fractionalDifferenceFeatures: readonly Feature[] = [
  {
    name: 'fractional_difference_04',
    inputs: ['close'],
    warmUp: WEIGHTS.length - 1,
    range: [null, null],
    source: 'Hosking 1981; Lopez de Prado 2018',
    set: 'all',
    compute: (bars) => fractionalDifference(bars.close.map(Math.log), WEIGHTS),
  },
];
