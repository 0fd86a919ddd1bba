/** Slow momentum from rates of change of several lags: Coppock (1962), know sure thing (Pring 1992), detrended price (Achelis 2000). */
import type { Feature } from '../feature.js';
import { rateOfChange } from '../market/log-return.js';
import { rollingMean } from '../rolling/rolling-sum.js';
import { rollingWeightedMean } from '../rolling/rolling-weighted-mean.js';

/** 100 x weighted mean of 10 values of the rates of change over 14 and 11 bars; NaN for the first 23 bars. */
export function coppockCurve(close: Float64Array): Float64Array {
  const sum = rateOfChange(close, 14);
  const short = rateOfChange(close, 11);
  for (let t = 0; t < sum.length; t++) sum[t] = 100 * (sum[t] + short[t]);
  return rollingWeightedMean(sum, 10);
}

/** 100 x sum of the means of the rates of change over 10, 15, 20 and 30 bars (10, 10, 10 and 15 values) with weights 1 to 4; NaN for the first 44 bars. */
export function knowSureThing(close: Float64Array): Float64Array {
  const out = new Float64Array(close.length);
  [
    [10, 10],
    [15, 10],
    [20, 10],
    [30, 15],
  ].forEach(([lag, window], k) => {
    const mean = rollingMean(rateOfChange(close, lag), window);
    for (let t = 0; t < out.length; t++) out[t] += 100 * (k + 1) * mean[t];
  });
  return out;
}

/** Close of window / 2 + 1 bars ago / mean of the last `window` closes - 1; NaN for the first window - 1 bars. */
export function detrendedPrice(close: Float64Array, window: number): Float64Array {
  const out = rollingMean(close, window);
  const back = Math.floor(window / 2) + 1;
  for (let t = window - 1; t < out.length; t++) out[t] = close[t - back] / out[t] - 1;
  return out;
}

const COMMON = { inputs: ['close'], range: [null, null], set: 'all' } as const;

export const longMomentumFeatures: readonly Feature[] = [
  { ...COMMON, name: 'coppock_14_11_10', warmUp: 23, source: 'Coppock 1962', compute: (bars) => coppockCurve(bars.close) },
  { ...COMMON, name: 'know_sure_thing', warmUp: 44, source: 'Pring 1992', compute: (bars) => knowSureThing(bars.close) },
  { ...COMMON, name: 'detrended_price_20', warmUp: 19, range: [-1, null], source: 'Achelis 2000', compute: (bars) => detrendedPrice(bars.close, 20) },
];
