/** How straight the price moves, and the close against an average that follows straight moves faster (Kaufman 1995). */
import type { Feature } from '../feature.js';
import { followBars } from './follow-bars.js';
import { toSuffixSums } from './suffix-sums.js';
import { differences } from '../rolling/lagged.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** |change over `window` bars| / sum of the bars' |changes|, in [0, 1]; 0 where nothing moved; NaN for the first `window` bars. */
export function efficiencyRatio(values: Float64Array, window: number): Float64Array {
  const steps = differences(values);
  for (let t = 1; t < steps.length; t++) steps[t] = Math.abs(steps[t]);
  const path = rollingSum(steps, window);
  for (let t = window; t < path.length; t++) path[t] = path[t] === 0 ? 0 : Math.min(1, Math.abs(values[t] - values[t - window]) / path[t]);
  return path;
}

const FASTEST = 2 / (2 + 1);
const SLOWEST = 2 / (30 + 1);

/**
 * close / adaptive average - 1: an exponential average whose weight is the square of a point between 2/31 and 2/3 by the efficiency; begun with
 * the close before the first; NaN for the first `window` bars and while a NaN is in the window.
 */
export function adaptiveRatio(close: Float64Array, window: number): Float64Array {
  const series = { close, window, block: new Float64Array(window + 1), out: new Float64Array(close.length) };
  return followBars(series, { k: 0, sum: 0, average: 0 }, ({ close, window, block, out }, state, { from, to }) => {
    let { k, sum, average } = state;
    for (let t = from; t < to; t++) {
      const price = close[t];
      const step = t === 0 ? 0 : Math.abs(price - close[t - 1]);
      sum += step;
      block[k++] = step;
      const path = block[k] + sum;
      out[t] = Number.NaN;
      if (t === window - 1) average = price;
      else if (t >= window && path === path) {
        const straight = path === 0 ? 0 : Math.min(1, Math.abs(price - close[t - window]) / path);
        const root = straight * (FASTEST - SLOWEST) + SLOWEST;
        average += root * root * (price - average);
        out[t] = price / average - 1;
      }
      if (k < window) continue;
      toSuffixSums(block);
      k = 0;
      sum = 0;
    }
    state.k = k;
    state.sum = sum;
    state.average = average;
  });
}

/** Bars in which even the slowest average forgets its start to 1e-8 of it. */
const FORGETTING = Math.ceil(Math.log(1e-8) / Math.log(1 - SLOWEST ** 2));

export const adaptiveAverageFeatures: readonly Feature[] = [
  ...[10, 32].map(
    (window): Feature => ({
      name: `efficiency_ratio_${window}`,
      inputs: ['close'],
      warmUp: window,
      range: [0, 1],
      source: 'Kaufman 1995',
      set: 'all',
      compute: (bars) => efficiencyRatio(bars.close, window),
    }),
  ),
  {
    name: 'kama_ratio_10',
    inputs: ['close'],
    warmUp: 10 + FORGETTING,
    range: [-1, null],
    source: 'Kaufman 1995',
    set: 'all',
    compute: (bars) => adaptiveRatio(bars.close, 10),
  },
];
