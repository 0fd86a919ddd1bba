/** Bollinger bands inside the Keltner channel announce a move (Carter 2005): the ratio of their widths. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { averageTrueRange } from './average-true-range.js';
import { followBars } from './follow-bars.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';
import { rollingVariance } from '../rolling/rolling-variance.js';

/** 2 population deviations of the closes / 1.5 average true ranges, of `window` bars: below 1 is a squeeze; 1 where the price stood still; NaN for the first `window` bars. */
export function squeezeRatio(bars: Bars, window: number): Float64Array {
  const { variance } = rollingVariance(bars.close, window);
  const series = { variance, window, out: averageTrueRange(bars, window) };
  return followBars(series, {}, ({ variance, window, out }, _, { from, to }) => {
    const toPopulation = (window - 1) / window;
    for (let t = from; t < to; t++) out[t] = out[t] === 0 ? 1 : (2 * Math.sqrt(variance[t] * toPopulation)) / (1.5 * out[t]);
  });
}

export const squeezeFeatures: readonly Feature[] = [
  {
    name: 'squeeze_20',
    inputs: ['high', 'low', 'close'],
    warmUp: wilderWarmUp(20) + 1,
    range: [0, null],
    source: 'Carter 2005',
    set: 'all',
    compute: (bars) => squeezeRatio(bars, 20),
  },
];
