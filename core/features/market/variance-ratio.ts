/** How variance grows with the horizon: variance ratios (Lo and MacKinlay 1988) and a Hurst exponent (Di Matteo, Aste and Dacorogna 2005). */
import type { Feature } from '../feature.js';
import { logReturns } from './log-return.js';
import { rollingVarianceInPlace } from '../rolling/rolling-variance.js';

/** Variance of `lag`-bar log returns / (lag x variance of one-bar ones), over `window` returns of each; 1 = a random walk, and where the price stood still; NaN until full. */
export function varianceRatio(close: Float64Array, lag: number, window: number): Float64Array {
  const variance = rollingVarianceInPlace(logReturns(close, lag), window);
  const single = rollingVarianceInPlace(logReturns(close), window);
  for (let t = 0; t < variance.length; t++) {
    if (!Number.isNaN(variance[t])) variance[t] = single[t] === 0 ? 1 : variance[t] / (lag * single[t]);
  }
  return variance;
}

const LAGS = [1, 2, 4, 8] as const;
/** ln(lag) less its mean, over the sum of their squares: weights of the least-squares slope. */
const SLOPE_WEIGHTS = slopeWeights(LAGS.map(Math.log));

function slopeWeights(x: readonly number[]): readonly number[] {
  const mean = x.reduce((a, b) => a + b) / x.length;
  const squares = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return x.map((value) => (value - mean) / squares);
}

/**
 * Slope of ln(standard deviation of the returns over 1, 2, 4, 8 bars) on ln(bars), over `window` returns of each; 0.5 = a random walk, and
 * where the price stood still; 0 where it moved so regularly that all returns over 2, 4 or 8 bars are the same. NaN for the first window + 7 bars.
 */
export function hurstExponent(close: Float64Array, window: number): Float64Array {
  const out = new Float64Array(close.length);
  const least = new Float64Array(close.length).fill(Number.POSITIVE_INFINITY);
  LAGS.forEach((lag, k) => {
    const variance = rollingVarianceInPlace(logReturns(close, lag), window);
    for (let t = 0; t < out.length; t++) {
      out[t] += (SLOPE_WEIGHTS[k] * Math.log(variance[t])) / 2;
      least[t] = Math.min(least[t], variance[t]);
    }
  });
  const single = rollingVarianceInPlace(logReturns(close), window);
  for (let t = 0; t < out.length; t++) if (least[t] === 0) out[t] = single[t] === 0 ? 0.5 : 0;
  out.fill(Number.NaN, 0, window + 7);
  return out;
}

const COMMON = { inputs: ['close'], set: 'all' } as const;

export const varianceRatioFeatures: readonly Feature[] = [
  {
    ...COMMON,
    name: 'variance_ratio_4_64',
    warmUp: 67,
    range: [0, null],
    source: 'Lo and MacKinlay 1988',
    compute: (bars) => varianceRatio(bars.close, 4, 64),
  },
  {
    ...COMMON,
    name: 'variance_ratio_16_128',
    warmUp: 143,
    range: [0, null],
    source: 'Lo and MacKinlay 1988',
    compute: (bars) => varianceRatio(bars.close, 16, 128),
  },
  {
    ...COMMON,
    name: 'hurst_128',
    warmUp: 135,
    range: [null, null],
    source: 'Di Matteo, Aste and Dacorogna 2005',
    compute: (bars) => hurstExponent(bars.close, 128),
  },
];
