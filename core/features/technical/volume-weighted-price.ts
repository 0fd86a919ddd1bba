/** Distance of the close from the volume-weighted price of the last bars (Berkowitz, Logue and Noser 1988). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** close / VWAP - 1, the VWAP of `window` bars' typical prices; 0 where they have no volume; NaN for the first window - 1 bars. */
export function volumeWeightedDistance(bars: Bars, window: number): Float64Array {
  const worth = new Float64Array(bars.close.length);
  for (let t = 0; t < worth.length; t++) worth[t] = (bars.volume[t] * (bars.high[t] + bars.low[t] + bars.close[t])) / 3;
  const value = rollingSum(worth, window);
  const out = rollingSum(bars.volume, window);
  for (let t = 0; t < out.length; t++) out[t] = out[t] === 0 ? 0 : (bars.close[t] * out[t]) / value[t] - 1;
  return out;
}

export const volumeWeightedFeatures: readonly Feature[] = [
  {
    name: 'vwap_distance_32',
    inputs: ['high', 'low', 'close', 'volume'],
    warmUp: 31,
    range: [-1, null],
    source: 'Berkowitz, Logue and Noser 1988',
    set: 'basic',
    compute: (bars) => volumeWeightedDistance(bars, 32),
  },
];
