/**
 * Mean and variance over a sliding window, from block sums (as rolling-sum.ts) of the values less the first value of their block. That
 * value is in every window that the sums serve, so the digits lost are those of the window's own spread: prices far from zero lose none.
 */

export interface RollingVariance {
  readonly mean: Float64Array;
  /** Divided by window - 1; 0 exactly where the window is constant. */
  readonly variance: Float64Array;
}

/** The moments of one block of `window` bars after the other: a block stays in the processor's nearest memory, columns of them do not. */
export interface VarianceBlocks extends RollingVariance {
  /** Takes in the bars from `start` on, the end of the block before, and returns the block's end: element k of mean and variance is bar start + k's. */
  readonly take: (start: number) => number;
}

/** Moments of the last `window` (at least 2) values by block; of the first window - 1 bars they mean nothing. Bars before a block's end are not read again. */
export function varianceBlocks(values: Float64Array, window: number): VarianceBlocks {
  const state = blockState({ mean: new Float64Array(window), variance: new Float64Array(window) }, values, window);
  const take = (start: number): number => takeBlock(state, start, start);
  return { mean: state.mean, variance: state.variance, take };
}

function blockState(out: RollingVariance, values: Float64Array, window: number): BlockState {
  return { ...out, values, window, sums: new Float64Array(window + 1), squares: new Float64Array(window + 1) };
}

interface BlockState extends RollingVariance {
  readonly values: Float64Array;
  readonly window: number;
  /** Of the last block from each offset on, less the first value of this one. */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Takes in the block from `start` on; element 0 of mean and variance is bar `first`'s. Arrays are read into locals first: read from a closure's
 * scope in the loops, they would take twice the time.
 */
function takeBlock({ values, window, mean, variance, sums, squares }: BlockState, start: number, first: number): number {
  const { length } = values;
  const [part, share] = [1 / window, 1 / (window - 1)];
  const end = Math.min(start + window, length);
  const origin = values[start];
  let sum = 0;
  let square = 0;
  for (let t = start, k = 1; t < end; t++, k++) {
    const value = values[t] - origin;
    sum += value;
    square += value * value;
    const total = sums[k] + sum;
    const around = squares[k] + square - total * total * part;
    mean[t - first] = origin + total * part;
    variance[t - first] = around < 0 ? 0 : around * share;
  }
  if (end === length) return end;
  const next = values[end];
  sum = 0;
  square = 0;
  for (let t = end - 1, k = window - 1; k > 0; t--, k--) {
    const value = values[t] - next;
    sum += value;
    square += value * value;
    sums[k] = sum;
    squares[k] = square;
  }
  return end;
}

/** Mean and variance of the last `window` (at least 2) values; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingVariance(values: Float64Array, window: number): RollingVariance {
  const { length } = values;
  const mean = new Float64Array(length);
  const variance = new Float64Array(length);
  const state = blockState({ mean, variance }, values, window);
  for (let start = 0; start < length; ) start = takeBlock(state, start, 0);
  mean.fill(Number.NaN, 0, window - 1);
  variance.fill(Number.NaN, 0, window - 1);
  return { mean, variance };
}

/** The variance of rollingVariance, written over the values. */
export function rollingVarianceInPlace(values: Float64Array, window: number): Float64Array {
  const { variance, take } = varianceBlocks(values, window);
  for (let start = 0, end = 0; start < values.length; start = end) {
    end = take(start);
    for (let t = start; t < end; t++) values[t] = variance[t - start];
  }
  return values.fill(Number.NaN, 0, window - 1);
}

/** Sample standard deviation (ddof 1) of the last `window` values; NaN as rollingVariance. */
export function rollingDeviation(values: Float64Array, window: number): Float64Array {
  return deviationInto(new Float64Array(values.length), values, window);
}

/** rollingDeviation written over the values. */
export function rollingDeviationInPlace(values: Float64Array, window: number): Float64Array {
  return deviationInto(values, values, window);
}

function deviationInto(out: Float64Array, values: Float64Array, window: number): Float64Array {
  const { variance, take } = varianceBlocks(values, window);
  for (let start = 0, end = 0; start < out.length; start = end) {
    end = take(start);
    for (let t = start; t < end; t++) out[t] = Math.sqrt(variance[t - start]);
  }
  return out.fill(Number.NaN, 0, window - 1);
}

/** (value - mean) / standard deviation over the last `window` values, this one included; 0 where the window is constant. */
export function rollingScore(values: Float64Array, window: number): Float64Array {
  return scoreInto(new Float64Array(values.length), values, window);
}

/** rollingScore written over the values. */
export function rollingScoreInPlace(values: Float64Array, window: number): Float64Array {
  return scoreInto(values, values, window);
}

function scoreInto(out: Float64Array, values: Float64Array, window: number): Float64Array {
  const { mean, variance, take } = varianceBlocks(values, window);
  for (let start = 0, end = 0; start < out.length; start = end) {
    end = take(start);
    for (let t = start, k = 0; t < end; t++, k++) out[t] = variance[k] === 0 ? 0 : (values[t] - mean[k]) / Math.sqrt(variance[k]);
  }
  return out.fill(Number.NaN, 0, window - 1);
}
