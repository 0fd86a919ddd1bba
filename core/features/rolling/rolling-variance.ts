/**
 * Mean and variance over a sliding window, from block sums (as rolling-sum.ts) of the values less the first value of their block. That
 * value is in every window that the sums serve, so the digits lost are those of the window's own spread: prices far from zero lose none.
 */

export interface RollingVariance {
  readonly mean: Float64Array;
  /** Divided by window - 1; 0 exactly where the window is constant. */
  readonly variance: Float64Array;
}

/** Mean and variance of the last `window` (at least 2) values; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingVariance(values: Float64Array, window: number): RollingVariance {
  const { length } = values;
  const mean = new Float64Array(length);
  const variance = new Float64Array(length);
  const sums = new Float64Array(window + 1);
  const squares = new Float64Array(window + 1);
  for (let start = 0; start < length; start += window) {
    const origin = values[start];
    for (let k = window - 1; start > 0 && k > 0; k--) {
      const value = values[start - window + k] - origin;
      sums[k] = sums[k + 1] + value;
      squares[k] = squares[k + 1] + value * value;
    }
    const end = Math.min(start + window, length);
    let sum = 0;
    let square = 0;
    for (let t = start, k = 1; t < end; t++, k++) {
      const value = values[t] - origin;
      sum += value;
      square += value * value;
      const total = sums[k] + sum;
      mean[t] = origin + total / window;
      variance[t] = Math.max(0, (squares[k] + square - (total * total) / window) / (window - 1));
    }
  }
  mean.fill(Number.NaN, 0, window - 1);
  variance.fill(Number.NaN, 0, window - 1);
  return { mean, variance };
}

/** Sample standard deviation (ddof 1) of the last `window` values; NaN as rollingVariance. */
export function rollingDeviation(values: Float64Array, window: number): Float64Array {
  const { variance } = rollingVariance(values, window);
  for (let t = 0; t < variance.length; t++) variance[t] = Math.sqrt(variance[t]);
  return variance;
}

/** (value - mean) / standard deviation over the last `window` values, this one included; 0 where the window is constant. */
export function rollingScore(values: Float64Array, window: number): Float64Array {
  const { mean, variance } = rollingVariance(values, window);
  for (let t = 0; t < mean.length; t++) mean[t] = variance[t] === 0 ? 0 : (values[t] - mean[t]) / Math.sqrt(variance[t]);
  return mean;
}
