/** Commodity channel index (Lambert 1980). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { followBars } from './follow-bars.js';
import { rollingMean } from '../rolling/rolling-sum.js';

/** Lambert's constant: puts most values within +-100. */
const SCALE = 0.015;

/**
 * (typical price - its mean) / (0.015 mean absolute deviation) over `window` bars; 0 where the window is constant; NaN for the
 * first window - 1 bars. The deviation about the current mean has no running form: `window` steps a bar.
 */
export function commodityChannelIndex(bars: Bars, window: number): Float64Array {
  const typical = new Float64Array(bars.close.length);
  for (let t = 0; t < typical.length; t++) typical[t] = (bars.high[t] + bars.low[t] + bars.close[t]) / 3;
  const series = { typical, window, out: rollingMean(typical, window) };
  return followBars(series, {}, ({ typical, window, out }, _, { from, to }) => {
    for (let t = Math.max(from, window - 1); t < to; t++) {
      const mean = out[t];
      let deviation = 0;
      for (let k = t - window + 1; k <= t; k++) deviation += Math.abs(typical[k] - mean);
      // Below 1e-12 of the price only rounding is left: the window is constant.
      out[t] = deviation <= 1e-12 * mean * window ? 0 : (typical[t] - mean) / ((SCALE * deviation) / window);
    }
  });
}

export const commodityChannelFeatures: readonly Feature[] = [
  {
    name: 'cci_20',
    inputs: ['high', 'low', 'close'],
    warmUp: 19,
    range: [null, null],
    source: 'Lambert 1980',
    set: 'basic',
    compute: (bars) => commodityChannelIndex(bars, 20),
  },
];
