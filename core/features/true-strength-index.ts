/** True strength index (Blau 1991): doubly smoothed momentum over doubly smoothed absolute momentum. */
import type { Feature } from './feature.js';
import { spanAverage, spanWarmUp } from './exponential-average.js';

/** 100 EMA(EMA(change, slow), fast) / EMA(EMA(|change|, slow), fast) in [-100, 100]; NaN for the first slow + fast - 1 bars; 0 where nothing moved. */
export function trueStrengthIndex(close: Float64Array, slow: number, fast: number): Float64Array {
  const change = new Float64Array(close.length).fill(Number.NaN);
  for (let t = 1; t < close.length; t++) change[t] = close[t] - close[t - 1];
  const size = spanAverage(spanAverage(change.map(Math.abs), slow), fast);
  return spanAverage(spanAverage(change, slow), fast).map((value, t) => (size[t] === 0 ? 0 : (100 * value) / size[t]));
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
