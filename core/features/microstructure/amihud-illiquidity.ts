/** Amihud (2002) illiquidity: price move per traded value. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { absoluteReturns } from '../market/log-return.js';
import { rollingMeanInPlace } from '../rolling/rolling-sum.js';

/**
 * |log return| per million of quote currency of each bar; a bar without volume counts 0, and where the source has no quote volume,
 * volume times close stands in. NaN for the first bar.
 */
export function amihudRatios(bars: Bars): Float64Array {
  const { close, volume, quoteVolume } = bars;
  const out = absoluteReturns(close);
  for (let t = 0; t < out.length; t++) {
    const value = Number.isNaN(quoteVolume[t]) ? volume[t] * close[t] : quoteVolume[t];
    out[t] = value === 0 ? 0 * out[t] : (1e6 * out[t]) / value;
  }
  return out;
}

/** ln(1 + mean of amihudRatios) over `window` bars; NaN for the first `window` bars. */
export function amihudIlliquidity(bars: Bars, window: number): Float64Array {
  const out = rollingMeanInPlace(amihudRatios(bars), window);
  for (let t = 0; t < out.length; t++) out[t] = Math.log1p(out[t]);
  return out;
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
