/** Yang and Zhang (2000): variance of the opening jump, of open to close, and Rogers-Satchell, with the weight of least variance. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rogersSatchellTerm } from './range-volatility.js';
import { logRatio } from '../rolling/log-ratio.js';
import { rollingVarianceInPlace } from '../rolling/rolling-variance.js';
import { rollingMeanInPlace } from '../rolling/rolling-sum.js';

/** Volatility per bar over `window` bars, k = 0.34 / (1.34 + (window + 1) / (window - 1)), variances with ddof 1; NaN for the first `window` bars. */
export function yangZhangVolatility(bars: Bars, window: number): Float64Array {
  const { open, high, low, close } = bars;
  const jumps = new Float64Array(close.length);
  const moves = new Float64Array(close.length);
  const terms = new Float64Array(close.length);
  let last = Number.NaN;
  for (let t = 0; t < jumps.length; t++) {
    jumps[t] = logRatio(open[t], last);
    const move = logRatio(close[t], open[t]);
    moves[t] = move;
    terms[t] = rogersSatchellTerm(logRatio(high[t], open[t]), logRatio(low[t], open[t]), move);
    last = close[t];
  }
  const overnight = rollingVarianceInPlace(jumps, window);
  const within = rollingVarianceInPlace(moves, window);
  const driftFree = rollingMeanInPlace(terms, window);
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
