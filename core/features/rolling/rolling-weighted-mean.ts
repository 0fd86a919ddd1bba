/**
 * Least-squares lines and linearly weighted means over a sliding window, from block sums (as rolling-sum.ts). Values enter less the
 * first value of their block, which is in every window that the sums serve: prices far from zero lose no digits, and a constant window
 * gives exact results.
 */

export interface RollingLine {
  /** Value of the line at the window's last bar. */
  readonly end: Float64Array;
  /** Rise per bar. */
  readonly slope: Float64Array;
}

/** Least-squares line through the last `window` (at least 2) values against the bar number; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingLine(values: Float64Array, window: number): RollingLine {
  const { length } = values;
  const end = new Float64Array(length);
  const slope = new Float64Array(length);
  const perBar = 12 / (window * (window * window - 1));
  const half = (window + 1) / 2;
  // Of the last block, from each offset on: the sum, and the sum with weights 1, 2, ... from that offset.
  const sums = new Float64Array(window + 1);
  const weights = new Float64Array(window + 1);
  for (let start = 0; start < length; start += window) {
    const origin = values[start];
    for (let k = window - 1; start > 0 && k > 0; k--) {
      sums[k] = sums[k + 1] + (values[start - window + k] - origin);
      weights[k] = weights[k + 1] + sums[k];
    }
    const stop = Math.min(start + window, length);
    let sum = 0;
    let weighted = 0;
    for (let t = start, k = 1; t < stop; t++, k++) {
      const value = values[t] - origin;
      sum += value;
      weighted += k * value;
      const total = sums[k] + sum;
      const rise = perBar * (weights[k] + weighted + (window - k) * sum - half * total);
      slope[t] = rise;
      end[t] = origin + total / window + (rise * (window - 1)) / 2;
    }
  }
  end.fill(Number.NaN, 0, window - 1);
  slope.fill(Number.NaN, 0, window - 1);
  return { end, slope };
}

/** Mean of the last `window` values with weights 1 to window, the newest heaviest: the line's value a third of the window before its end; NaN as rollingLine. */
export function rollingWeightedMean(values: Float64Array, window: number): Float64Array {
  const { end, slope } = rollingLine(values, window);
  for (let t = 0; t < end.length; t++) end[t] -= (slope[t] * (window - 1)) / 3;
  return end;
}
