/** How straight the price moves, and the close against an average that follows straight moves faster (Kaufman 1995). */
import type { Feature } from '../feature.js';
import { ratioLessOne } from './moving-average.js';
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

/** Exponential average whose weight is the square of a point between 2/31 and 2/3 by the efficiency; begun with the close before the first; NaN before. */
export function adaptiveAverage(values: Float64Array, window: number): Float64Array {
  const out = efficiencyRatio(values, window);
  let average = values[window - 1];
  for (let t = window; t < out.length; t++) {
    const weight = (out[t] * (FASTEST - SLOWEST) + SLOWEST) ** 2;
    average += weight * (values[t] - average);
    out[t] = average;
  }
  return out;
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
    compute: (bars) => ratioLessOne(bars.close, adaptiveAverage(bars.close, 10)),
  },
];
