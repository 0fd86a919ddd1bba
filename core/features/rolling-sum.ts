/**
 * Sums over a sliding window without subtraction: suffix sums of one block of window length plus prefix sums of the next
 * (van Herk 1992, Gil and Werman 1993, for sums). No drift: a constant series has constant sums, and a NaN or a jump
 * is gone once it left the window.
 */

/** Sum of the last `window` values; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingSum(values: Float64Array, window: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  const suffix = new Float64Array(window);
  for (let start = 0; start < values.length; start += window) {
    const end = Math.min(start + window, values.length);
    let prefix = 0;
    for (let t = start; t < end; t++) {
      prefix += values[t];
      const offset = t - start + 1;
      if (offset === window) out[t] = prefix;
      else if (start > 0) out[t] = suffix[offset] + prefix;
    }
    let sum = 0;
    for (let t = end - 1; t >= start; t--) {
      sum += values[t];
      suffix[t - start] = sum;
    }
  }
  return out;
}

/** Mean of the last `window` values; NaN as rollingSum. */
export function rollingMean(values: Float64Array, window: number): Float64Array {
  const out = rollingSum(values, window);
  for (let t = 0; t < out.length; t++) out[t] /= window;
  return out;
}
