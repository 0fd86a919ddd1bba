/** The least-squares line and the linearly weighted mean of a sliding window, each as a part of the newest value, in one pass. */
import { followBars } from './follow-bars.js';

/** slope: rise of the line per bar / value. weighted: value / mean with weights 1 to window, the newest heaviest, - 1. */
export type LinePart = 'slope' | 'weighted';

/**
 * Part of the last `window` (at least 2) values; NaN for the first window - 1 bars and while a NaN is in the window. From sums of blocks less
 * the first value of their block, as rolling-weighted-mean.ts: `last` holds the last block's sum from each offset k on at 2 k, and beside it the
 * one weighted 1, 2 and so on; `ramp` is the sum of the sums so far, so that a value i bars old in the block counts i + 1 times in it.
 */
export function windowLine(values: Float64Array, window: number, part: LinePart): Float64Array {
  const series = { values, window, part, last: new Float64Array(2 * window + 2), out: new Float64Array(values.length) };
  followBars(series, { k: 0, sum: 0, ramp: 0, origin: values[0] }, ({ values, window, part, last, out }, state, { from, to }) => {
    let { k, sum, ramp, origin } = state;
    const all = (window * (window + 1)) / 2;
    const perBar = 12 / (window * (window * window - 1));
    for (let t = from; t < to; t++) {
      const value = values[t];
      if (k === window) {
        origin = value;
        sum = 0;
        ramp = 0;
        for (let j = window - 1; j > 0; j--) {
          sum += values[t - window + j] - origin;
          ramp += sum;
          last[2 * j] = sum;
          last[2 * j + 1] = ramp;
        }
        k = 0;
        sum = 0;
        ramp = 0;
      }
      k++;
      sum += value - origin;
      ramp += sum;
      const weighted = last[2 * k + 1] + (window + 1) * sum - ramp;
      if (part === 'weighted') out[t] = value / (origin + weighted / all) - 1;
      else out[t] = (perBar * (weighted - ((window + 1) / 2) * (last[2 * k] + sum))) / value;
    }
    state.k = k;
    state.sum = sum;
    state.ramp = ramp;
    state.origin = origin;
  });
  return series.out.fill(Number.NaN, 0, window - 1);
}
