/** Yang and Zhang (2000): variance of the opening jump, of open to close, and Rogers-Satchell, with the weight of least variance. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rogersSatchellTerms } from './range-volatility.js';
import { rollingVariance } from '../rolling/rolling-variance.js';
import { rollingMean } from '../rolling/rolling-sum.js';

/** Volatility per bar over `window` bars, k = 0.34 / (1.34 + (window + 1) / (window - 1)), variances with ddof 1; NaN for the first `window` bars. */
export function yangZhangVolatility(bars: Bars, window: number): Float64Array {
  const jumps = new Float64Array(bars.close.length).fill(Number.NaN);
  const moves = new Float64Array(bars.close.length);
  for (let t = 0; t < jumps.length; t++) {
    if (t > 0) jumps[t] = Math.log(bars.open[t] / bars.close[t - 1]);
    moves[t] = Math.log(bars.close[t] / bars.open[t]);
  }
  const overnight = rollingVariance(jumps, window).variance;
  const within = rollingVariance(moves, window).variance;
  const driftFree = rollingMean(rogersSatchellTerms(bars), window);
  const k = 0.34 / (1.34 + (window + 1) / (window - 1));
  for (let t = 0; t < overnight.length; t++) overnight[t] = Math.sqrt(overnight[t] + k * within[t] + (1 - k) * driftFree[t]);
  return overnight;
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
