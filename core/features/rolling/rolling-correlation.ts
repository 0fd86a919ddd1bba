/** Covariance of two series over a sliding window, from block sums less the first pair of their block, as rolling-variance.ts does for one. */

export interface RollingCovariance {
  /** Divided by window - 1, as the variances. */
  readonly covariance: Float64Array;
  readonly varianceA: Float64Array;
  readonly varianceB: Float64Array;
}

/** Moments of the last `window` (at least 2) pairs; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingCovariance(a: Float64Array, b: Float64Array, window: number): RollingCovariance {
  const { length } = a;
  const [covariance, varianceA, varianceB] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
  // Of the last block from each offset on: sums of a, b, a^2, b^2 and a b.
  const suffix = new Float64Array(5 * (window + 1));
  for (let start = 0; start < length; start += window) {
    const [originA, originB] = [a[start], b[start]];
    for (let k = window - 1; start > 0 && k > 0; k--) {
      const x = a[start - window + k] - originA;
      const y = b[start - window + k] - originB;
      const at = 5 * k;
      suffix[at] = suffix[at + 5] + x;
      suffix[at + 1] = suffix[at + 6] + y;
      suffix[at + 2] = suffix[at + 7] + x * x;
      suffix[at + 3] = suffix[at + 8] + y * y;
      suffix[at + 4] = suffix[at + 9] + x * y;
    }
    const end = Math.min(start + window, length);
    let [sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0];
    for (let t = start, at = 5; t < end; t++, at += 5) {
      const x = a[t] - originA;
      const y = b[t] - originB;
      sumA += x;
      sumB += y;
      squareA += x * x;
      squareB += y * y;
      product += x * y;
      const totalA = suffix[at] + sumA;
      const totalB = suffix[at + 1] + sumB;
      varianceA[t] = Math.max(0, (suffix[at + 2] + squareA - (totalA * totalA) / window) / (window - 1));
      varianceB[t] = Math.max(0, (suffix[at + 3] + squareB - (totalB * totalB) / window) / (window - 1));
      covariance[t] = (suffix[at + 4] + product - (totalA * totalB) / window) / (window - 1);
    }
  }
  for (const column of [covariance, varianceA, varianceB]) column.fill(Number.NaN, 0, window - 1);
  return { covariance, varianceA, varianceB };
}

/** Pearson correlation of the last `window` pairs, in [-1, 1]; 0 where one of them is constant; NaN as rollingCovariance. */
export function rollingCorrelation(a: Float64Array, b: Float64Array, window: number): Float64Array {
  const { covariance, varianceA, varianceB } = rollingCovariance(a, b, window);
  for (let t = 0; t < covariance.length; t++) {
    const scale = Math.sqrt(varianceA[t] * varianceB[t]);
    // Rounding may carry a perfect correlation past 1.
    covariance[t] = scale === 0 ? 0 : Math.max(-1, Math.min(1, covariance[t] / scale));
  }
  return covariance;
}
