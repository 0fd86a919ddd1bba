/** Covariance of two series over a sliding window, from block sums less the first pair of their block, as rolling-variance.ts does for one. */

export interface RollingCovariance {
  /** Divided by window - 1, as the variances. */
  readonly covariance: Float64Array;
  readonly varianceA: Float64Array;
  readonly varianceB: Float64Array;
}

/** The moments of one block of `window` pairs after the other. */
export interface CovarianceBlocks extends RollingCovariance {
  /** As VarianceBlocks.take in rolling-variance.ts. */
  readonly take: (start: number) => number;
}

/** Moments of the last `window` (at least 2) pairs by block; of the first window - 1 bars they mean nothing. Bars before a block's end are not read again. */
export function covarianceBlocks(a: Float64Array, b: Float64Array, window: number): CovarianceBlocks {
  const block = { covariance: new Float64Array(window), varianceA: new Float64Array(window), varianceB: new Float64Array(window) };
  const state: BlockState = { ...block, a, b, suffix: new Float64Array(5 * (window + 1)) };
  const take = (start: number): number => {
    const end = Math.min(start + window, a.length);
    addBlock(state, start, end);
    if (end < a.length) sumSuffixes(state, end);
    return end;
  };
  return { ...block, take };
}

interface BlockState extends RollingCovariance {
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Of the last block from each offset on, less this one's first pair: sums of a, b, a^2, b^2 and a b. */
  readonly suffix: Float64Array;
}

function addBlock({ a, b, suffix, covariance, varianceA, varianceB }: BlockState, start: number, end: number): void {
  const window = covariance.length;
  const [part, share] = [1 / window, 1 / (window - 1)];
  const originA = a[start];
  const originB = b[start];
  let sumA = 0;
  let sumB = 0;
  let squareA = 0;
  let squareB = 0;
  let product = 0;
  for (let t = start, k = 0, at = 5; t < end; t++, k++, at += 5) {
    const x = a[t] - originA;
    const y = b[t] - originB;
    sumA += x;
    sumB += y;
    squareA += x * x;
    squareB += y * y;
    product += x * y;
    const totalA = suffix[at] + sumA;
    const totalB = suffix[at + 1] + sumB;
    const aroundA = suffix[at + 2] + squareA - totalA * totalA * part;
    const aroundB = suffix[at + 3] + squareB - totalB * totalB * part;
    varianceA[k] = aroundA < 0 ? 0 : aroundA * share;
    varianceB[k] = aroundB < 0 ? 0 : aroundB * share;
    covariance[k] = (suffix[at + 4] + product - totalA * totalB * part) * share;
  }
}

function sumSuffixes({ a, b, suffix, covariance }: BlockState, end: number): void {
  const originA = a[end];
  const originB = b[end];
  let sumA = 0;
  let sumB = 0;
  let squareA = 0;
  let squareB = 0;
  let product = 0;
  for (let t = end - 1, at = 5 * (covariance.length - 1); at > 0; t--, at -= 5) {
    const x = a[t] - originA;
    const y = b[t] - originB;
    sumA += x;
    sumB += y;
    squareA += x * x;
    squareB += y * y;
    product += x * y;
    suffix[at] = sumA;
    suffix[at + 1] = sumB;
    suffix[at + 2] = squareA;
    suffix[at + 3] = squareB;
    suffix[at + 4] = product;
  }
}

/** Moments of the last `window` (at least 2) pairs; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingCovariance(a: Float64Array, b: Float64Array, window: number): RollingCovariance {
  const { length } = a;
  const out: RollingCovariance = { covariance: new Float64Array(length), varianceA: new Float64Array(length), varianceB: new Float64Array(length) };
  const block = covarianceBlocks(a, b, window);
  for (let start = 0, end = 0; start < length; start = end) {
    end = block.take(start);
    for (const name of NAMES) out[name].set(block[name].subarray(0, end - start), start);
  }
  for (const name of NAMES) out[name].fill(Number.NaN, 0, window - 1);
  return out;
}

const NAMES = ['covariance', 'varianceA', 'varianceB'] as const;

/** Pearson correlation of the last `window` pairs, in [-1, 1]; 0 where one of them is constant; NaN as rollingCovariance. */
export function rollingCorrelation(a: Float64Array, b: Float64Array, window: number): Float64Array {
  return correlationInto(new Float64Array(a.length), { a, b, window });
}

/** rollingCorrelation of each value with the one `lag` bars before it; NaN for the first window + lag - 1 bars. */
export function rollingAutocorrelation(values: Float64Array, lag: number, window: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, lag);
  const pairs = Math.max(0, values.length - lag);
  correlationInto(out.subarray(lag), { a: values.subarray(lag), b: values.subarray(0, pairs), window });
  return out;
}

function correlationInto(out: Float64Array, { a, b, window }: { a: Float64Array; b: Float64Array; window: number }): Float64Array {
  const { covariance, varianceA, varianceB, take } = covarianceBlocks(a, b, window);
  for (let start = 0, end = 0; start < out.length; start = end) {
    end = take(start);
    for (let t = start, k = 0; t < end; t++, k++) {
      const scale = Math.sqrt(varianceA[k] * varianceB[k]);
      // Rounding may carry a perfect correlation past 1.
      out[t] = scale === 0 ? 0 : Math.max(-1, Math.min(1, covariance[k] / scale));
    }
  }
  return out.fill(Number.NaN, 0, window - 1);
}
