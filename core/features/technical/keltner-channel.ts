/** Keltner channel (Keltner 1960, in Raschke's form): the close's distance from its average in true ranges. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { averageTrueRange } from './average-true-range.js';
import { spanAverage, spanWarmUp, wilderWarmUp } from '../rolling/exponential-average.js';

/** (close - EMA of the close) / (2 average true ranges of the same window); 0 where the range is 0; NaN for the first `window` bars. */
export function keltnerPosition(bars: Bars, window: number): Float64Array {
  const middle = spanAverage(bars.close, window);
  const out = averageTrueRange(bars, window);
  for (let t = 0; t < out.length; t++) out[t] = out[t] === 0 ? 0 : (bars.close[t] - middle[t]) / (2 * out[t]);
  return out;
}

export const keltnerFeatures: readonly Feature[] = [
  {
    name: 'keltner_position_20',
    inputs: ['high', 'low', 'close'],
    warmUp: Math.max(spanWarmUp(20), wilderWarmUp(20)) + 1,
    range: [null, null],
    source: 'Keltner 1960',
    set: 'basic',
    compute: (bars) => keltnerPosition(bars, 20),
  },
];
