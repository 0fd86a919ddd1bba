/** Quotients of amounts that may be zero. */

/** a(t) / b(t), 0 where b is 0; NaN where either is missing. */
export function ratioOrZero(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let t = 0; t < out.length; t++) out[t] = b[t] === 0 ? 0 * Math.abs(a[t]) : a[t] / b[t];
  return out;
}

/** ln(a(t) / b(t)), 0 where either is 0; NaN where either is missing. */
export function logRatioOrZero(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let t = 0; t < out.length; t++) out[t] = a[t] === 0 || b[t] === 0 ? 0 * (a[t] + b[t]) : Math.log(a[t] / b[t]);
  return out;
}

/** (a(t) - b(t)) / (a(t) + b(t)) of amounts at or above 0, in [-1, 1]; 0 where both are 0; NaN where either is missing. */
export function imbalance(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let t = 0; t < out.length; t++) out[t] = a[t] + b[t] === 0 ? 0 : (a[t] - b[t]) / (a[t] + b[t]);
  return out;
}
