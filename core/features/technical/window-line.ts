/** The least-squares line and the linearly weighted mean of a sliding window, each as a part of the newest value, in one pass. */
import { followBars } from './follow-bars.js';

/** slope: rise of the line per bar / value. weighted: value / mean with weights 1 to window, the newest heaviest, - 1. */
export type LinePart = 'slope' | 'weighted';

/**
 * Part of the last `window` (at least 2) values; NaN for the first window - 1 bars and while a NaN is in the window. From sums of blocks less
 * the first value of their block, as rolling-weighted-mean.ts: `sums` and `ramps` hold the last block from each offset on, plain and weighted
 * 1, 2 and so on; `ramp` is the sum of the sums so far, so that a value i bars old in the block counts i + 1 times in it.
 */
export function windowLine(values: Float64Array, window: number, part: LinePart): Float64Array {
  const [sums, ramps] = [new Float64Array(window + 1), new Float64Array(window + 1)];
  const series = { values, window, part, sums, ramps, out: new Float64Array(values.length) };
  followBars(series, { k: 0, sum: 0, ramp: 0, origin: values[0] }, ({ values, window, part, sums, ramps, out }, state, { from, to }) => {
    let { k, sum, ramp, origin } = state;
    const all = (window * (window + 1)) / 2;
    const perBar = 12 / (window * (window * window - 1));
    for (let t = from; t < to; t++) {
      const value = values[t];
      if (k === window) {
        origin = value;
        for (let j = window - 1; j > 0; j--) {
          sums[j] = sums[j + 1] + (values[t - window + j] - origin);
          ramps[j] = ramps[j + 1] + sums[j];
        }
        k = 0;
        sum = 0;
        ramp = 0;
      }
      k++;
      sum += value - origin;
      ramp += sum;
      const weighted = ramps[k] + (window + 1) * sum - ramp;
      if (part === 'weighted') out[t] = value / (origin + weighted / all) - 1;
      else out[t] = (perBar * (weighted - ((window + 1) / 2) * (sums[k] + sum))) / value;
    }
    Object.assign(state, { k, sum, ramp, origin });
  });
  return series.out.fill(Number.NaN, 0, window - 1);
}
