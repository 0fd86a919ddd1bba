/** Average true range (Wilder 1978, section III). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { wilderAverageInPlace, wilderWarmUp } from '../rolling/exponential-average.js';

/** max(high, last close) - min(low, last close), in price units; NaN at bar 0, which has no last close. */
export function trueRange(bars: Bars): Float64Array {
  const { high, low, close } = bars;
  const out = new Float64Array(close.length);
  let last = Number.NaN;
  for (let t = 0; t < out.length; t++) {
    out[t] = Math.max(high[t], last) - Math.min(low[t], last);
    last = close[t];
  }
  return out;
}

/** Wilder average of the true range, in price units; NaN for the first `window` bars. */
export function averageTrueRange(bars: Bars, window: number): Float64Array {
  return wilderAverageInPlace(trueRange(bars), window);
}

export const averageTrueRangeFeatures: readonly Feature[] = [
  {
    name: 'atr_14',
    inputs: ['high', 'low', 'close'],
    warmUp: wilderWarmUp(14) + 1,
    range: [0, null],
    source: 'Wilder 1978',
    set: 'minimal',
    compute: (bars) => {
      const out = averageTrueRange(bars, 14);
      for (let t = 0; t < out.length; t++) out[t] /= bars.close[t];
      return out;
    },
  },
];
