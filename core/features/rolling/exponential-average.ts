/** Exponential averages with a stated start: the mean of the first values, as Wilder (1978) and TA-Lib begin. */

/** Part of the start that may be left in a value once it counts as warm. */
const REMAINDER = 1e-8;

/**
 * y(t) = y(t-1) + alpha (x(t) - y(t-1)), begun with the mean of the first `seedLength` finite values at the bar of the last of
 * them. NaN before; a later NaN gives NaN at its bar and leaves the average as it was. One pass.
 */
export function exponentialAverage(values: Float64Array, alpha: number, seedLength: number): Float64Array {
  return averageInto(new Float64Array(values.length), values, { alpha, seedLength });
}

/** The same, written over the values: for chains of averages, where every new array costs more than its arithmetic. */
export function exponentialAverageInPlace(values: Float64Array, alpha: number, seedLength: number): Float64Array {
  return averageInto(values, values, { alpha, seedLength });
}

function averageInto(out: Float64Array, values: Float64Array, { alpha, seedLength }: { alpha: number; seedLength: number }): Float64Array {
  let sum = 0;
  let t = 0;
  for (let seen = 0; t < values.length && seen < seedLength; t++) {
    const value = values[t];
    out[t] = Number.NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    seen++;
    if (seen === seedLength) out[t] = sum / seedLength;
  }
  let average = sum / seedLength;
  for (; t < values.length; t++) {
    const next = average + alpha * (values[t] - average);
    out[t] = next;
    if (next === next) average = next;
  }
  return out;
}

/** Exponential average of span n: alpha = 2 / (n + 1), begun with the mean of n values. */
export function spanAverage(values: Float64Array, span: number): Float64Array {
  return exponentialAverage(values, 2 / (span + 1), span);
}

/** spanAverage written over the values. */
export function spanAverageInPlace(values: Float64Array, span: number): Float64Array {
  return exponentialAverageInPlace(values, 2 / (span + 1), span);
}

/** Bars after which a span average has forgotten its start (to 1e-8 of it), the seed included. */
export function spanWarmUp(span: number): number {
  return span + decayBars(2 / (span + 1));
}

/** Bars after which a Wilder average has forgotten its start (to 1e-8 of it), the seed included. */
export function wilderWarmUp(window: number): number {
  return window + decayBars(1 / window);
}

function decayBars(alpha: number): number {
  return alpha >= 1 ? 0 : Math.ceil(Math.log(REMAINDER) / Math.log(1 - alpha));
}
