/** The close against its linearly weighted average and against Hull's (2005). */
import type { Feature } from '../feature.js';
import { ratioLessOne } from './moving-average.js';
import { windowLine } from './window-line.js';
import { rollingWeightedMean } from '../rolling/rolling-weighted-mean.js';

/** WMA over round(sqrt(window)) of 2 WMA(window / 2) - WMA(window), windows rounded down; NaN until all are full. */
export function hullAverage(values: Float64Array, window: number): Float64Array {
  const slow = rollingWeightedMean(values, window);
  const fast = rollingWeightedMean(values, Math.floor(window / 2));
  for (let t = 0; t < slow.length; t++) slow[t] = 2 * fast[t] - slow[t];
  return rollingWeightedMean(slow, Math.floor(Math.sqrt(window)));
}

export const weightedAverageFeatures: readonly Feature[] = [
  {
    name: 'wma_ratio_20',
    inputs: ['close'],
    warmUp: 19,
    range: [-1, null],
    source: 'Murphy 1999, ch. 9',
    set: 'all',
    compute: (bars) => windowLine(bars.close, 20, 'weighted'),
  },
  {
    name: 'hma_ratio_25',
    inputs: ['close'],
    warmUp: 28,
    range: [null, null],
    source: 'Hull 2005',
    set: 'all',
    compute: (bars) => ratioLessOne(bars.close, hullAverage(bars.close, 25)),
  },
];
