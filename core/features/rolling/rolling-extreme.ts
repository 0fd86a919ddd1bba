/** Largest and smallest value of a sliding window in three comparisons a value (van Herk 1992, Gil and Werman 1993). */

/** Largest of the last `window` values; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingMaximum(values: Float64Array, window: number): Float64Array {
  return rollingExtreme(values, window, true);
}

/** Smallest of the last `window` values; NaN as rollingMaximum. O(n). */
export function rollingMinimum(values: Float64Array, window: number): Float64Array {
  return rollingExtreme(values, window, false);
}

/** Bars since the largest value of the last `window`, 0 = this bar; of equal ones the latest counts. NaN as rollingMaximum. */
export function barsSinceMaximum(values: Float64Array, window: number): Float64Array {
  return barsSince(values, window, true);
}

/** Bars since the smallest value of the last `window`, 0 = this bar; of equal ones the latest counts. NaN as rollingMaximum. */
export function barsSinceMinimum(values: Float64Array, window: number): Float64Array {
  return barsSince(values, window, false);
}

function rollingExtreme(values: Float64Array, window: number, isMaximum: boolean): Float64Array {
  const { length } = values;
  const none = isMaximum ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const out = new Float64Array(length);
  // Extreme of the last block from each offset on; of nothing at the end.
  const suffix = new Float64Array(window + 1).fill(none);
  for (let start = 0; start < length; start += window) {
    const end = Math.min(start + window, length);
    let extreme = none;
    for (let t = start, k = 1; t < end; t++, k++) {
      extreme = isMaximum ? Math.max(extreme, values[t]) : Math.min(extreme, values[t]);
      out[t] = isMaximum ? Math.max(extreme, suffix[k]) : Math.min(extreme, suffix[k]);
    }
    extreme = none;
    for (let t = end - 1, k = end - 1 - start; t > start; t--, k--) {
      extreme = isMaximum ? Math.max(extreme, values[t]) : Math.min(extreme, values[t]);
      suffix[k] = extreme;
    }
  }
  return out.fill(Number.NaN, 0, window - 1);
}

/** A queue of candidate indices, each beaten by none after it; its head is the extreme of the window. */
function barsSince(values: Float64Array, window: number, isMaximum: boolean): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  const queue = new Int32Array(values.length);
  let head = 0;
  let tail = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t];
    while (tail > head && (isMaximum ? value >= values[queue[tail - 1]] : value <= values[queue[tail - 1]])) tail--;
    queue[tail++] = t;
    if (queue[head] <= t - window) head++;
    if (t >= window - 1) out[t] = t - queue[head];
  }
  return out;
}
