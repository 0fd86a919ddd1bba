/** Yang and Zhang (2000): variance of the opening jump, of open to close, and Rogers-Satchell, with the weight of least variance. */
import type { Bars } from '../data/bars.js';
import type { Feature } from './feature.js';
import { rogersSatchellTerms } from './range-volatility.js';
import { rollingMoments } from './rolling-moments.js';
import { rollingMean } from './rolling-sum.js';

/** Volatility per bar over `window` bars, k = 0.34 / (1.34 + (window + 1) / (window - 1)), variances with ddof 1; NaN for the first `window` bars. */
export function yangZhangVolatility(bars: Bars, window: number): Float64Array {
  const jumps = new Float64Array(bars.close.length).fill(Number.NaN);
  for (let t = 1; t < jumps.length; t++) jumps[t] = Math.log(bars.open[t] / bars.close[t - 1]);
  const overnight = rollingMoments(jumps, window).variance;
  const within = rollingMoments(
    bars.close.map((close, t) => Math.log(close / bars.open[t])),
    window,
  ).variance;
  const driftFree = rollingMean(rogersSatchellTerms(bars), window);
  const k = 0.34 / (1.34 + (window + 1) / (window - 1));
  return overnight.map((value, t) => Math.sqrt(value + k * within[t] + (1 - k) * driftFree[t]));
}

export const yangZhangFeatures: readonly Feature[] = [
  {
    name: 'yang_zhang_20',
    inputs: ['open', 'high', 'low', 'close'],
    warmUp: 20,
    range: [0, null],
    source: 'Yang and Zhang 2000',
    set: 'all',
    compute: (bars) => yangZhangVolatility(bars, 20),
  },
];
