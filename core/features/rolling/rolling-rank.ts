/** Where a value stands among those before it. */

/**
 * Part of the `window` values before each that are smaller than it, equal ones counted half, in [0, 1]; NaN for the first `window`
 * bars and while a NaN is among them. `window` comparisons a bar.
 */
export function rollingRank(values: Float64Array, window: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  const part = 2 * window;
  let lastMissing = -1;
  for (let t = 0; t < values.length; t++) {
    const value = values[t];
    if (Number.isNaN(value)) lastMissing = t;
    if (t - window <= lastMissing) continue;
    // Comparisons counted, not branched on: which way they go cannot be foreseen.
    let below = 0;
    for (let k = t - window; k < t; k++) below += Number(values[k] < value) + Number(values[k] <= value);
    out[t] = below / part;
  }
  return out;
}
