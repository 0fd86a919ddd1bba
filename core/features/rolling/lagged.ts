/** A series beside its own past. */

/** The value `lag` bars earlier; NaN for the first `lag` bars. */
export function lagged(values: Float64Array, lag: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, lag);
  if (lag < values.length) out.set(values.subarray(0, values.length - lag), lag);
  return out;
}

/** The value less the one `lag` bars earlier; NaN for the first `lag` bars. */
export function differences(values: Float64Array, lag = 1): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, lag);
  for (let t = lag; t < out.length; t++) out[t] = values[t] - values[t - lag];
  return out;
}
