/** True strength index (Blau 1991): doubly smoothed momentum over doubly smoothed absolute momentum. */
import type { Feature } from '../feature.js';
import { spanAverageInPlace, spanWarmUp } from '../rolling/exponential-average.js';

/** 100 EMA(EMA(change, slow), fast) / EMA(EMA(|change|, slow), fast) in [-100, 100]; NaN for the first slow + fast - 1 bars; 0 where nothing moved. */
export function trueStrengthIndex(close: Float64Array, slow: number, fast: number): Float64Array {
  const change = new Float64Array(close.length).fill(Number.NaN);
  const sizes = new Float64Array(close.length).fill(Number.NaN);
  for (let t = 1; t < close.length; t++) {
    change[t] = close[t] - close[t - 1];
    sizes[t] = Math.abs(change[t]);
  }
  const size = spanAverageInPlace(spanAverageInPlace(sizes, slow), fast);
  const out = spanAverageInPlace(spanAverageInPlace(change, slow), fast);
  for (let t = 0; t < out.length; t++) out[t] = size[t] === 0 ? 0 : (100 * out[t]) / size[t];
  return out;
}

export const trueStrengthFeatures: readonly Feature[] = [
  {
    name: 'tsi_25_13',
    inputs: ['close'],
    warmUp: spanWarmUp(25) + spanWarmUp(13) + 1,
    range: [-100, 100],
    source: 'Blau 1991',
    set: 'basic',
    compute: (bars) => trueStrengthIndex(bars.close, 25, 13),
  },
];
