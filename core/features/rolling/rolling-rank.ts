/** Where a value stands among those before it. */

/**
 * Part of the `window` values before each that are smaller than it, equal ones counted half, in [0, 1]; NaN for the first `window`
 * bars and while a NaN is among them. `window` comparisons a bar.
 */
export function rollingRank(values: Float64Array, window: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  let lastMissing = -1;
  for (let t = 0; t < values.length; t++) {
    const value = values[t];
    if (Number.isNaN(value)) lastMissing = t;
    if (t - window <= lastMissing) continue;
    let below = 0;
    for (let k = t - window; k < t; k++) below += values[k] < value ? 2 : values[k] === value ? 1 : 0;
    out[t] = below / (2 * window);
  }
  return out;
}
