/** Vortex indicator (Botes and Siepman 2010): upward less downward movement between neighbouring bars, over the true range. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { trueRange } from './average-true-range.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** VI+ less VI- over `window` bars; 0 where the range is 0; NaN for the first `window` bars. */
export function vortexDifference(bars: Bars, window: number): Float64Array {
  const { high, low } = bars;
  const movement = new Float64Array(high.length).fill(Number.NaN);
  for (let t = 1; t < movement.length; t++) movement[t] = Math.abs(high[t] - low[t - 1]) - Math.abs(low[t] - high[t - 1]);
  const out = rollingSum(movement, window);
  const range = rollingSum(trueRange(bars), window);
  for (let t = 0; t < out.length; t++) out[t] = range[t] === 0 ? 0 : out[t] / range[t];
  return out;
}

export const vortexFeatures: readonly Feature[] = [
  {
    name: 'vortex_difference_14',
    inputs: ['high', 'low', 'close'],
    warmUp: 14,
    range: [null, null],
    source: 'Botes and Siepman 2010',
    set: 'all',
    compute: (bars) => vortexDifference(bars, 14),
  },
];
