/** Fractional differentiation with a window of fixed width (Hosking 1981; Lopez de Prado 2018, section 5.5). */
import type { Feature } from '../feature.js';

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
  const out = new Float64Array(values.length).fill(Number.NaN, 0, weights.length - 1);
  for (let t = weights.length - 1; t < values.length; t++) {
    // Two sums side by side: each waits for its own last addition only.
    let even = 0;
    let odd = 0;
    let k = weights.length - 1;
    if (k % 2 === 0) even = weights[k] * values[t - k--];
    for (; k > 0; k -= 2) {
      odd += weights[k] * values[t - k];
      even += weights[k - 1] * values[t - k + 1];
    }
    out[t] = even + odd;
  }
  return out;
}

function logarithms(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let t = 0; t < out.length; t++) out[t] = Math.log(values[t]);
  return out;
}

/** Weights below this are dropped. */
const CUT = 0.001;

const entry = (name: string, d: number): Feature => {
  const weights = fractionalWeights(d, CUT);
  return {
    name,
    inputs: ['close'],
    warmUp: weights.length - 1,
    range: [null, null],
    source: 'Hosking 1981; Lopez de Prado 2018',
    set: 'all',
    compute: (bars) => fractionalDifference(logarithms(bars.close), weights),
  };
};

export const fractionalDifferenceFeatures: readonly Feature[] = [
  entry('fractional_difference_02', 0.2),
  entry('fractional_difference_04', 0.4),
  entry('fractional_difference_06', 0.6),
  entry('fractional_difference_08', 0.8),
];
