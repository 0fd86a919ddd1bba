/** Quotients of amounts that may be zero. */

/** a(t) / b(t), 0 where b is 0; NaN where either is missing. */
export function ratioOrZero(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, t) => (b[t] === 0 ? 0 * Math.abs(value) : value / b[t]));
}

/** ln(a(t) / b(t)), 0 where either is 0; NaN where either is missing. */
export function logRatioOrZero(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, t) => (value === 0 || b[t] === 0 ? 0 * (value + b[t]) : Math.log(value / b[t])));
}

/** (a(t) - b(t)) / (a(t) + b(t)) of amounts at or above 0, in [-1, 1]; 0 where both are 0; NaN where either is missing. */
export function imbalance(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, t) => (value + b[t] === 0 ? 0 : (value - b[t]) / (value + b[t])));
}
