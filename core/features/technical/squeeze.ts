/** Bollinger bands inside the Keltner channel announce a move (Carter 2005): the ratio of their widths. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { averageTrueRange } from './average-true-range.js';
import { followBars } from './follow-bars.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';
import { rollingDeviation } from '../rolling/rolling-variance.js';

/** 2 population deviations of the closes / 1.5 average true ranges, of `window` bars: below 1 is a squeeze; 1 where the price stood still; NaN for the first `window` bars. */
export function squeezeRatio(bars: Bars, window: number): Float64Array {
  const series = { deviation: rollingDeviation(bars.close, window), window, out: averageTrueRange(bars, window) };
  return followBars(series, {}, ({ deviation, window, out }, _, { from, to }) => {
    const toPopulation = Math.sqrt((window - 1) / window);
    for (let t = from; t < to; t++) out[t] = out[t] === 0 ? 1 : (2 * toPopulation * deviation[t]) / (1.5 * out[t]);
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
