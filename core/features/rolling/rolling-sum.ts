/**
 * Sums over a sliding window without subtraction: suffix sums of one block of window length plus prefix sums of the next
 * (van Herk 1992, Gil and Werman 1993, for sums). No drift: a constant series has constant sums, and a NaN or a jump
 * is gone once it left the window.
 */

/** Sum of the last `window` values; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingSum(values: Float64Array, window: number): Float64Array {
  return sumInto(new Float64Array(values.length), values, { window, divisor: 1 });
}

/** rollingSum written over the values: a new array costs more than its arithmetic. */
export function rollingSumInPlace(values: Float64Array, window: number): Float64Array {
  return sumInto(values, values, { window, divisor: 1 });
}

/** Mean of the last `window` values; NaN as rollingSum. */
export function rollingMean(values: Float64Array, window: number): Float64Array {
  return sumInto(new Float64Array(values.length), values, { window, divisor: window });
}

/** rollingMean written over the values. */
export function rollingMeanInPlace(values: Float64Array, window: number): Float64Array {
  return sumInto(values, values, { window, divisor: window });
}

function sumInto(out: Float64Array, values: Float64Array, { window, divisor }: { window: number; divisor: number }): Float64Array {
  const { length } = values;
  // Sums of the last block and of this one from each offset on; of nothing at the end.
  let last = new Float64Array(window + 1);
  let next = new Float64Array(window + 1);
  for (let start = 0; start < length; start += window) {
    const end = Math.min(start + window, length);
    let sum = 0;
    for (let t = end - 1, k = end - 1 - start; k > 0; t--, k--) {
      sum += values[t];
      next[k] = sum;
    }
    sum = 0;
    for (let t = start, k = 1; t < end; t++, k++) {
      sum += values[t];
      out[t] = (last[k] + sum) / divisor;
    }
    [last, next] = [next, last];
  }
  return out.fill(Number.NaN, 0, window - 1);
}
