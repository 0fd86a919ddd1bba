/**
 * Mean, variance, skewness and kurtosis over a sliding window, from block sums (as rolling-sum.ts) of the powers of the values less the first
 * value of their block. That value is in every window that the sums serve, so it lies within (n - 1) / sqrt(n) deviations of the window's mean:
 * prices far from zero lose no digits, and turning the sums into central ones loses few.
 */

export interface RollingMoments {
  readonly mean: Float64Array;
  /** Divided by window - 1; 0 exactly where the window is constant. */
  readonly variance: Float64Array;
  /** g1 = sqrt(n) M3 / M2^1.5; 0 where the window is constant. */
  readonly skewness: Float64Array;
  /** Excess kurtosis g2 = n M4 / M2^2 - 3; 0 where the window is constant. */
  readonly kurtosis: Float64Array;
}

interface MomentBlocks extends RollingMoments {
  /** As VarianceBlocks.take. */
  readonly take: (start: number) => number;
}

function momentBlocks(values: Float64Array, window: number): MomentBlocks {
  const block = {
    mean: new Float64Array(window),
    variance: new Float64Array(window),
    skewness: new Float64Array(window),
    kurtosis: new Float64Array(window),
  };
  const state: BlockState = { ...block, values, suffix: new Float64Array(4 * (window + 1)) };
  const take = (start: number): number => {
    const end = Math.min(start + window, values.length);
    addBlock(state, start, end);
    if (end < values.length) sumSuffixes(state, end);
    return end;
  };
  return { ...block, take };
}

interface BlockState extends RollingMoments {
  readonly values: Float64Array;
  /** Sums of the powers 1 to 4 of the last block from each offset on, less the first value of this one. */
  readonly suffix: Float64Array;
}

function addBlock({ values, suffix, mean, variance, skewness, kurtosis }: BlockState, start: number, end: number): void {
  const window = mean.length;
  const part = 1 / window;
  const origin = values[start];
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  for (let t = start, k = 0, at = 4; t < end; t++, k++, at += 4) {
    const value = values[t] - origin;
    const square = value * value;
    one += value;
    two += square;
    three += square * value;
    four += square * square;
    const total = suffix[at] + one;
    const totalSquare = suffix[at + 1] + two;
    const around = totalSquare - (total * total) / window;
    const isConstant = around <= 0;
    mean[k] = origin + total / window;
    variance[k] = isConstant ? 0 : around / (window - 1);
    // Raw moments, then those about the mean.
    const first = total * part;
    const second = totalSquare * part;
    const third = (suffix[at + 2] + three) * part;
    const fourth = (suffix[at + 3] + four) * part;
    const central = around * part;
    skewness[k] = isConstant ? 0 : (third - first * (3 * second - 2 * first * first)) / (central * Math.sqrt(central));
    kurtosis[k] = isConstant ? 0 : (fourth - first * (4 * third - first * (6 * second - 3 * first * first))) / (central * central) - 3;
  }
}

function sumSuffixes({ values, suffix, mean }: BlockState, end: number): void {
  const origin = values[end];
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  for (let t = end - 1, at = 4 * (mean.length - 1); at > 0; t--, at -= 4) {
    const value = values[t] - origin;
    const square = value * value;
    one += value;
    two += square;
    three += square * value;
    four += square * square;
    suffix[at] = one;
    suffix[at + 1] = two;
    suffix[at + 2] = three;
    suffix[at + 3] = four;
  }
}

/** Moments of the last `window` (at least 2) values; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingMoments(values: Float64Array, window: number): RollingMoments {
  const column = (): Float64Array => new Float64Array(values.length);
  const out: RollingMoments = { mean: column(), variance: column(), skewness: column(), kurtosis: column() };
  const block = momentBlocks(values, window);
  for (let start = 0, end = 0; start < values.length; start = end) {
    end = block.take(start);
    for (const name of NAMES) out[name].set(block[name].subarray(0, end - start), start);
  }
  for (const name of NAMES) out[name].fill(Number.NaN, 0, window - 1);
  return out;
}

const NAMES = ['mean', 'variance', 'skewness', 'kurtosis'] as const;

/** The skewness or kurtosis of rollingMoments, written over the values. */
export function rollingShapeInPlace(values: Float64Array, window: number, name: 'skewness' | 'kurtosis'): Float64Array {
  const block = momentBlocks(values, window);
  for (let start = 0, end = 0; start < values.length; start = end) {
    end = block.take(start);
    values.set(block[name].subarray(0, end - start), start);
  }
  return values.fill(Number.NaN, 0, window - 1);
}
