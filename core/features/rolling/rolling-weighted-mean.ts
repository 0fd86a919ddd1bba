/**
 * Least-squares lines and linearly weighted means over a sliding window, from block sums (as rolling-sum.ts). Values enter less the
 * first value of their block, which is in every window that the sums serve: prices far from zero lose no digits, and a constant window
 * gives exact results.
 */

export interface RollingLine {
  /** Value of the line at the window's last bar. */
  readonly end: Float64Array;
  /** Rise per bar. */
  readonly slope: Float64Array;
}

/** The lines of one block of `window` bars after the other. */
export interface LineBlocks extends RollingLine {
  /** As VarianceBlocks.take in rolling-variance.ts. */
  readonly take: (start: number) => number;
}

/** Lines through the last `window` (at least 2) values by block; of the first window - 1 bars they mean nothing. Bars before a block's end are not read again. */
export function lineBlocks(values: Float64Array, window: number): LineBlocks {
  const block = { end: new Float64Array(window), slope: new Float64Array(window) };
  const state: BlockState = { ...block, values, sums: new Float64Array(window + 1), weights: new Float64Array(window + 1) };
  const take = (start: number): number => takeBlock(state, start);
  return { ...block, take };
}

interface BlockState extends RollingLine {
  readonly values: Float64Array;
  /** Of the last block, from each offset on and less this one's first value: the sum, and the sum with weights 1, 2, ... from that offset. */
  readonly sums: Float64Array;
  readonly weights: Float64Array;
}

function takeBlock({ values, end: ends, slope, sums, weights }: BlockState, start: number): number {
  const window = slope.length;
  const end = Math.min(start + window, values.length);
  const perBar = 12 / (window * (window * window - 1));
  const [half, part, toEnd] = [(window + 1) / 2, 1 / window, (window - 1) / 2];
  const origin = values[start];
  let sum = 0;
  let weighted = 0;
  for (let t = start, k = 1; t < end; t++, k++) {
    const value = values[t] - origin;
    sum += value;
    weighted += k * value;
    const total = sums[k] + sum;
    const rise = perBar * (weights[k] + weighted + (window - k) * sum - half * total);
    slope[k - 1] = rise;
    ends[k - 1] = origin + total * part + rise * toEnd;
  }
  if (end === values.length) return end;
  const next = values[end];
  sum = 0;
  weighted = 0;
  for (let t = end - 1, k = window - 1; k > 0; t--, k--) {
    sum += values[t] - next;
    weighted += sum;
    sums[k] = sum;
    weights[k] = weighted;
  }
  return end;
}

/** Least-squares line through the last `window` (at least 2) values against the bar number; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingLine(values: Float64Array, window: number): RollingLine {
  const end = new Float64Array(values.length);
  const slope = new Float64Array(values.length);
  const block = lineBlocks(values, window);
  for (let start = 0, stop = 0; start < values.length; start = stop) {
    stop = block.take(start);
    for (let t = start; t < stop; t++) {
      end[t] = block.end[t - start];
      slope[t] = block.slope[t - start];
    }
  }
  end.fill(Number.NaN, 0, window - 1);
  slope.fill(Number.NaN, 0, window - 1);
  return { end, slope };
}

/** Mean of the last `window` values with weights 1 to window, the newest heaviest: the line's value a third of the window before its end; NaN as rollingLine. */
export function rollingWeightedMean(values: Float64Array, window: number): Float64Array {
  const out = new Float64Array(values.length);
  const { end, slope, take } = lineBlocks(values, window);
  const back = (window - 1) / 3;
  for (let start = 0, stop = 0; start < values.length; start = stop) {
    stop = take(start);
    for (let t = start, k = 0; t < stop; t++, k++) out[t] = end[k] - slope[k] * back;
  }
  return out.fill(Number.NaN, 0, window - 1);
}
