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
    let t = start;
    // The rest of the last block weakens from bar to bar, so once this block has passed it, it alone counts.
    for (let k = 1; t < end; t++, k++) {
      extreme = furthest(extreme, values[t], isMaximum);
      if (isMaximum ? extreme > suffix[k] : extreme < suffix[k]) break;
      out[t] = furthest(extreme, suffix[k], isMaximum);
    }
    for (; t < end; t++) {
      extreme = furthest(extreme, values[t], isMaximum);
      out[t] = extreme;
    }
    extreme = none;
    for (let last = end - 1, k = end - 1 - start; k > 0; last--, k--) {
      extreme = furthest(extreme, values[last], isMaximum);
      suffix[k] = extreme;
    }
  }
  return out.fill(Number.NaN, 0, window - 1);
}

/** Math.max or Math.min, asked only where the extreme may change: a comparison that mostly goes one way is nearly free. */
function furthest(extreme: number, value: number, isMaximum: boolean): number {
  if (isMaximum) return value < extreme ? extreme : Math.max(extreme, value);
  return value > extreme ? extreme : Math.min(extreme, value);
}

/** A queue of candidate bars, each beaten by none after it, in a ring that holds a window of them; its head is the extreme of the window. None before a NaN outlives it. */
function barsSince(values: Float64Array, window: number, isMaximum: boolean): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, window - 1);
  const last = 2 ** Math.ceil(Math.log2(window + 1)) - 1;
  const queue = new Int32Array(last + 1);
  let head = 0;
  let tail = 0;
  let missing = -window;
  for (let t = 0; t < values.length; t++) {
    const value = values[t];
    if (Number.isNaN(value)) missing = t;
    while (tail > head && (isMaximum ? value >= values[queue[(tail - 1) & last]] : value <= values[queue[(tail - 1) & last]])) tail--;
    queue[tail++ & last] = t;
    if (queue[head & last] <= t - window) head++;
    if (t >= window - 1) out[t] = t - missing < window ? Number.NaN : t - queue[head & last];
  }
  return out;
}
