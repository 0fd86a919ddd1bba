/** On-balance volume (Granville 1963) as a difference over a window, so that it does not depend on where the series began. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** Volume of rising less falling bars over all volume of the last `window` bars, in [-1, 1]; 0 without volume; NaN for the first `window` bars. */
export function onBalanceVolume(bars: Bars, window: number): Float64Array {
  const signed = new Float64Array(bars.close.length).fill(Number.NaN);
  for (let t = 1; t < signed.length; t++) signed[t] = Math.sign(bars.close[t] - bars.close[t - 1]) * bars.volume[t];
  const total = rollingSum(bars.volume, window);
  const out = rollingSum(signed, window);
  for (let t = 0; t < out.length; t++) out[t] = total[t] === 0 ? 0 : out[t] / total[t];
  return out;
}

export const onBalanceVolumeFeatures: readonly Feature[] = [
  {
    name: 'obv_20',
    inputs: ['close', 'volume'],
    warmUp: 20,
    range: [-1, 1],
    source: 'Granville 1963',
    set: 'basic',
    compute: (bars) => onBalanceVolume(bars, 20),
  },
];
