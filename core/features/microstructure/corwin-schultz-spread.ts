/** Bid-ask spread from highs and lows of neighbouring bars (Corwin and Schultz 2012, eqs. 14 and 18). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { logRatio } from '../rolling/log-ratio.js';
import { rollingMeanInPlace } from '../rolling/rolling-sum.js';

const DENOMINATOR = 3 - 2 * Math.SQRT2;

/**
 * Mean over `window` bars of the spread 2 (e^a - 1) / (1 + e^a), a fraction of the price, negative single estimates set to 0 and the
 * later bar shifted over a jump between the bars (their section II.C). NaN for the first `window` bars.
 */
export function corwinSchultzSpread(bars: Bars, window: number): Float64Array {
  const { high, low, close } = bars;
  const spreads = new Float64Array(close.length).fill(Number.NaN, 0, 1);
  for (let t = 1; t < spreads.length; t++) {
    const shift = Math.max(low[t] - close[t - 1], 0) + Math.min(high[t] - close[t - 1], 0);
    const top = high[t] - shift;
    const bottom = low[t] - shift;
    const beta = logRatio(top, bottom) ** 2 + logRatio(high[t - 1], low[t - 1]) ** 2;
    const gamma = logRatio(Math.max(top, high[t - 1]), Math.min(bottom, low[t - 1])) ** 2;
    const alpha = (Math.sqrt(2 * beta) - Math.sqrt(beta)) / DENOMINATOR - Math.sqrt(gamma / DENOMINATOR);
    const growth = Math.exp(alpha);
    spreads[t] = Math.max((2 * (growth - 1)) / (1 + growth), 0);
  }
  return rollingMeanInPlace(spreads, window);
}

export const corwinSchultzFeatures: readonly Feature[] = [
  {
    name: 'corwin_schultz_20',
    inputs: ['high', 'low', 'close'],
    warmUp: 20,
    range: [0, 2],
    source: 'Corwin and Schultz 2012',
    set: 'all',
    compute: (bars) => corwinSchultzSpread(bars, 20),
  },
];
