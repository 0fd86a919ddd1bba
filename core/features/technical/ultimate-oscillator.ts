/** Ultimate oscillator (Williams 1985): buying pressure over true range, of three windows. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { trueRange } from './average-true-range.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** 100 (4 short + 2 middle + long) / 7 of the shares of `windows`, in [0, 100]; a share is 0.5 where its range is 0; NaN for as many bars as the longest. */
export function ultimateOscillator(bars: Bars, windows: readonly [number, number, number]): Float64Array {
  const range = trueRange(bars);
  const pressure = new Float64Array(range.length).fill(Number.NaN);
  for (let t = 1; t < pressure.length; t++) pressure[t] = bars.close[t] - Math.min(bars.low[t], bars.close[t - 1]);
  const out = new Float64Array(range.length);
  windows.forEach((window, k) => {
    const weight = (100 * (4 >> k)) / 7;
    const sum = rollingSum(pressure, window);
    const total = rollingSum(range, window);
    for (let t = 0; t < out.length; t++) out[t] += weight * (total[t] === 0 ? 0.5 : sum[t] / total[t]);
  });
  return out;
}

export const ultimateOscillatorFeatures: readonly Feature[] = [
  {
    name: 'ultimate_oscillator_7_14_28',
    inputs: ['high', 'low', 'close'],
    warmUp: 28,
    range: [0, 100],
    source: 'Williams 1985',
    set: 'all',
    compute: (bars) => ultimateOscillator(bars, [7, 14, 28]),
  },
];
