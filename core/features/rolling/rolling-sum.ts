/**
 * Sums over a sliding window without subtraction: suffix sums of one block of window length plus prefix sums of the next
 * (van Herk 1992, Gil and Werman 1993, for sums). No drift: a constant series has constant sums, and a NaN or a jump
 * is gone once it left the window.
 */

/** Sum of the last `window` values; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingSum(values: Float64Array, window: number): Float64Array {
  const { length } = values;
  const out = new Float64Array(length);
  // Sum of the last block from each offset on; of nothing at the end.
  const suffix = new Float64Array(window + 1);
  for (let start = 0; start < length; start += window) {
    const end = Math.min(start + window, length);
    let sum = 0;
    for (let t = start, k = 1; t < end; t++, k++) {
      sum += values[t];
      out[t] = suffix[k] + sum;
    }
    sum = 0;
    for (let t = end - 1, k = end - 1 - start; t > start; t--, k--) {
      sum += values[t];
      suffix[k] = sum;
    }
  }
  return out.fill(Number.NaN, 0, window - 1);
}

/** Mean of the last `window` values; NaN as rollingSum. */
export function rollingMean(values: Float64Array, window: number): Float64Array {
  const out = rollingSum(values, window);
  for (let t = 0; t < out.length; t++) out[t] /= window;
  return out;
}
