/** Largest and smallest value of a sliding window in three comparisons a value (van Herk 1992, Gil and Werman 1993). */

/** Largest of the last `window` values; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingMaximum(values: Float64Array, window: number): Float64Array {
  return rollingExtreme(values, window, Math.max);
}

/** Smallest of the last `window` values; NaN as rollingMaximum. O(n). */
export function rollingMinimum(values: Float64Array, window: number): Float64Array {
  return rollingExtreme(values, window, Math.min);
}

/** Bars since the largest value of the last `window`, 0 = this bar; of equal ones the latest counts. NaN as rollingMaximum. */
export function barsSinceMaximum(values: Float64Array, window: number): Float64Array {
  return barsSince(values, window, (a, b) => a >= b);
}

/** Bars since the smallest value of the last `window`, 0 = this bar; of equal ones the latest counts. NaN as rollingMaximum. */
export function barsSinceMinimum(values: Float64Array, window: number): Float64Array {
  return barsSince(values, window, (a, b) => a <= b);
}

function rollingExtreme(values: Float64Array, window: number, pick: (a: number, b: number) => number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  const suffix = new Float64Array(window);
  for (let start = 0; start < values.length; start += window) {
    const end = Math.min(start + window, values.length);
    let prefix = values[start];
    for (let t = start; t < end; t++) {
      prefix = pick(prefix, values[t]);
      const offset = t - start + 1;
      if (offset === window) out[t] = prefix;
      else if (start > 0) out[t] = pick(suffix[offset], prefix);
    }
    let extreme = values[end - 1];
    for (let t = end - 1; t >= start; t--) {
      extreme = pick(extreme, values[t]);
      suffix[t - start] = extreme;
    }
  }
  return out;
}

/** A queue of candidate indices, each beaten by none after it; its head is the extreme of the window. */
function barsSince(values: Float64Array, window: number, beats: (a: number, b: number) => boolean): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  const queue = new Int32Array(values.length);
  let head = 0;
  let tail = 0;
  for (let t = 0; t < values.length; t++) {
    while (tail > head && beats(values[t], values[queue[tail - 1]])) tail--;
    queue[tail++] = t;
    if (queue[head] <= t - window) head++;
    if (t >= window - 1) out[t] = t - queue[head];
  }
  return out;
}
