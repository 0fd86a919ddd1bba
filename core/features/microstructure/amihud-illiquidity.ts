/** Amihud (2002) illiquidity: price move per traded value. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { logReturns } from '../market/log-return.js';
import { rollingMean } from '../rolling/rolling-sum.js';

/**
 * |log return| per million of quote currency of each bar; a bar without volume counts 0, and where the source has no quote volume,
 * volume times close stands in. NaN for the first bar.
 */
export function amihudRatios(bars: Bars): Float64Array {
  return logReturns(bars.close).map((change, t) => {
    const value = Number.isNaN(bars.quoteVolume[t]) ? bars.volume[t] * bars.close[t] : bars.quoteVolume[t];
    return value === 0 ? 0 * change : (1e6 * Math.abs(change)) / value;
  });
}

/** ln(1 + mean of amihudRatios) over `window` bars; NaN for the first `window` bars. */
export function amihudIlliquidity(bars: Bars, window: number): Float64Array {
  return rollingMean(amihudRatios(bars), window).map(Math.log1p);
}

export const amihudFeatures: readonly Feature[] = [
  {
    name: 'amihud_32',
    inputs: ['close', 'volume', 'quoteVolume'],
    warmUp: 32,
    range: [0, null],
    source: 'Amihud 2002',
    set: 'basic',
    compute: (bars) => amihudIlliquidity(bars, 32),
  },
];
